import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitHolds, fitQuantiles } from "../../shared/forecast/fit.ts";
import { outOfFold } from "../../shared/forecast/folds.ts";
import { logGamma } from "../../shared/forecast/log-gamma.ts";
import { fitPosterior } from "../../shared/forecast/posterior.ts";
import { pinballLoss, poolOf, weightedQuantile } from "../../shared/forecast/quantiles.ts";
import { history } from "../support/forecast-history.ts";

const outcomes = (expert: string, kind: string, held: number, n: number) =>
  Array.from({ length: n }, (_, i) => ({ expert, kind, held: i < held }));
const width = ({ low, high }: { low: number; high: number }) => high - low;

test.each([
  [1, 0],
  [5, Math.log(24)],
  [0.5, Math.log(Math.sqrt(Math.PI))],
  [171, 706.5730622457874],
])("the logarithm of gamma at %d", (x, wanted) => {
  expect(logGamma(x)).toBeCloseTo(wanted, 9);
});

describe("how probable it is that a change holds", () => {
  test("nobody knows anything: anything is possible", () => {
    const { probability, low, high } = fitPosterior([]).holds({ expert: "security", kind: "x" });
    expect(probability).toBeCloseTo(0.5);
    expect([low, high]).toEqual([expect.closeTo(0.025, 1), expect.closeTo(0.975, 1)]);
  });

  test("a kind with many outcomes speaks for itself, one with few is told by its expert, one without by everybody", () => {
    const posterior = fitPosterior([
      ...outcomes("security", "many", 30, 100),
      ...outcomes("security", "few", 0, 2),
      ...outcomes("security", "good", 95, 100),
      ...outcomes("database", "bad", 10, 100),
      ...outcomes("database", "worse", 8, 100),
    ]);
    const many = posterior.holds({ expert: "security", kind: "many" });
    const few = posterior.holds({ expert: "security", kind: "few" });
    const unseen = posterior.holds({ expert: "database", kind: "unseen" });
    const nobody = posterior.holds({ expert: "monitoring", kind: "unseen" });
    expect(many.probability).toBeCloseTo(0.3, 1);
    expect(width(many)).toBeLessThan(0.2);
    expect(few.probability).toBeGreaterThan(0.05);
    expect(few.probability).toBeLessThan(0.6);
    expect(unseen.probability).toBeLessThan(nobody.probability);
    expect(width(nobody)).toBeGreaterThan(width(unseen));
  });

  test("one failure more never makes it more probable, and the interval holds the probability", () => {
    const count = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        const rows = [...outcomes("security", "k", a, a + b), ...outcomes("security", "l", c, c + d)];
        const of = { expert: "security", kind: "k" };
        const before = fitPosterior(rows).holds(of);
        const after = fitPosterior([...rows, { ...of, held: false }]).holds(of);
        expect(after.probability).toBeLessThanOrEqual(before.probability + 1e-9);
        expect(before.low).toBeLessThanOrEqual(before.probability);
        expect(before.high).toBeGreaterThanOrEqual(before.probability);
        expect(before.low).toBeGreaterThanOrEqual(0);
        expect(before.high).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  test("the order of the outcomes says nothing", () => {
    const rows = history({ seed: 5, rows: 120 });
    const of = rows[0] ?? { expert: "", kind: "" };
    const there = fitPosterior(rows).holds(of);
    const back = fitPosterior([...rows].reverse()).holds(of);
    expect(back.probability).toBeCloseTo(there.probability, 9);
  });

  test.each([
    [0, 5_000],
    [5_000, 5_000],
  ])("%i of %i is no trouble for numbers", (held, n) => {
    const { probability, low, high } = fitPosterior(outcomes("a", "b", held, n)).holds({ expert: "a", kind: "b" });
    expect([probability, low, high].every(Number.isFinite)).toBe(true);
    expect(Math.abs(probability - held / n)).toBeLessThan(0.01);
  });
});

describe("which way of telling serves", () => {
  test("below fifty outcomes none", () => {
    expect(fitHolds(history({ seed: 1, rows: 49 }))).toBeUndefined();
    expect(fitHolds(history({ seed: 1, rows: 50 }))).toMatchObject({ by: "posterior", n: 50 });
  });

  test("the regression where something else than expert and kind decides, and it is better than the mean", () => {
    const rows = history({ seed: 3, rows: 600, radius: 0.9, spread: 0.2, base: 0.8 });
    const model = fitHolds(rows);
    expect(model?.by).toBe("regression");
    expect(model?.losses.served).toBeLessThan((model?.losses.constant ?? 0) * 0.95);
    const [row] = rows;
    if (row === undefined) throw new Error("no rows");
    const near = model?.of({ ...row, radius: 0 });
    const far = model?.of({ ...row, radius: 50 });
    expect(near?.probability).toBeGreaterThan((far?.probability ?? 1) + 0.2);
    expect(near?.low).toBeLessThan(near?.probability ?? 0);
    expect(near?.high).toBeGreaterThan(near?.probability ?? 1);
  });

  test("the posterior where outcomes are thrown like dice", () => {
    const rows = history({ seed: 4, rows: 600, spread: 0, base: 0.5 });
    expect(fitHolds(rows)?.by).toBe("posterior");
  });

  test("the posterior where too few changes failed to learn from", () => {
    const rows = history({ seed: 6, rows: 400, radius: 0.9, base: 6 });
    expect(rows.filter(({ held }) => !held).length).toBeLessThan(20);
    expect(fitHolds(rows)?.by).toBe("posterior");
  });

  test("rows of one source are never told by one another", () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ id: `i${i}`, source: `s${i % 13}` }));
    const seen = outOfFold(rows, (others) => (row) => others.some(({ source }) => source === row.source));
    expect(seen).toHaveLength(40);
    expect(seen.includes(true)).toBe(false);
  });

  test("where all is of one source, its rows are split nonetheless", () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ id: `i${i}`, source: "s" }));
    const counts = outOfFold(rows, (others) => () => others.length);
    expect(Math.min(...counts)).toBeGreaterThan(10);
    expect(Math.max(...counts)).toBeLessThan(40);
  });
});

