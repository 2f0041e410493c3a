/**
 * How fast an HPA may change the count: Kubernetes 1.34 pkg/controller/podautoscaler/horizontal.go
 * (normalizeDesiredReplicasWithBehaviors), and the older rules it still has for an HPA without any behavior. Pure.
 */

export interface HpaPolicy {
  readonly type: "Pods" | "Percent";
  readonly value: number;
  readonly periodMs: number;
}

export interface HpaRules {
  readonly selectPolicy: "Max" | "Min" | "Disabled";
  readonly stabilizationMs: number;
  readonly policies: readonly HpaPolicy[];
  /** Share of the target by which the load may differ without anything being done. */
  readonly tolerance: number;
}

export interface HpaBehavior {
  readonly scaleUp: HpaRules;
  readonly scaleDown: HpaRules;
}

/** pkg/apis/autoscaling/v2/defaults.go, and the controller manager's flags. */
export const DEFAULT_TOLERANCE = 0.1;
export const DEFAULT_UP: HpaRules = {
  selectPolicy: "Max",
  stabilizationMs: 0,
  policies: [
    { type: "Pods", value: 4, periodMs: 15_000 },
    { type: "Percent", value: 100, periodMs: 15_000 },
  ],
  tolerance: DEFAULT_TOLERANCE,
};
export const DEFAULT_DOWN: HpaRules = {
  selectPolicy: "Max",
  stabilizationMs: 300_000,
  policies: [{ type: "Percent", value: 100, periodMs: 15_000 }],
  tolerance: DEFAULT_TOLERANCE,
};

/** What an HPA remembers. */
export interface HpaMemory {
  readonly recommendations: readonly { readonly at: number; readonly replicas: number }[];
  /** Changes it has made: positive up, negative down. */
  readonly changes: readonly { readonly at: number; readonly by: number }[];
}

export const NO_MEMORY: HpaMemory = { recommendations: [], changes: [] };

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The count that may be had now instead of `desired`. */
export function limited(
  behavior: HpaBehavior | undefined,
  memory: HpaMemory,
  now: number,
  current: number,
  desired: number,
  { min, max }: Bounds,
): number {
  if (behavior === undefined) {
    const stable = stabilized(memory, now, desired, DEFAULT_DOWN.stabilizationMs, Math.max);
    return Math.max(min, Math.min(stable, max, Math.max(2 * current, 4)));
  }
  const up = desired >= current;
  const rules = up ? behavior.scaleUp : behavior.scaleDown;
  const stable = stabilized(memory, now, desired, rules.stabilizationMs, up ? Math.min : Math.max);
  if (stable > current) {
    const limit = Math.max(current, limitOf(behavior.scaleUp, memory, now, current, "up"));
    return Math.min(stable, max, limit);
  }
  if (stable < current) {
    const limit = Math.min(current, limitOf(behavior.scaleDown, memory, now, current, "down"));
    return Math.max(stable, min, limit);
  }
  return stable;
}

/** The most careful recommendation within the window. */
function stabilized(
  { recommendations }: HpaMemory,
  now: number,
  desired: number,
  windowMs: number,
  better: (a: number, b: number) => number,
): number {
  return recommendations
    .filter(({ at }) => at > now - windowMs)
    .reduce((best, { replicas }) => better(best, replicas), desired);
}

function limitOf(rules: HpaRules, { changes }: HpaMemory, now: number, current: number, way: "up" | "down"): number {
  if (rules.selectPolicy === "Disabled") return current;
  const proposals = rules.policies.map(({ type, value, periodMs }) => {
    // Where the period began: what was changed within it counts.
    const start = current - changes.reduce((sum, { at, by }) => (at > now - periodMs ? sum + by : sum), 0);
    if (type === "Pods") return way === "up" ? start + value : start - value;
    return way === "up" ? Math.ceil(start * (1 + value / 100)) : Math.trunc(start * (1 - value / 100));
  });
  const mostChange = (rules.selectPolicy === "Max") === (way === "up") ? Math.max : Math.min;
  return mostChange(...proposals);
}
