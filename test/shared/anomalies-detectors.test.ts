import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seeded, trainAutoencoder } from "../../shared/anomalies/autoencoder.ts";
import { breather } from "../../shared/anomalies/breather.ts";
import { driftWatch } from "../../shared/anomalies/drift.ts";
import { learnUsual, type Refusal, type Usual } from "../../shared/anomalies/ensemble.ts";
import { nearestTo } from "../../shared/anomalies/nearest.ts";
import { type Reading, readSample, type Sample, sampleBetween } from "../../shared/anomalies/sample.ts";
import { distinctOf, scalingOf, vectorOf } from "../../shared/anomalies/scaling.ts";
import { tailOf } from "../../shared/anomalies/tail.ts";
import { quietWeek } from "../support/stage-samples.ts";

const breathe = () => undefined;
const sample = (values: Record<string, number>, at = 0): Sample => ({ at, span: 60_000, values });

describe("a sample is the time between two readings", () => {
  const reading = (at: number, settled: number, age = 0): Reading => ({
    at,
    counters: { "settled:route": settled, dead: 0 },
    gauges: { "age:route": age },
  });

  test("counters become rates a minute, gauges stay, and nothing is not written down", () => {
    expect(sampleBetween(reading(0, 10), reading(30_000, 25, 3), 60_000)).toEqual({
      at: 30_000,
      span: 30_000,
      values: { "settled:route": 30, "age:route": 3 },
    });
  });

  test("a move that took no time is known, one that did not happen is not", () => {
    const after = { ...reading(60_000, 10), gauges: { "duration:plan": 0 } };
    expect(sampleBetween(reading(0, 10), after, 60_000)?.values).toEqual({ "duration:plan": 0 });
  });

  test.each<[string, Reading, Reading]>([
    ["too far apart", reading(0, 1), reading(601_000, 2)],
    ["in no order", reading(5, 1), reading(5, 2)],
    ["of a Redis that was replaced", reading(0, 9), reading(60_000, 2)],
  ])("readings that are %s are none", (_name, before, after) => {
    expect(sampleBetween(before, after, 60_000)).toBeUndefined();
  });

  test.each([
    "{",
    "null",
    "1",
    '{"at":1,"span":1}',
    '{"at":1,"span":1,"values":{"a":"x"}}',
    '{"at":-1,"span":1,"values":{}}',
  ])("%s is no sample", (text) => {
    expect(readSample(text)).toBeUndefined();
  });
});

describe("scaling", () => {
  const samples = Array.from({ length: 200 }, (_, i) =>
    sample({
      "settled:route": 10 + (i % 7),
      "dead:plan": 1,
      "retried:plan": i === 5 ? 9 : 0,
      "duration:plan": 5 + (i % 3),
    }),
  );

  test("what never or hardly ever changes is left out", () => {
    const { names, constant } = scalingOf(samples);
    expect(names).toEqual(["duration:plan", "settled:route"]);
    expect(constant).toEqual(["dead:plan", "retried:plan"]);
  });

  test("the median is nothing, an unknown duration is usual, and further than far is far", () => {
    const scaling = scalingOf(samples);
    expect([...vectorOf(scaling, sample({ "settled:route": 13 }))]).toEqual([0, 0]);
    const [, far] = vectorOf(scaling, sample({ "settled:route": 1e12 }));
    expect(far).toBe(12);
  });

  test("distinct vectors are counted, to two digits", () => {
    expect(
      distinctOf(
        [
          [1, 2],
          [1, 2.001],
          [1, 2.02],
          [2, 1],
        ].map((one) => Float64Array.from(one)),
      ),
    ).toBe(3);
    const many = Array.from({ length: 5_000 }, (_, i) => Float64Array.from([i % 71, Math.floor(i / 71), 0]));
    expect(distinctOf(many)).toBe(5_000);
  });
});

