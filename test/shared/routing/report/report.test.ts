import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXPERTS } from "../../../../shared/domain/improvement.ts";
import { compareArms, servedAccuracy } from "../../../../shared/routing/report/arms.ts";
import { histogramOf, quantile, TIME_BOUNDS } from "../../../../shared/routing/report/buckets.ts";
import { calibrationOf } from "../../../../shared/routing/report/calibration.ts";
import { confusionOf, successOf } from "../../../../shared/routing/report/experts.ts";
import { mcNemar, shareOf } from "../../../../shared/routing/report/intervals.ts";
import { judgedRows, labelCounts, type ReportRow } from "../../../../shared/routing/report/judged.ts";
import { meanConfidence, precisionsOf, tierReports, trafficOf } from "../../../../shared/routing/report/tiers.ts";

const row = (own: Partial<ReportRow>): ReportRow => ({
  id: "i",
  at: "2026-01-31T08:00:00.000Z",
  votes: [],
  reached: "verified",
  ...own,
});
const arm = (expert: (typeof EXPERTS)[number] | null) => ({ expert, tier: "keywords", confidence: 0.8 });
const pair = (rules: Parameters<typeof arm>[0], learned: Parameters<typeof arm>[0]) => ({
  arms: { rules: arm(rules), learned: arm(learned) },
});

describe("McNemar's exact test", () => {
  // Binomial tails by hand: 2 * sum(C(n, k) for k <= fewer) / 2^n.
  test.each<[number, number, number]>([
    [0, 0, 1],
    [1, 0, 1],
    [0, 5, 0.0625],
    [1, 7, 18 / 256],
    [10, 10, 1],
    [2, 12, (2 * (1 + 14 + 91)) / 16_384],
  ])("%i against %i", (a, b, p) => {
    expect(mcNemar(a, b)).toBeCloseTo(p, 10);
    expect(mcNemar(b, a)).toBe(mcNemar(a, b));
  });

  test("is a probability, however many pairs there are, and the smaller the more uneven they are", () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.nat(5_000), (a, b) => {
        const p = mcNemar(a, b);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
        if (a > b && b > 0) expect(mcNemar(a + 1, b - 1)).toBeLessThanOrEqual(p + 1e-9);
      }),
    );
    expect(mcNemar(5_000, 5_000)).toBeCloseTo(1, 5);
  });
});

test("a share has its interval, and none is known of nothing", () => {
  expect(shareOf(0, 0)).toEqual({ share: null, low: 0, high: 1, n: 0 });
  const { share, low, high } = shareOf(9, 10);
  expect(share).toBe(0.9);
  expect(low).toBeCloseTo(0.5958, 3);
  expect(high).toBeCloseTo(0.9821, 3);
});

describe("whose word counts", () => {
  const rows = [
    row({ label: "database", by: "person" }),
    row({ label: "security", by: "outcome" }),
    row({ right: false, by: "expert" }),
    row({}),
  ];
  test("outcomes of what was served are left out unless asked for", () => {
    expect(judgedRows(rows, "said")).toEqual([rows[0], rows[2]]);
    expect(judgedRows(rows, "all")).toHaveLength(3);
    expect(labelCounts(rows)).toEqual({
      rows: 4,
      labelled: 3,
      by: { person: 1, expert: 1, "second-opinion": 0, outcome: 1 },
    });
  });
});

test("the arms are compared on the same rows; one without a label tells nothing", () => {
  const compared = compareArms([
    row({ label: "database", ...pair("database", "database") }),
    row({ label: "database", ...pair(null, "database") }),
    row({ label: "database", ...pair("security", "database") }),
    row({ label: "database", ...pair("database", "security") }),
    row({ label: "database", ...pair(null, "security") }),
    row({ right: false, chosen: "database", ...pair("database", "security") }),
    row({ label: "database" }),
  ]);
  expect(compared).toMatchObject({ n: 5, bothRight: 1, onlyRules: 1, onlyLearned: 2, bothWrong: 1, p: 1 });
  expect(compared.accuracy.rules).toMatchObject({ share: 0.4, n: 5 });
  expect(compared.accuracy.learned).toMatchObject({ share: 0.6, n: 5 });
});

test("who was served was right, wrong, or nobody knows", () => {
  const rows = [
    row({ chosen: "database", label: "database", arm: "rules" }),
    row({ chosen: "database", label: "security", arm: "rules" }),
    row({ chosen: "database", right: false, arm: "learned" }),
    row({ label: "security", arm: "learned" }),
  ];
  const { all, rules, learned } = servedAccuracy(rows);
  expect([all, rules, learned].map(({ share, n }) => [share, n])).toEqual([
    [1 / 3, 3],
    [0.5, 2],
    [0, 1],
  ]);
});

