/** How far from the baseline is still fine: the checks' own numbers, and what a repository says instead. */
import type { CheckSettings } from "../domain/check-settings.ts";
import type { Baseline } from "../domain/health.ts";

export const defaultThresholds = {
  /** 1 % is always tolerated, and half a percentage point over what was normal before. */
  tolerated: 0.01,
  increase: 0.005,
  /** Slower by more than this factor and by more than this much: a fast service may double unnoticed. */
  factor: 2,
  floorMs: 50,
  /** One restart may be a dependency that came up late. */
  restarts: 1,
};

/** The highest share of 5xx that is still fine, 0..1; `before`: what it was before the change. */
export function errorRatioLimit(
  before: number | undefined,
  check: "error-ratio" | "neighbours",
  settings: CheckSettings | undefined,
): number {
  const { tolerated = defaultThresholds.tolerated, increase = defaultThresholds.increase } =
    settings?.checks[check] ?? {};
  return Math.max(tolerated, (before ?? 0) + increase);
}

/** Whether a 95th percentile of `now` seconds is too slow after one of `before`. */
export function isSlower(before: number, now: number, settings: CheckSettings | undefined): boolean {
  const { factor = defaultThresholds.factor, floorMs = defaultThresholds.floorMs } = settings?.checks["latency"] ?? {};
  return now > before * factor && now - before > floorMs / 1_000;
}

export function toleratedRestarts(settings: CheckSettings | undefined): number {
  return settings?.checks["restarts"]?.tolerated ?? defaultThresholds.restarts;
}

/** Error ratio of a workload (`namespace/name`) before the change. */
export function ratioBefore(baseline: Baseline | undefined, workload: string): number | undefined {
  return baseline?.services?.[workload]?.errorRatio;
}