describe("detectors", () => {
  test("the nearest five decide", () => {
    const nearest = nearestTo([0, 0, 0, 0, 0, 9, 9].map((value) => Float64Array.from([value, value])));
    expect(nearest.score(Float64Array.from([0, 0]))).toBe(0);
    expect(nearest.score(Float64Array.from([3, 3]))).toBeCloseTo(3);
    expect([...nearest.usual(Float64Array.from([1, 1]))]).toEqual([0, 0]);
  });

  test("the autoencoder reads back what it knows better than what it does not, the same each time", async () => {
    const random = seeded(4);
    const vectors = Array.from({ length: 400 }, () => {
      const level = 2 * random() - 1;
      return Float64Array.from([level, level, -level, 2 * level, 0.5 * level]);
    });
    const one = await trainAutoencoder(vectors, 1, breathe);
    const other = await trainAutoencoder(vectors, 1, breathe);
    const known = Float64Array.from([0.5, 0.5, -0.5, 1, 0.25]);
    const strange = Float64Array.from([0.5, -0.5, 0.5, 1, -0.25]);
    expect(one.score(strange)).toBeGreaterThan(5 * one.score(known));
    expect(other.score(strange)).toBe(one.score(strange));
  });

  test("surprise grows with the score, from nothing to eight", () => {
    const tail = tailOf(Array.from({ length: 500 }, (_, i) => i / 100));
    fc.assert(
      fc.property(
        fc.double({ min: -10, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (score, by) => {
          expect(tail.surprise(score + by)).toBeGreaterThanOrEqual(tail.surprise(score) - 0.01);
          expect(tail.surprise(score)).toBeGreaterThanOrEqual(0);
          expect(tail.surprise(score)).toBeLessThanOrEqual(8);
        },
      ),
    );
    expect(tail.surprise(4.5)).toBeCloseTo(1, 1);
  });
});

describe("the usual", () => {
  const learn = (samples: readonly Sample[]) => learnUsual(samples, { seed: 1, breathe });
  const week = quietWeek({ seed: 5, minutes: 700 });

  test.each<[string, readonly Sample[], RegExp]>([
    ["nothing", [], /^not enough data: 0 of 200 distinct samples$/],
    ["199 samples", week.slice(0, 199), /^not enough data: 199 of 200/],
    ["60 that come again and again", Array.from({ length: 900 }, (_, i) => week[i % 60] as Sample), /: 60 of 200/],
    ["numbers that never change", Array.from({ length: 400 }, () => week[0] as Sample), /^all features are constant/],
  ])("is not known of %s", async (_name, samples, because) => {
    const learned = await learn(samples);
    expect((learned as Refusal).because).toMatch(because);
  });

  test("a spike is surprising and names what stands out; a usual sample is not; the same samples say the same", async () => {
    const usual = (await learn(week)) as Usual;
    const [quiet] = week;
    const values = { ...quiet?.values, "age:evaluate": 500 };
    const judged = usual.judge({ values });
    expect(judged.surprise).toBeGreaterThan(3);
    expect(judged.standing[0]).toMatchObject({ feature: "age:evaluate", value: 500 });
    expect(judged.standing[0]?.usual).toBeLessThan(20);
    const calm = week.filter((one) => usual.judge(one).surprise > 3);
    expect(calm.length).toBeLessThan(4);
    expect(((await learn(week)) as Usual).judge({ values }).surprise).toBe(judged.surprise);
  });
});

test("drift: a third of an hour's samples is too surprising, not one of twenty", () => {
  const usual = driftWatch();
  expect(Array.from({ length: 200 }, (_, i) => usual.add(i % 20 === 0 ? 5 : 0.2)).includes(true)).toBe(false);
  const moved = driftWatch();
  const said = Array.from({ length: 60 }, (_, i) => moved.add(i % 2 === 0 ? 2 : 0.2));
  expect(said.indexOf(true)).toBe(59);
});

test("others are let in when a slice is over, and not before", async () => {
  expect(breather(60_000)()).toBeUndefined();
  let isIn = false;
  setImmediate(() => {
    isIn = true;
  });
  await breather(-1)();
  expect(isIn).toBe(true);
});
