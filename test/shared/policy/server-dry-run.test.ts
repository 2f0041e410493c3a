import { describe, expect, test } from "vitest";
import { shownToCluster } from "../../../functions/plan/dry-run.ts";
import { changeSet, verdictOf } from "../../../shared/domain/change-set.ts";
import type { DryRun, DryRunFinding, DryRunObject } from "../../../shared/dry-run-port.ts";
import { dryRunHits, withDryRun } from "../../../shared/policy/server-dry-run.ts";
import { application, platformOf, service } from "../../support/platform.ts";

const platform = platformOf({
  "app.yaml": application("web", "web", "shop"),
  "web/old.yaml": service("old", 80),
  "web/gone.yaml": service("gone", 80),
});
const blob = (path: string) => platform.files.get(path)?.blob ?? null;
const set = changeSet(
  [
    { path: "web/new.yaml", before: null, after: service("new", 80) },
    { path: "web/old.yaml", before: blob("web/old.yaml"), after: service("old", 81) },
    { path: "web/gone.yaml", before: blob("web/gone.yaml"), after: null },
  ],
  [],
  "web",
);

function answering(findings: readonly DryRunFinding[], unanswered: DryRun["unanswered"] = "auto") {
  const asked: (readonly DryRunObject[])[] = [];
  const port: DryRun = {
    unanswered,
    check: async (objects) => {
      asked.push(objects);
      return findings;
    },
  };
  return { port, asked };
}

describe("findings of a cluster as hits of policy", () => {
  test("what is created and changed is asked about, in the namespace it goes to; what is deleted is not", async () => {
    const { port, asked } = answering([]);
    expect(await dryRunHits(set, platform, port)).toEqual([]);
    expect(asked[0]?.map(({ object, effect }) => [object["metadata"], effect])).toEqual([
      [{ name: "old", namespace: "shop" }, "change"],
      [{ name: "new", namespace: "shop" }, "create"],
    ]);
  });

  test.each<[DryRunFinding["kind"], DryRun["unanswered"], string]>([
    ["refused", "auto", "deny"],
    ["missing", "auto", "human"],
    ["forbidden", "auto", "auto"],
    ["forbidden", "human", "human"],
    ["unreachable", "auto", "auto"],
    ["unreachable", "human", "human"],
    ["warning", "human", "auto"],
  ])("%s, where no answer counts as %s: %s", async (kind, unanswered, decision) => {
    const { port } = answering([{ index: 0, kind, message: "its words" }], unanswered);
    const [hit] = await dryRunHits(set, platform, port);
    expect(hit).toMatchObject({ rule: "server-side-dry-run", decision, path: "web/old.yaml", document: 0 });
    expect(hit?.message).toMatch(/^Service shop\/old: .*its words$/);
    const verdict = await withDryRun(verdictOf([]), set, platform, port);
    expect(verdict).toMatchObject({ decision, rules: [hit] });
  });

  test("a denied change is not shown, nor any without a cluster, and a verdict never gets better", async () => {
    const denied = verdictOf([{ rule: "x", decision: "deny", message: "no" }]);
    const human = verdictOf([{ rule: "y", decision: "human", message: "look" }]);
    const { port, asked } = answering([]);
    expect(await withDryRun(denied, set, platform, port)).toBe(denied);
    expect(await withDryRun(human, set, platform, undefined)).toBe(human);
    expect(asked).toEqual([]);
    expect((await withDryRun(human, set, platform, port)).decision).toBe("human");
  });

  test("a plan keeps everything but its verdict", async () => {
    const rendered = { changeSet: set, verdict: verdictOf([]), changes: ["x"] };
    const { port } = answering([{ index: 0, kind: "refused", message: "no" }]);
    const shown = await shownToCluster(rendered, platform, port);
    expect(shown).toMatchObject({ changeSet: set, changes: ["x"], verdict: { decision: "deny" } });
  });
});
