/** The HPA KEDA creates for a ScaledObject, at each of its syncs: 1 <-> N. Pure, as decide.ts. */
import { toldBy } from "./annotations.ts";
import type { Reading, ScaleState } from "./decide.ts";
import { fallbackReplicas } from "./fallback.ts";
import { DEFAULT_DOWN, DEFAULT_TOLERANCE, DEFAULT_UP, type HpaBehavior, limited } from "./hpa-behavior.ts";
import { loadsOf } from "./load.ts";
import type { Scaler } from "./scaler.ts";

/** Kubernetes 1.34 pkg/controller/podautoscaler/horizontal.go, reconcileAutoscaler, for external AverageValue metrics. */
export function syncHpa(scaler: Scaler, state: ScaleState, now: number, reading: Reading): ScaleState {
  const told = toldBy(state.annotations);
  // KEDA deletes the HPA of what is paused; the one made afterwards remembers nothing.
  if (told.paused) return state;
  const { replicas: current } = state;
  const started = remembering(state, now);
  // No replicas: the HPA takes itself out of the game. That is KEDA's to end.
  if (current === 0) return started;
  const bounds = { min: Math.max(1, scaler.minReplicas), max: scaler.maxReplicas };
  // Neither asks for a metric, nor for what the behavior allows.
  if (current > bounds.max) return changed(started, now, bounds.max);
  if (current < bounds.min) return changed(started, now, bounds.min);

  const behavior = behaviorOf(scaler, told);
  const loads = loadsOf(scaler, reading);
  const failures = "error" in loads ? state.failures + 1 : 0;
  const counted = { ...started, failures };
  const desired =
    "error" in loads
      ? fallbackReplicas(scaler, failures, current)
      : Math.max(...scaler.metrics.map(({ target }, i) => wanted(loads.values[i] ?? 0, target, current, behavior)));
  if (desired === undefined) return counted;

  const next = limited(behavior, started.hpa, now, current, desired, bounds);
  const recommendations = [...started.hpa.recommendations, { at: now, replicas: desired }];
  const longest = Math.max(
    behavior?.scaleUp.stabilizationMs ?? 0,
    behavior?.scaleDown.stabilizationMs ?? DEFAULT_DOWN.stabilizationMs,
  );
  const kept = recommendations.filter(({ at }) => at > now - longest);
  return changed({ ...counted, hpa: { ...started.hpa, recommendations: kept } }, now, next);
}

/** pkg/controller/podautoscaler/replica_calculator.go, GetExternalPerPodMetricReplicas. */
function wanted(load: number, target: number, current: number, behavior: HpaBehavior | undefined): number {
  const ratio = load / (target * current);
  const up = behavior?.scaleUp.tolerance ?? DEFAULT_TOLERANCE;
  const down = behavior?.scaleDown.tolerance ?? DEFAULT_TOLERANCE;
  return ratio >= 1 - down && ratio <= 1 + up ? current : Math.ceil(load / target);
}

/** A pause in one direction is the HPA's policy Disabled. */
function behaviorOf(
  { behavior }: Scaler,
  { mayScaleIn, mayScaleOut }: { readonly mayScaleIn: boolean; readonly mayScaleOut: boolean },
): HpaBehavior | undefined {
  if (mayScaleIn && mayScaleOut) return behavior;
  const { scaleUp, scaleDown } = behavior ?? { scaleUp: DEFAULT_UP, scaleDown: DEFAULT_DOWN };
  return {
    scaleUp: mayScaleOut ? scaleUp : { ...scaleUp, selectPolicy: "Disabled" },
    scaleDown: mayScaleIn ? scaleDown : { ...scaleDown, selectPolicy: "Disabled" },
  };
}

/** Its first recommendation is the count it finds. */
function remembering(state: ScaleState, now: number): ScaleState {
  if (state.hpa.recommendations.length > 0) return state;
  return { ...state, hpa: { ...state.hpa, recommendations: [{ at: now, replicas: state.replicas }] } };
}

/** Longest period a policy may have. */
const LONGEST_PERIOD_MS = 1_800_000;

function changed(state: ScaleState, now: number, replicas: number): ScaleState {
  if (replicas === state.replicas) return state;
  const changes = [...state.hpa.changes, { at: now, by: replicas - state.replicas }];
  return {
    ...state,
    replicas,
    hpa: { ...state.hpa, changes: changes.filter(({ at }) => at > now - LONGEST_PERIOD_MS) },
  };
}
