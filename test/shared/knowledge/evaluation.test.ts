import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hit } from "../../../shared/knowledge-ports.ts";
import { areaUnderCurve, bootstrap, generator, shuffled, wilson } from "../../eval/intervals.ts";
import { problemsOf, raised } from "../../eval/ratchet.ts";
import { fileRank, fused, only, sectionRank } from "../../eval/retrieval/ranks.ts";
import type { Figure } from "../../eval/suite.ts";

describe("intervals", () => {
  // Newcombe 1998, Statistics in Medicine 17, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("Wilson of %i in %i", (successes, n, low, high) => {
    const interval = wilson(successes, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
    expect(interval).toMatchObject({ value: successes / n, n });
  });

  test.each([
    [1, 0],
    [-1, 3],
    [4, 3],
    [0.5, Number.NaN],
  ])("%d of %d is no share", (successes, n) => {
    expect(() => wilson(successes, n)).toThrow(RangeError);
  });

  test("a bootstrap is the same for the same seed, close to the normal one, and certain where rows agree", () => {
    const rows = Array.from({ length: 400 }, (_, at) => at % 2);
    const interval = bootstrap(rows, 7);
    expect(bootstrap(rows, 7)).toEqual(interval);
    expect(interval.value).toBe(0.5);
    expect(interval.low).toBeCloseTo(0.5 - 1.96 * (0.5 / 20), 1);
    expect(interval.high).toBeCloseTo(0.5 + 1.96 * (0.5 / 20), 1);
    expect(bootstrap([3, 3, 3], 1)).toEqual({ value: 3, n: 3, low: 3, high: 3 });
    expect(() => bootstrap([], 1)).toThrow(RangeError);
  });

  test("the generator is mulberry32, and a shuffle leaves nothing where it was", () => {
    const random = generator(1);
    expect([random(), random()].map((value) => value.toFixed(6))).toEqual(["0.627074", "0.002736"]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), (length, seed) => {
        const items = Array.from({ length }, (_, at) => at);
        const order = shuffled(items, seed);
        expect([...order].sort((a, b) => a - b)).toEqual(items);
        expect(order.some((item, at) => item === at)).toBe(false);
      }),
    );
  });

  test("the area under the curve counts won pairs", () => {
    expect(areaUnderCurve([0.9, 0.8], [0.1, 0.2])).toBe(1);
    expect(areaUnderCurve([0.5], [0.5])).toBe(0.5);
    expect(areaUnderCurve([0.1, 0.9], [0.5])).toBe(0.5);
  });
});

describe("the ratchet", () => {
  const figure = (more: Partial<Figure>): Figure => ({
    name: "a/x",
    value: 0.9,
    n: 10,
    low: 0.8,
    high: 1,
    better: "higher",
    text: "own",
    ...more,
  });
  const accepted = { "a/x": { value: 0.9, n: 10 } };

  test.each<[string, Partial<Figure>, RegExp | undefined]>([
    ["the same", {}, undefined],
    ["better", { value: 0.91 }, undefined],
    ["worse", { value: 0.89 }, /a\/x: 0\.890, 0\.900 was accepted/],
    ["worse, and below a goal that was reached", { value: 0.84, goal: 0.85 }, /with it the goal 0\.85/],
    ["never at its goal", { goal: 0.95 }, undefined],
    ["lower is better, and higher", { value: 0.95, better: "lower" }, /a\/x/],
    ["a time", { value: 0.1, information: true }, undefined],
    ["a control that is bad", { value: 0.2, control: { atMost: 0.3 } }, undefined],
    ["a control that is good", { value: 0.4, control: { atMost: 0.3 } }, /negative control/],
    ["no number", { value: Number.NaN }, /no number/],
  ])("%s", (_name, more, problem) => {
    const problems = problemsOf([figure(more)], accepted, ["a"]);
    expect(problems).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)]);
  });

  test("a figure that is gone is missed where its suite ran", () => {
    expect(problemsOf([], accepted, ["a"])).toEqual([expect.stringMatching(/not measured any more/)]);
    expect(problemsOf([], accepted, ["b"])).toEqual([]);
  });

  test("accepting raises and adds, and never lowers", () => {
    const figures = [
      figure({ value: 0.8 }),
      figure({ name: "a/new", value: 0.5 }),
      figure({ name: "a/time", information: true }),
      figure({ name: "a/control", control: { atMost: 1 } }),
    ];
    expect(raised(figures, accepted)).toEqual({ ...accepted, "a/new": { value: 0.5, n: 10 } });
    expect(raised([figure({ value: 0.95 })], accepted)).toEqual({ "a/x": { value: 0.95, n: 10 } });
  });
});

describe("ranks", () => {
  const hit = (path: string, dense?: number, sparse?: number, place = ""): Hit =>
    ({
      chunk: { path, place, text: "" },
      rank: 1,
      by: { ...(dense === undefined ? {} : { dense }), ...(sparse === undefined ? {} : { sparse }) },
    }) as unknown as Hit;
  const hits = [hit("a", 2, 1), hit("a", 1), hit("b", undefined, 2, "B > Part"), hit("c", 3, 3)];

  test("files count once, sections as chunks", () => {
    expect(fileRank(hits, { files: ["b"] })).toBe(2);
    expect(fileRank(hits, { files: ["z"] })).toBe(Infinity);
    expect(sectionRank(hits, { files: ["b"], section: "Part" })).toBe(3);
  });

  test("one list alone, and fused by weight", () => {
    expect(only("sparse", hits).map(({ chunk }) => chunk.path)).toEqual(["a", "b", "c"]);
    expect(only("dense", hits)[0]).toBe(hits[1]);
    const order = fused(hits, 2, { sparse: 100, dense: 1 });
    expect(order.slice(0, 2)).toEqual([hits[0], hits[3]]);
  });
});
