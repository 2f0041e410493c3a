/** How often and how strictly checks measure, scaled to the length of the verification. */
import type { CheckLimits } from "../domain/health.ts";

export interface Schedule {
  /** Length of a verification (HEALTH_CHECK_DURATION), in milliseconds. */
  readonly durationMs: number;
  /** Time between two looks at pods (VERIFY_INTERVAL), in milliseconds; metrics are asked every third time. */
  readonly intervalMs: number;
}

/** A short verification still measures at least this often, so that a limit of failures means something. */
const LEAST_MEASUREMENTS = 6;
const SHORTEST_INTERVAL_MS = 1_000;
export const NO_LIMIT = 1_000_000;

/** For facts of the cluster: at once and often; being not ready yet is no failure however often it is seen. */
export function clusterLimits(schedule: Schedule, failureLimit: number, steady = true): CheckLimits {
  return {
    failureLimit,
    inconclusiveLimit: NO_LIMIT,
    consecutiveErrorLimit: 4,
    initialDelayMs: 0,
    intervalMs: interval(schedule, 1),
    minSuccessful: steady ? 3 : 2,
    steadyMs: steady ? Math.min(60_000, Math.floor(schedule.durationMs / 5)) : 0,
  };
}

/** For metrics: they need a while to mean the new pods, and a single bad minute is no verdict. */
export function metricLimits(schedule: Schedule): CheckLimits {
  const initialDelayMs = Math.min(60_000, Math.floor(schedule.durationMs / 5));
  const intervalMs = interval(schedule, 3);
  const expected = Math.max(1, Math.floor((schedule.durationMs - initialDelayMs) / intervalMs));
  return {
    failureLimit: 2,
    inconclusiveLimit: Math.ceil(expected / 2),
    consecutiveErrorLimit: 4,
    initialDelayMs,
    intervalMs,
    minSuccessful: 2,
    steadyMs: 0,
  };
}

function interval(schedule: Schedule, factor: number): number {
  return intervalWithin(schedule, schedule.intervalMs * factor);
}

/** The interval that was wanted, in milliseconds, or the longest this verification has room for. */
export function intervalWithin({ durationMs }: Schedule, wantedMs: number): number {
  return Math.max(SHORTEST_INTERVAL_MS, Math.min(wantedMs, Math.floor(durationMs / LEAST_MEASUREMENTS)));
}
