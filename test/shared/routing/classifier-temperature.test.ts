import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { softmaxInto } from "../../../shared/routing/classifier/head.ts";
import { seeded } from "../../../shared/routing/classifier/random.ts";
import {
  type Bet,
  betOf,
  brierOf,
  calibrationError,
  coverageAt90,
  NEVER,
  temperatureFor,
  thresholdFor,
} from "../../../shared/routing/classifier/temperature.ts";

const EVEN = Array.from({ length: 6 }, () => 1 / 6);

function bets(...parts: readonly (readonly [share: number, right: number, wrong: number])[]): Bet[] {
  return parts.flatMap(([share, right, wrong]) =>
    Array.from({ length: right + wrong }, (_, i) => ({ share, isRight: i < right, weight: 1 })),
  );
}

/** Labels drawn from what the scores say at `temperature`. */
function judgedAt(temperature: number, count: number) {
  const random = seeded(11);
  return Array.from({ length: count }, () => {
    const scores = Float64Array.from({ length: 6 }, () => random() * 6);
    const shares = softmaxInto(scores.slice(), temperature);
    let rest = random();
    const label = shares.findIndex((share) => (rest -= share) < 0);
    return { scores, label: Math.max(0, label), weight: 1 };
  });
}

describe("temperature", () => {
  test.each([0.4, 1, 2.5])("labels drawn at %d are found to be at about that", (temperature) => {
    expect(Math.abs(Math.log(temperatureFor(judgedAt(temperature, 2_000)) / temperature))).toBeLessThan(0.1);
  });

  test("what was too sure is calibrated by it", () => {
    const judged = judgedAt(3, 2_000);
    const at = (temperature: number) =>
      calibrationError(judged.map(({ scores, label }) => betOf(softmaxInto(scores.slice(), temperature), label, 1)));
    expect(at(1)).toBeGreaterThan(0.2);
    expect(at(temperatureFor(judged))).toBeLessThan(0.04);
  });

  test("few rows that are all right do not make it sure of everything", () => {
    const scores = Float64Array.from([3, 0, 0, 0, 0, 0]);
    const right = (count: number) => Array.from({ length: count }, () => ({ scores, label: 0, weight: 1 }));
    const sureOf = (count: number) => softmaxInto(scores.slice(), temperatureFor(right(count)))[0] ?? 1;
    expect(sureOf(20)).toBeLessThan(0.97);
    expect(sureOf(20)).toBeGreaterThan(0.9);
    expect(sureOf(2_000)).toBeGreaterThan(0.99);
  });

  test("without rows it is 1", () => expect(temperatureFor([])).toBe(1));

  test("shares sum to 1 however far the scores are apart", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -900, max: 900, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (scores) => {
          const shares = softmaxInto(Float64Array.from(scores), 0.05);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        },
      ),
    );
  });
});

describe("figures", () => {
  test("calibration error: the distance of what was said from what was right, bin by bin", () => {
    expect(calibrationError(bets([0.95, 19, 1], [0.55, 11, 9]))).toBeCloseTo(0, 9);
    expect(calibrationError(bets([0.95, 10, 10], [0.55, 11, 9]))).toBeCloseTo(0.225, 9);
    expect(calibrationError(bets([1, 0, 5]))).toBeCloseTo(1, 9);
    expect(calibrationError([])).toBe(0);
  });

  test("Brier: 0 for the surely right, 2 for the surely wrong", () => {
    expect(brierOf([1, 0, 0, 0, 0, 0], 0)).toBe(0);
    expect(brierOf([1, 0, 0, 0, 0, 0], 3)).toBe(2);
    expect(brierOf(EVEN, 0)).toBeCloseTo(5 / 6, 9);
  });

  test("coverage at 90 %: as far down as nine in ten are right", () => {
    expect(coverageAt90(bets([0.9, 9, 1], [0.5, 1, 9]))).toBe(0.5);
    expect(coverageAt90(bets([0.9, 20, 0], [0.5, 7, 3]))).toBe(1);
    expect(coverageAt90(bets([0.9, 8, 2]))).toBe(0);
    expect(coverageAt90([])).toBe(0);
  });
});

describe("the threshold", () => {
  test("lies where answers are surely right nine times in ten", () => {
    expect(thresholdFor(bets([0.95, 195, 5], [0.8, 140, 60], [0.6, 60, 40]))).toBe(0.95);
    expect(thresholdFor(bets([0.95, 400, 0], [0.8, 180, 20], [0.6, 40, 60]))).toBe(0.8);
  });

  test("is higher where more is asked for", () => {
    const rows = bets([0.95, 395, 5], [0.8, 180, 20], [0.6, 40, 60]);
    expect(thresholdFor(rows)).toBe(0.8);
    expect(thresholdFor(rows, 0.96)).toBe(0.95);
    expect(thresholdFor(rows, 0.995)).toBe(NEVER);
  });

  test("is never under one half", () => {
    expect(thresholdFor(bets([0.7, 300, 0], [0.4, 300, 0]))).toBe(0.7);
  });

  test.each([
    ["all right, but too few to say so", bets([0.99, 8, 0])],
    ["right too seldom", bets([0.99, 800, 200])],
    ["nothing", []],
  ])("%s: none", (_, rows) => expect(thresholdFor(rows)).toBe(NEVER));

  test("a few rows that count a lot are not many rows", () => {
    const heavy = [...bets([0.99, 10, 0]).map((bet) => ({ ...bet, weight: 50 })), ...bets([0.3, 300, 300])];
    expect(thresholdFor(heavy)).toBe(NEVER);
  });
});