describe("how long it takes, and what it costs", () => {
  const measured = (expert: string, kind: string, values: readonly number[]) =>
    values.map((value) => ({ expert, kind, value }));

  test.each([
    [[1, 2, 3], 0.5, 2],
    [[1, 3], 0.5, 2],
    [[5], 0.9, 5],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9, 9.5],
  ])("of %j the share %d is reached at %d", (values, share, wanted) => {
    const sorted = values.map((value) => ({ value, weight: 1 }));
    expect(weightedQuantile(sorted, share)).toBeCloseTo(wanted);
  });

  test("a kind with enough of its own is not told by the others, one with nothing is", () => {
    const slow = measured(
      "a",
      "slow",
      Array.from({ length: 60 }, (_, i) => 100 + (i % 10)),
    );
    const quick = measured(
      "b",
      "quick",
      Array.from({ length: 400 }, (_, i) => 1 + (i % 3)),
    );
    const pool = poolOf([...slow, ...quick]);
    expect(pool({ expert: "a", kind: "slow" }).p50).toBeGreaterThan(100);
    expect(pool({ expert: "a", kind: "new" }).p50).toBeGreaterThan(pool({ expert: "c", kind: "new" }).p50 - 1);
    expect(pool({ expert: "b", kind: "quick" }).p90).toBeLessThanOrEqual(3);
  });

  test("the median comes before the ninetieth percentile, whatever was measured", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const { p50, p90 } = poolOf(measured("a", "b", values))({ expert: "a", kind: "b" });
        expect(p50).toBeLessThanOrEqual(p90);
        expect(p50).toBeGreaterThanOrEqual(Math.min(...values));
        expect(p90).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });

  test("the loss is least at the quantiles themselves", () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    const loss = (p50: number, p90: number) => values.reduce((sum, value) => sum + pinballLoss({ p50, p90 }, value), 0);
    for (const [p50, p90] of [
      [40, 90],
      [60, 90],
      [50, 80],
      [50, 99],
    ] as const)
      expect(loss(50, 90)).toBeLessThan(loss(p50, p90));
  });

  test("the regression where the blast radius makes it slow; the pool where nothing known does", () => {
    const minutesOf = ({ minutes }: { minutes?: number | undefined }) => minutes;
    const slow = fitQuantiles(history({ seed: 7, rows: 500, radius: 1 }), minutesOf);
    expect(slow?.by).toBe("regression");
    expect(slow?.losses.served).toBeLessThan(slow?.losses.constant ?? 0);
    const noise = fitQuantiles(history({ seed: 8, rows: 500 }), ({ tokens }) => tokens);
    expect(noise?.by).toBe("pooled");
    expect(fitQuantiles(history({ seed: 8, rows: 19 }), ({ tokens }) => tokens)).toBeUndefined();
  });
});
