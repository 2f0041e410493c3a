/** Which rows teach and which judge, and when a candidate wins. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXPERTS, type Expert } from "../../../shared/domain/improvement.ts";
import { seeded } from "../../../shared/routing/classifier/random.ts";
import { type GateRows, judgeCandidate } from "../../../shared/routing/learning/gate.ts";
import { agreement, eceOf, scoresOf } from "../../../shared/routing/learning/measures.ts";
import { type FrozenRow, frozenRows, heldOut, mayJudge, ownRows } from "../../../shared/routing/learning/rows.ts";
import type { Classifier, TrainingRow } from "../../../shared/routing-ports.ts";
import {
  answering,
  idsOf as ids,
  knowing,
  labelledRow as labelled,
  labelledRows as many,
  trainingRowOf,
} from "../../support/router-models.ts";

describe("rows", () => {
  test("only those with a label teach; what an outcome says judges nobody", () => {
    const rows: TrainingRow[] = [
      trainingRowOf("a"),
      trainingRowOf("b", { label: undefined, right: false }),
      trainingRowOf("c", { by: "outcome", weight: 0.5 }),
      trainingRowOf("d", { label: "gardening" as Expert }),
    ];
    expect(ownRows(rows).map(({ id, group, weight }) => [id, group, weight])).toEqual([
      ["own:a", "own:s-a", 1],
      ["own:c", "own:s-c", 0.5],
    ]);
    expect(rows.filter(mayJudge).map(({ id }) => id)).toEqual(["a", "d"]);
  });

  test("the newest groups judge, whole; a group is as old as its first row", () => {
    const rows = Array.from({ length: 100 }, (_, i) => {
      const at = new Date(Date.parse("2026-01-01") + i * 1_000).toISOString();
      // The last row came from the first source.
      return labelled(`r${i}`, "security", { group: `g${i === 99 ? 0 : Math.floor(i / 5)}`, at });
    });
    const { training, judging } = heldOut(rows, () => true);
    expect(new Set(judging.map(({ group }) => group))).toEqual(new Set(["g19", "g18", "g17", "g16", "g15"]));
    expect(training.length + judging.length).toBe(100);
    expect(heldOut([...rows].reverse(), () => true).judging.length).toBe(judging.length);
  });

  test("no group is on both sides, and none that is too large judges", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ group: fc.nat(8), hour: fc.nat(23) }), { maxLength: 120 }), (made) => {
        const rows = made.map(({ group, hour }, i) =>
          labelled(`r${i}`, "security", {
            group: `g${group}`,
            at: `2026-01-01T${String(hour).padStart(2, "0")}:00:00Z`,
          }),
        );
        const { training, judging } = heldOut(rows, () => true);
        const taught = new Set(training.map(({ group }) => group));
        expect(judging.filter(({ group }) => taught.has(group))).toEqual([]);
        expect(judging.length).toBeLessThanOrEqual(rows.length * 0.4);
        if (judging.length === 0) expect(training).toHaveLength(rows.length);
      }),
    );
  });

  test("of few rows more are held out, so that there are enough to judge", () => {
    const sizes = [24, 25, 40, 200].map((n) => heldOut(many("r", n), () => true).judging.length);
    expect(sizes).toEqual([0, 10, 10, 40]);
  });

  test("too few judges: all rows teach", () => {
    const rows = many("r", 100);
    expect(heldOut(rows, ({ id }) => id === "r99")).toEqual({ training: rows, judging: [] });
  });

  test("the frozen rows are there, of all experts, some of them adversarial", async () => {
    const rows = await frozenRows();
    expect(rows.length).toBeGreaterThan(200);
    expect(new Set(rows.map(({ label }) => label))).toEqual(new Set(EXPERTS));
    expect(rows.filter(({ adversarial }) => adversarial).length).toBeGreaterThan(5);
  });
});

describe("the gate", () => {
  const frozenPlain = many("f", 300);
  const frozen: FrozenRow[] = frozenPlain.map((row, i) => ({ ...row, adversarial: i < 60 }));
  const own = many("o", 40);
  const all = [...frozen, ...own];
  const judgedBy = (candidate: Classifier, current: Classifier, rows: GateRows) =>
    judgeCandidate(candidate, current, current, rows);
  const judged = (wrong: readonly string[], wrongBefore: readonly string[], share = 0.95) =>
    judgedBy(knowing("new", all, wrong, share), knowing("old", all, wrongBefore, share), { frozen, own });

  test("right more often on the school's own newest rows, and no worse elsewhere: it wins", () => {
    const { promoted, because, figures } = judged(ids("o", 0, 2), ids("o", 0, 8));
    expect(promoted).toBe(true);
    expect(because).toContain("won against old: 6 more of the school's own newest rows are right");
    expect(figures).toMatchObject({
      frozen_rows: 300,
      own_rows: 40,
      own_accuracy: 38 / 40,
      own_accuracy_before: 32 / 40,
    });
  });

  test.each<[string, readonly string[], readonly string[], RegExp]>([
    [
      "worse on the frozen rows",
      ids("f", 100, 112),
      ids("o", 0, 5),
      /worse on the frozen rows: 12 only the current one/,
    ],
    ["worse on the adversarial rows", ids("f", 0, 4), ids("o", 0, 5), /worse on the adversarial rows/],
    ["worse on its own rows", ids("o", 0, 3), ids("o", 10, 12), /worse on the school's own newest rows/],
    ["nowhere better", [], [], /better nowhere/],
  ])("%s: it loses", (_what, wrong, wrongBefore, because) => {
    const judgement = judged(wrong, wrongBefore);
    expect(judgement.promoted).toBe(false);
    expect(judgement.because).toMatch(because);
  });

  test("many small steps down are found out by the model the school came with", () => {
    const current = knowing("old", all, [...ids("f", 100, 107), ...ids("o", 0, 5)], 0.95);
    const candidate = knowing("new", all, ids("f", 100, 112), 0.95);
    const judgement = judgeCandidate(candidate, current, knowing("seed", all, [], 0.95), { frozen, own });
    expect(judgement.because).toContain("it is worse than the seed model on the frozen rows: 12 only");
    expect(judgedBy(candidate, current, { frozen, own }).promoted).toBe(true);
  });

  test("a little worse on the frozen rows, within what can be told, is no loss", () => {
    expect(judged(ids("f", 100, 101), ids("o", 0, 5)).promoted).toBe(true);
  });

  test("as often right and closer to the truth wins; over-confident loses", () => {
    const before = knowing("old", all, ids("f", 200, 215), 0.8);
    expect(judgedBy(knowing("new", all, ids("f", 200, 215), 0.95), before, { frozen, own }).promoted).toBe(true);
    const wrong = ids("f", 150, 220);
    const sure = judgedBy(knowing("new", all, wrong, 0.99), knowing("old", all, [...wrong, "o1"], 0.8), {
      frozen,
      own,
    });
    expect(sure.because).toMatch(/calibration error is 0\.2\d\d, at most 0\.1/);
  });

  test("mixed-up labels are found out, however the candidate takes to them", () => {
    const random = seeded(7);
    const mixed = own.map((row) => ({ ...row, label: EXPERTS[Math.floor(random() * 6)] as Expert }));
    const right = knowing("old", all);
    const unsure = knowing("new", all, [], 0.85);
    const judgement = judgedBy(unsure, right, { frozen, own: mixed });
    expect(judgement.promoted).toBe(false);
    expect(judgement.because).toMatch(/no better than chance would \(kappa/);
  });

  test("without own rows the frozen ones decide alone; without those nobody is promoted", () => {
    const better = judgedBy(knowing("new", all, [], 0.95), knowing("old", all, ids("f", 90, 95)), {
      frozen,
      own: [],
    });
    expect(better.because).toContain("5 more of the frozen rows are right");
    const none = judgedBy(knowing("new", all), knowing("old", all, ids("o", 0, 9)), { frozen: [], own });
    expect(none).toMatchObject({ promoted: false });
  });

  test("whatever the answers, nothing is promoted that is right less often by more than the margin", () => {
    const flips = fc.array(fc.boolean(), { minLength: 300, maxLength: 300 });
    fc.assert(
      fc.property(flips, fc.integer({ min: 0, max: 300 }), (bits, upTo) => {
        const wrong = frozen.filter((_, i) => bits[i] && i < upTo).map(({ id }) => id);
        const judgement = judged(wrong, ids("o", 0, 5));
        if (wrong.length / 300 > 0.03) expect(judgement.promoted).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
});

describe("figures", () => {
  test("Brier scores, errors and the difference of pairs are those of the books", () => {
    const [scored] = scoresOf(
      answering("x", () => "security", 0.9),
      [{ text: labelled("a", "database").text, label: "database" }],
    );
    expect(scored?.right).toBe(false);
    expect(scored?.brier).toBeCloseTo(0.81 + 0.98 ** 2 + 4 * 0.02 ** 2, 10);
    expect(
      eceOf([
        { confidence: 0.9, right: true },
        { confidence: 0.9, right: false },
      ]),
    ).toBeCloseTo(0.4, 10);
  });

  test("kappa: 1 for the same, about 0 for chance, unknown where all are the same", () => {
    const labels = many("x", 60).map(({ label }) => label);
    expect(agreement(labels, labels)?.kappa).toBeCloseTo(1, 10);
    expect(agreement(labels, labels)?.z).toBeGreaterThan(5);
    const random = seeded(3);
    const chance = labels.map(() => EXPERTS[Math.floor(random() * 6)] as string);
    expect(Math.abs(agreement(labels, chance)?.z ?? 9)).toBeLessThan(2.5);
    expect(
      agreement(
        labels.map(() => "a"),
        labels.map(() => "a"),
      ),
    ).toBeUndefined();
    expect(agreement([], [])).toBeUndefined();
  });
});
