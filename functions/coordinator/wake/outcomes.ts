/** What asking for a layer comes to, and how long nobody asks again. */
import { refusedWith } from "../../../shared/adapters/kube-client.ts";
import type { WakeResult } from "../../../shared/ports.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";

/** `forbidden`: a right is missing. `throttled`: 429. `unreachable`: no answer. `failed`: any other error. */
export const WAKE_TROUBLES = ["forbidden", "throttled", "unreachable", "failed"] as const;
export type WakeTrouble = (typeof WAKE_TROUBLES)[number];
export const WAKE_OUTCOMES = ["woken", "up", "paused", "missing", "raced", ...WAKE_TROUBLES] as const;
export type WakeOutcome = WakeResult | WakeTrouble;

export function troubleOf(error: unknown): WakeTrouble {
  const status = refusedWith(error);
  if (status === 401 || status === 403) return "forbidden";
  if (status === 429) return "throttled";
  return status === undefined && error instanceof RetryLater ? "unreachable" : "failed";
}

/** Milliseconds the API server asked for. */
export function askedFor(error: unknown): number {
  const status = refusedWith(error);
  return error instanceof RetryLater && (status === 429 || status === 503) ? error.afterMs : 0;
}

/**
 * First and longest pause in milliseconds; it doubles while the outcome stays the same. A pod that was just started needs
 * its time, and one that cannot start (no room, no image) is not the API server's fault. A missing right waits for a person.
 */
const PAUSES: Readonly<Record<WakeOutcome, readonly [first: number, longest: number]>> = {
  woken: [5_000, 5_000],
  up: [2_000, 60_000],
  raced: [2_000, 2_000],
  paused: [2_000, 60_000],
  missing: [5_000, 300_000],
  forbidden: [5_000, 300_000],
  throttled: [2_000, 60_000],
  unreachable: [1_000, 60_000],
  failed: [2_000, 60_000],
};

/** `times`: how often in a row it came to this. `share` (0..1) spreads several coordinators over the pause's second half. */
export function pauseAfter(outcome: WakeOutcome, times: number, share: number): number {
  const [first, longest] = PAUSES[outcome];
  const pause = Math.min(longest, first * 2 ** (times - 1));
  return pause * (0.5 + share / 2);
}

/** True when it is the whole API that does not answer, and not one layer that cannot be woken. */
export function concernsAll(outcome: WakeOutcome): boolean {
  return outcome === "throttled" || outcome === "unreachable";
}
