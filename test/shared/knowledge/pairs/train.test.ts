/** The committed model is what its set makes, and the set keeps its halves apart. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FEATURES } from "../../../../shared/knowledge/pairs/features.ts";
import { pairModel } from "../../../../shared/knowledge/pairs/judge.ts";
import { fitLogistic, logit } from "../../../../shared/knowledge/pairs/logistic.ts";
import { setHash, trainPairs } from "../../../../shared/knowledge/pairs/train.ts";
import { figuresOf, judgedPairs } from "../../../eval/suites/duplicates.ts";
import { pairsOf, textOf } from "../../../eval/train-duplicates.ts";

const committed = new URL("../../../../shared/knowledge/pairs/model.json", import.meta.url);

describe("the committed model", () => {
  test("is what the tuning half makes of it: else run `npm run eval -- --train duplicates`", () => {
    expect(pairModel.set).toBe(setHash(pairsOf("tune")));
    expect(readFileSync(committed, "utf8")).toBe(textOf(trainPairs(pairsOf("tune"))));
  });

  test("knows the features of the code, and blocks later than it doubts", () => {
    expect(Object.keys(pairModel.same.weights)).toEqual(FEATURES);
    expect(pairModel.doubt).toBeLessThan(pairModel.block);
    expect(pairModel.block).toBeLessThan(1);
  });

  test("reaches its goals on pairs it never saw, and fails with shuffled labels", () => {
    const judged = judgedPairs();
    for (const { name, value, goal, control } of figuresOf(judged, 1)) {
      if (goal !== undefined) expect(value, name).toBeGreaterThanOrEqual(goal);
      if (control !== undefined) expect(value, name).toBeLessThanOrEqual(control.atMost);
    }
  });
});

describe("the set", () => {
  const [tune, held] = [pairsOf("tune"), pairsOf("held")];

  test("is large enough, and half of it are hard negatives", () => {
    for (const pairs of [tune, held]) {
      expect(pairs.length).toBeGreaterThanOrEqual(150);
      expect(pairs.filter(({ verdict }) => verdict !== "duplicate").length).toBeGreaterThanOrEqual(pairs.length / 2);
      expect(new Set(pairs.map(({ id }) => id)).size).toBe(pairs.length);
    }
  });

  test("has no text and no group on both sides", () => {
    const texts = (pairs: typeof tune) => pairs.flatMap(({ a, b, group }) => [a.toLowerCase(), b.toLowerCase(), group]);
    const ours = new Set(texts(tune));
    expect(texts(held).filter((one) => ours.has(one))).toEqual([]);
  });
});

describe("training", () => {
  const pairs = pairsOf("tune").slice(0, 60);

  test("another set makes another model", () => expect(trainPairs(pairs).set).not.toBe(pairModel.set));

  test("a set that lacks a verdict is refused", () => {
    expect(() => trainPairs(pairs.filter(({ verdict }) => verdict !== "distinct"))).toThrow("no pair is distinct");
  });

  test("finds what separates, and keeps to the signs it is given", () => {
    const rows = [0, 1, 2, 3].map((value) => ({ features: [value], isTrue: value > 1 }));
    const fitted = fitLogistic(rows, 0.001);
    expect(logit(fitted, [0])).toBeLessThan(0);
    expect(logit(fitted, [3])).toBeGreaterThan(0);
    expect(fitLogistic(rows, 0.001, [-1]).weights).toEqual([0]);
  });
});
