/**
 * What stands in for a metric that cannot be read: KEDA 2.20 pkg/fallback/fallback.go. It is asked at KEDA's own polls too
 * (pkg/scaling/scale_handler.go, since 2.19.0), which is how a fallback brings back what is at zero. Pure.
 */
import type { Fallback, Scaler } from "./scaler.ts";

/** How many the metric speaks for after so many `failures` in a row; undefined: there is no metric (yet). */
export function fallbackReplicas(
  { fallback, metrics }: Pick<Scaler, "fallback" | "metrics">,
  failures: number,
  current: number,
): number | undefined {
  if (fallback === undefined || failures <= fallback.failureThreshold) return undefined;
  // With a formula the target has to be a whole number, or the fallback is not valid.
  if (!metrics.every(({ target }) => Number.isInteger(target))) return undefined;
  return chosen(fallback, current);
}

function chosen({ behavior, replicas }: Fallback, current: number): number {
  switch (behavior) {
    case "currentReplicas":
      return current;
    case "currentReplicasIfHigher":
      return Math.max(current, replicas);
    case "currentReplicasIfLower":
      return Math.min(current, replicas);
    default:
      return replicas;
  }
}
