/** Where a change may go, and whether it is what it says. */
import { describe, expect, test } from "vitest";
import { changeSet } from "../../../shared/domain/change-set.ts";
import { judge } from "../../../shared/policy/judge.ts";
import { platformOf, service } from "../../support/platform.ts";
import { policyBase as base, honest, newObject as object, rulesOf } from "../../support/policy.ts";

describe("denied: where it goes", () => {
  const good = service("new", 80);
  test.each([
    ["../outside.yaml", "path-outside-repository"],
    ["/etc/x.yaml", "path-outside-repository"],
    ["shop/.git/x.yaml", "path-outside-repository"],
    ["shop//x.yaml", "path-outside-repository"],
    ["shop/a\nb.yaml", "path-outside-repository"],
    ["shop/sub/x.yaml", "not-covered"],
    ["nowhere/x.yaml", "not-covered"],
    ["other/new.yaml", "not-covered"],
    ["shop/kustomization.yaml", "no-tool-switch"],
    ["shop/Chart.yaml", "no-tool-switch"],
    ["shop/x.txt", "valid-yaml"],
  ])("%j: %s", (path, rule) => expect(rulesOf({ [path]: good })).toContain(`deny ${rule}`));

  test("a file that is another one by now", () => {
    const platform = platformOf(base);
    const files = [{ path: "shop/web-service.yaml", before: "0".repeat(40), after: service("web", 81) }];
    expect(judge(honest(platform, files), platform).rules.map(({ rule }) => rule)).toContain("stale-file");
  });

  test("an object that is defined elsewhere already", () => {
    expect(rulesOf({ "shop/again.yaml": service("web", 81) })).toEqual(["deny duplicate-object"]);
  });

  test("a list of objects that is not what the files do", () => {
    const platform = platformOf(base);
    const files = [
      {
        path: "shop/new.yaml",
        before: null,
        after: `${good}---\n${object("ClusterRole", "rules: []\n", "rbac.authorization.k8s.io/v1")}`,
      },
    ];
    const told = changeSet(
      files,
      [{ apiVersion: "v1", kind: "Service", namespace: "shop", name: "new", effect: "create" }],
      "shop",
    );
    expect(judge(told, platform).rules.map(({ rule }) => rule)).toContain("change-set-mismatch");
  });

  test("a kustomization may gain resources, nothing else", () => {
    const texts = { ...base, "shop/kustomization.yaml": "resources:\n- web.yaml\n" };
    const added = { "shop/new.yaml": good, "shop/kustomization.yaml": "resources:\n- web.yaml\n- new.yaml\n" };
    expect(rulesOf(added, {}, texts)).toEqual([]);
    const more = { ...added, "shop/kustomization.yaml": "namePrefix: x-\nresources:\n- web.yaml\n- new.yaml\n" };
    expect(rulesOf(more, {}, texts)).toEqual(["human always-human-foreign-object"]);
  });

  test("nothing at all", () => {
    const platform = platformOf(base);
    expect(judge(changeSet([], [], "shop"), platform).rules.map(({ rule }) => rule)).toEqual(["no-effect"]);
  });
});
