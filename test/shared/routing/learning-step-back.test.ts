/** When a model, or an arm, that serves goes back: worse in pairs, wrong too often, or no longer to be believed. */
import { describe, expect, test } from "vitest";
import type { Expert } from "../../../shared/domain/improvement.ts";
import { seeded } from "../../../shared/routing/classifier/random.ts";
import { judgeArms } from "../../../shared/routing/learning/arms-step-back.ts";
import { calibrationBound, hasDrifted } from "../../../shared/routing/learning/drift.ts";
import { judgeServing } from "../../../shared/routing/learning/step-back.ts";
import type { TrainingRow } from "../../../shared/routing-ports.ts";
import { idsOf as ids, knowing, labelledRows as many, trainingRowOf } from "../../support/router-models.ts";

describe("drift", () => {
  const scores = (n: number, confidence: (i: number) => number, truth: number | undefined, seed: number) => {
    const random = seeded(seed);
    return Array.from({ length: n }, (_, i) => {
      const given = confidence(i);
      return { confidence: given, right: random() < (truth ?? given) };
    });
  };

  test("a calibrated model is left alone, also when there are few rows", () => {
    const alarms = Array.from({ length: 100 }, (_, seed) => {
      const random = seeded(seed + 1_000);
      return hasDrifted(scores(50, () => 0.4 + 0.6 * random(), undefined, seed));
    });
    expect(alarms.filter(Boolean).length).toBeLessThanOrEqual(5);
  });

  test("a model that is sure of what is wrong is found out, but not by a handful of rows", () => {
    expect(hasDrifted(scores(60, () => 0.95, 0.6, 1))).toBe(true);
    expect(hasDrifted(scores(49, () => 0.95, 0.1, 1))).toBe(false);
    expect(calibrationBound([])).toEqual({ ece: 0, low: 0 });
  });
});

describe("stepping back", () => {
  const rows = many("r", 60);
  const before = knowing("before", rows, ids("r", 50, 52), 0.95);

  test("six pairs that all speak against it are enough, five are not", () => {
    expect(
      judgeServing(knowing("now", rows, ids("r", 0, 6)), knowing("before", rows), rows.slice(0, 20)),
    ).toMatchObject({
      kind: "step-back",
      because: expect.stringContaining(
        "6 that only before gets right, 0 that only it does (McNemar p 0.031)",
      ) as string,
    });
    expect(
      judgeServing(knowing("now", rows, ids("r", 0, 5)), knowing("before", rows), rows.slice(0, 20)),
    ).toBeUndefined();
  });

  test("more errors on the last thirty", () => {
    const now = knowing("now", rows, ids("r", 0, 13), 0.7);
    const then = knowing("before", rows, [...ids("r", 5, 12), "r20"], 0.7);
    expect(judgeServing(now, then, rows)?.because).toContain(
      "of the last 30 labelled rows 43 % are wrong, 27 % with before",
    );
    expect(judgeServing(now, then, rows.slice(0, 29))).toBeUndefined();
  });

  test("drift: back where the one before can be believed more, else only told", () => {
    const now = knowing("now", rows, ids("r", 0, 30), 0.95);
    expect(judgeServing(now, knowing("before", rows, ids("r", 0, 30), 0.6), rows)).toMatchObject({ kind: "step-back" });
    expect(judgeServing(now, knowing("before", rows, ids("r", 0, 30), 0.99), rows)).toMatchObject({ kind: "drift" });
  });

  test("as good as before: it stays", () => {
    expect(judgeServing(before, before, rows)).toBeUndefined();
    expect(judgeServing(before, before, [])).toBeUndefined();
  });
});

describe("the learned arm", () => {
  const row = (i: number, rules: Expert | null, learned: Expert, over: Partial<TrainingRow> = {}) =>
    trainingRowOf(`a${i}`, {
      arm: "learned",
      arms: {
        rules: { expert: rules, tier: "keywords", confidence: 0.8 },
        learned: { expert: learned, tier: "classifier", confidence: 0.8 },
      },
      ...over,
    });
  const times = (n: number, make: (i: number) => TrainingRow) => Array.from({ length: n }, (_, i) => make(i));

  test("goes when the rules are right significantly more often", () => {
    const rows = times(7, (i) => row(i, "security", "database"));
    expect(judgeArms(rows, undefined)?.because).toContain("7 only the rules get right, 0 only the learned tiers");
    expect(judgeArms(rows.slice(0, 5), undefined)).toBeUndefined();
  });

  test("goes when too many of the last forty it served went wrong, where pairs cannot tell yet", () => {
    const wrongWhen = (wrong: boolean): Expert => (wrong ? "database" : "security");
    const rows = times(40, (i) => row(i, wrongWhen(i >= 37), wrongWhen(i < 10)));
    expect(judgeArms(rows, undefined)?.because).toContain(
      "of the last 40 judged improvements the learned tiers served 25 % went to the wrong expert, with the rules 8 %",
    );
    expect(judgeArms(rows.slice(0, 39), undefined)?.because ?? "").not.toContain("of the last 40");
  });

  test.each<[string, (i: number) => TrainingRow, string | undefined]>([
    ["it serves nobody", (i) => row(i, "security", "database", { arm: "rules" }), undefined],
    ["only outcomes say so", (i) => row(i, "security", "database", { by: "outcome" }), undefined],
    ["a person raised it since", (i) => row(i, "security", "database"), "2026-07-01T00:00:00Z"],
    ["the rules would have asked a person", (i) => row(i, null, "security"), undefined],
  ])("stays when %s", (_what, make, since) => {
    expect(judgeArms(times(60, make), since)).toBeUndefined();
  });
});
