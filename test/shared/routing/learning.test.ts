/** Which rows teach and which judge, when a candidate wins, when what serves goes back. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXPERTS, type Expert } from "../../../shared/domain/improvement.ts";
import { seeded } from "../../../shared/routing/classifier/random.ts";
import { judgeArms } from "../../../shared/routing/learning/arms-step-back.ts";
import { calibrationBound, hasDrifted } from "../../../shared/routing/learning/drift.ts";
import { type GateRows, judgeCandidate } from "../../../shared/routing/learning/gate.ts";
import { agreement, eceOf, scoresOf } from "../../../shared/routing/learning/measures.ts";
import { type FrozenRow, frozenRows, heldOut, mayJudge, ownRows } from "../../../shared/routing/learning/rows.ts";
import { judgeServing } from "../../../shared/routing/learning/step-back.ts";
import type { Classifier, LabelledRow, TrainingRow } from "../../../shared/routing-ports.ts";
import { answering, trainingRowOf } from "../../support/router-models.ts";

const labelled = (id: string, label: Expert, over: Partial<LabelledRow> = {}): LabelledRow => ({
  id,
  group: id,
  label,
  text: { title: id, description: "", implementation_notes: "", type: "t" },
  ...over,
});
const many = (name: string, n: number): LabelledRow[] =>
  Array.from({ length: n }, (_, i) => labelled(`${name}${i}`, EXPERTS[i % 6] as Expert));
/** Right but for those rows. */
const knowing = (version: string, rows: readonly LabelledRow[], wrong: readonly string[] = [], share = 0.9) => {
  const labels = new Map(rows.map(({ id, label }) => [id, label]));
  const miss = new Set(wrong);
  return answering(
    version,
    (title) => {
      const label = labels.get(title) ?? "security";
      return miss.has(title) ? (EXPERTS[(EXPERTS.indexOf(label) + 1) % 6] as Expert) : label;
    },
    share,
  );
};
const ids = (name: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${name}${from + i}`);

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
