import { describe, expect, test } from "vitest";
import { type BreakerLimits, breakerAt, breakerText } from "../../../shared/domain/breaker.ts";

const MINUTE = 60_000;
const limits: BreakerLimits = { perHour: 3, timeoutMs: 60 * MINUTE };
/** `minutes` of rollbacks; the question is asked at `now`, in minutes too. */
const at = (minutes: readonly number[], now: number, over: Partial<BreakerLimits> = {}) =>
  breakerAt(
    minutes.map((minute) => minute * MINUTE),
    { ...limits, ...over },
    now * MINUTE,
  );

describe("the circuit breaker", () => {
  test.each<[string, readonly number[], number, boolean]>([
    ["no rollbacks", [], 10, false],
    ["as many as are allowed", [1, 2, 3], 10, false],
    ["one too many within the hour", [1, 20, 40, 61], 62, true],
    ["as many, but over more than an hour", [1, 20, 40, 62], 63, false],
    ["until the time is up", [1, 2, 3, 4], 63.9, true],
    ["and no longer", [1, 2, 3, 4], 64, false],
    ["a further one too many prolongs it", [1, 2, 3, 4, 50], 100, true],
    ["a further one that is alone does not", [1, 2, 3, 4, 63, 70], 71, false],
  ])("%s", (_name, minutes, now, open) => {
    expect(at(minutes, now) !== undefined).toBe(open);
  });

  test("says when it opened, when it closes and how many there were", () => {
    expect(at([1, 2, 3, 4, 50], 55)).toEqual({ openedAt: 4 * MINUTE, closesAt: 110 * MINUTE, rollbacks: 5 });
    expect(at([1, 2, 3, 4], 10, { timeoutMs: 10 * MINUTE })?.closesAt).toBe(14 * MINUTE);
  });

  test("one that opens again after it had closed is another", () => {
    const minutes = [1, 2, 3, 4, 101, 102, 103, 104];
    expect(at(minutes, 105)).toMatchObject({ openedAt: 104 * MINUTE, rollbacks: 4 });
  });

  test("where one rollback is too many, the first opens it", () => {
    expect(at([5], 6, { perHour: 0 })).toMatchObject({ openedAt: 5 * MINUTE });
  });

  test("its words name the number, the end and the way out", () => {
    const text = breakerText({ openedAt: 0, closesAt: Date.UTC(2026, 2, 1, 12), rollbacks: 4 });
    expect(text).toMatch(/^4 rollbacks within an hour; until 2026-03-01T12:00:00.000Z .*operator/);
  });
});
