/** Changes somebody would like to smuggle in: each ends in a denial or before a person, whatever else is allowed. */
import { describe, expect, test } from "vitest";
import { changeSet } from "../../../shared/domain/change-set.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { judge } from "../../../shared/policy/judge.ts";
import { binding, everything, good, hostile } from "../../support/hostile-changes.ts";
import { platformOf } from "../../support/platform.ts";
import { policyBase as base, honest } from "../../support/policy.ts";

describe.each(hostile)("%s", (_what, path, text, atLeast) => {
  const decisionOn = (texts: Record<string, string>) => {
    const platform = platformOf(texts);
    const file = { path, before: platform.files.get(path)?.blob ?? null, after: text };
    return judge(honest(platform, [file]), platform, { now: Date.UTC(2030, 0, 1) }).decision;
  };
  test("is denied", () => expect(decisionOn(base)).toBe("deny"));
  test(`is never less than ${atLeast} where everything is exempted`, () => {
    const decision = decisionOn({ ...base, ".cortex-school.yaml": everything });
    expect(atLeast === "deny" ? ["deny"] : ["deny", "human"]).toContain(decision);
  });
});

test("a change set that hides an object is denied", () => {
  const platform = platformOf(base);
  const files = [{ path: "shop/n.yaml", before: null, after: `${good}---\n${binding}` }];
  const told = changeSet(
    files,
    [{ apiVersion: "v1", kind: "Service", namespace: "shop", name: "new", effect: "create" }],
    "shop",
  );
  expect(judge(told, platform).decision).toBe("deny");
});

test.each([
  { kind: "add-network-policy", namespace: "../kube-system" },
  { kind: "add-network-policy", namespace: "shop\n---\nkind: Secret" },
  { kind: "add-network-policy", namespace: "kube-system" },
  { kind: "no-such-intent", namespace: "shop" },
])("an intent that says %j is refused", (intent) => {
  expect(renderChangeSet(intent, platformOf(base)).kind).toBe("refused");
});