describe("calibration", () => {
  const sure = (confidence: number, isRight: boolean): ReportRow =>
    row({ chosen: "database", label: isRight ? "database" : "security", confidence });

  test("distance of confidence and truth, by bin", () => {
    const rows = [
      sure(0.85, true),
      sure(0.85, true),
      sure(0.85, false),
      sure(0.85, true),
      sure(1, true),
      sure(0.3, false),
    ];
    const { n, bins, ece, brier } = calibrationOf(rows);
    expect(n).toBe(6);
    expect(bins).toHaveLength(10);
    expect(bins[8]).toMatchObject({ n: 4, right: 0.75 });
    expect(bins[9]).toMatchObject({ n: 1, confidence: 1, right: 1 });
    // 0.3 falls into the bin it begins, whatever its last binary digit is.
    expect(bins[3]).toMatchObject({ n: 1, right: 0 });
    expect(ece).toBeCloseTo((4 * 0.1 + 0 + 0.3) / 6, 10);
    expect(brier).toBeCloseTo((3 * 0.0225 + 0.7225 + 0 + 0.09) / 6, 10);
  });

  test("of no rows nothing is said", () => {
    expect(calibrationOf([row({ chosen: "database", confidence: 0.9 })])).toMatchObject({
      n: 0,
      ece: null,
      brier: null,
    });
  });

  test("every answer is in exactly one bin, and the error is a share", () => {
    const answer = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean());
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1 }), (answers) => {
        const { bins, ece } = calibrationOf(answers.map(([confidence, isRight]) => sure(confidence, isRight)));
        expect(bins.reduce((all, bin) => all + bin.n, 0)).toBe(answers.length);
        expect(ece).toBeGreaterThanOrEqual(0);
        expect(ece).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test("confusion: the right expert against who was chosen, and where a person had to choose", () => {
  const { chosen, rows } = confusionOf([
    row({ label: "database", chosen: "database" }),
    row({ label: "database", chosen: "architecture" }),
    row({ label: "database" }),
    row({ right: false, chosen: "security" }),
  ]);
  expect(chosen).toEqual([...EXPERTS, "none"]);
  expect(rows.map(({ label }) => label)).toEqual(EXPERTS);
  expect(rows.find(({ label }) => label === "database")?.counts).toEqual([1, 0, 0, 1, 0, 0, 1]);
  expect(rows.flatMap(({ counts }) => counts).reduce((all, one) => all + one, 0)).toBe(3);
});

test("that the expert was right and that the change held are two questions", () => {
  const rows = [
    row({ chosen: "database", label: "database", by: "person", held: false }),
    row({ chosen: "database", label: "security", by: "person", held: true }),
    row({ chosen: "database", held: true }),
    row({ chosen: "security" }),
  ];
  const [database] = successOf(rows, judgedRows(rows, "said")).filter(({ expert }) => expert === "database");
  expect(database).toMatchObject({ n: 3, right: { share: 0.5, n: 2 }, held: { share: 2 / 3, n: 3 } });
});

describe("counters", () => {
  const counted = (counts: Record<string, number>) => (field: string) => counts[field] ?? 0;

  test("a quantile lies evenly within its bucket; what is over the last counts as the last", () => {
    const times = (counts: Record<string, number>) => histogramOf(counted(counts), "t", TIME_BOUNDS, 0);
    expect(quantile(times({}), 0.5)).toBeNull();
    expect(quantile(times({ "t:1": 4 }), 0.5)).toBe(0.5);
    expect(quantile(times({ "t:5": 10, "t:10": 10 }), 0.5)).toBe(5);
    expect(quantile(times({ "t:5": 10, "t:10": 10 }), 0.75)).toBe(7.5);
    expect(quantile(times({ "t:1": 1, "t:inf": 9 }), 0.95)).toBe(10_000);
  });

  test("each tier: votes, what it served and how sure it was, how often its votes were right, how long they took", () => {
    const count = counted({
      "route_served:keywords:database:rules": 3,
      "route_served:keywords:security:learned": 1,
      "route_served:person:none:rules": 2,
      "route_confidence_sum:keywords": 3_200,
      "route_vote:keywords:decided": 4,
      "route_vote:keywords:abstained": 2,
      "route_vote:neighbours:unknown": 6,
      "route_ms:keywords:1": 6,
      "route_ms_sum:keywords": 1_800,
    });
    const rows = [
      row({ label: "database", votes: [{ tier: "keywords", expert: "database", confidence: 0.8 }] }),
      row({ label: "database", votes: [{ tier: "keywords", expert: "security", confidence: 0.8 }] }),
      row({ label: "database", votes: [{ tier: "keywords", expert: null, confidence: 0 }] }),
    ];
    const reports = tierReports(count, precisionsOf(rows));
    expect(reports.map(({ tier }) => tier)).toEqual([
      "exact-repeat",
      "keywords",
      "neighbours",
      "classifier",
      "model",
      "person",
    ]);
    expect(reports[1]).toMatchObject({
      votes: { decided: 4, abstained: 2, unknown: 0 },
      served: 4,
      precision: { share: 0.5, n: 2 },
      meanConfidence: 0.8,
      p50: 0.5,
      p95: expect.closeTo(0.95),
    });
    expect(reports[2]).toMatchObject({ votes: { unknown: 6 }, served: 0, meanConfidence: null, p50: null });
    expect(trafficOf(count)).toEqual({ rules: 5, learned: 1 });
    expect(meanConfidence(count)).toBe(0.8);
    expect(meanConfidence(counted({ "route_served:person:none:rules": 2 }))).toBeNull();
  });
});
