/**
 * How KEDA 2.20 decides on replicas at each of its polls: 0 <-> 1, and N -> 0. Pure: the clock and the readings come in,
 * the next state goes out. Follows kedacore/keda v2.20.2 pkg/scaling/executor/scale_scaledobjects.go, RequestScale. The
 * rest, 1 <-> N, is the HPA's (hpa.ts).
 */
import { toldBy } from "./annotations.ts";
import { fallbackReplicas } from "./fallback.ts";
import type { TriggerValues } from "./formula.ts";
import { type HpaMemory, NO_MEMORY } from "./hpa-behavior.ts";
import { loadsOf } from "./load.ts";
import type { Annotations, Scaler } from "./scaler.ts";

export interface ScaleState {
  readonly replicas: number;
  /** When the ScaledObject came into being; milliseconds, like every time here. */
  readonly createdAt: number;
  /** Last poll that saw work. */
  readonly lastActiveAt?: number;
  readonly active: boolean;
  /** Why the ScaledObject's condition Ready is False; absent when it is True. */
  readonly problem?: string;
  /** Of the ScaledObject now. */
  readonly annotations: Annotations;
  /** Failed readings in a row, KEDA's own and those the HPA asked for. */
  readonly failures: number;
  readonly hpa: HpaMemory;
}

/**
 * What reading all triggers gave. A single failed one spoils the reading. `lost` is a race of KEDA 2.20.0 to 2.20.2 in
 * an outage of Redis: the error is swallowed, and the formula meets neither values nor an error.
 */
export type Reading = { readonly values: TriggerValues } | { readonly error: string } | { readonly lost: true };

/** A Deployment that was just created without `replicas` has one; here it begins with what nobody asked for: none. */
export function initialState(scaler: Scaler, now: number): ScaleState {
  const { idleReplicas, minReplicas, annotations } = scaler;
  const created = { createdAt: now, active: false, annotations: {}, failures: 0, hpa: NO_MEMORY };
  return annotate({ ...created, replicas: idleReplicas ?? minReplicas }, annotations);
}

/** The annotations of the ScaledObject are these now. A count to pause at is set once, at once. */
export function annotate(state: ScaleState, annotations: Annotations): ScaleState {
  const { problem: _, ...rest } = state;
  const { paused, pausedReplicas, problem } = toldBy(annotations);
  return {
    ...rest,
    annotations,
    replicas: pausedReplicas ?? state.replicas,
    ...(paused ? { active: false, hpa: NO_MEMORY } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}

export function poll(scaler: Scaler, state: ScaleState, now: number, reading: Reading): ScaleState {
  const told = toldBy(state.annotations);
  if (told.paused) return state;
  const loads = loadsOf(scaler, reading);
  const error = "error" in loads ? loads.error : undefined;
  const failures = error === undefined ? 0 : state.failures + 1;
  // What falls back has metrics again, so that is no error; what went wrong is told all the same.
  const count = error === undefined ? undefined : fallbackReplicas(scaler, failures, state.replicas);
  const active =
    "values" in loads
      ? scaler.metrics.some(({ activationTarget }, i) => (loads.values[i] ?? 0) > activationTarget)
      : count !== undefined && scaler.metrics.some(({ target, activationTarget }) => target * count > activationTarget);
  const failed = error !== undefined && count === undefined;

  const { problem: _, ...rest } = state;
  const next: ScaleState = {
    ...rest,
    failures,
    active: active || told.forced,
    ...(error === undefined ? {} : { problem: error }),
  };
  return next.active
    ? whenActive(scaler, next, now, { mayScaleOut: told.mayScaleOut, failed })
    : whenInactive(scaler, next, now, { mayScaleIn: told.mayScaleIn, failed });
}

function whenActive(
  { minReplicas, idleReplicas }: Scaler,
  state: ScaleState,
  now: number,
  { mayScaleOut, failed }: { readonly mayScaleOut: boolean; readonly failed: boolean },
): ScaleState {
  if (state.replicas === 0 || (idleReplicas !== undefined && state.replicas < minReplicas)) {
    return mayScaleOut ? { ...state, replicas: Math.max(1, minReplicas), lastActiveAt: now } : state;
  }
  // Forced to be active while the triggers cannot be read: nothing is known of the work, so nothing is stamped.
  return failed ? state : { ...state, lastActiveAt: now };
}

function whenInactive(
  scaler: Scaler,
  state: ScaleState,
  now: number,
  { mayScaleIn, failed }: { readonly mayScaleIn: boolean; readonly failed: boolean },
): ScaleState {
  const { minReplicas, idleReplicas, fallback } = scaler;
  const { replicas } = state;
  // An error changes nothing, however long it lasts, until the fallback has metrics in its place. A fallback of 0 is "no work".
  if (failed && fallback?.replicas !== 0) return state;
  if ((idleReplicas !== undefined && replicas > idleReplicas) || (replicas > 0 && minReplicas === 0)) {
    return mayScaleIn && cooledDown(scaler, state, now) ? { ...state, replicas: idleReplicas ?? minReplicas } : state;
  }
  return idleReplicas === undefined && replicas < minReplicas ? { ...state, replicas: minReplicas } : state;
}

/** Who was never active has no cool-down, only the time since the ScaledObject was created. */
function cooledDown(scaler: Scaler, { lastActiveAt, createdAt }: ScaleState, now: number): boolean {
  if (lastActiveAt !== undefined) return lastActiveAt + scaler.cooldownMs < now;
  return createdAt + scaler.initialCooldownMs < now;
}

/** Somebody patched the Deployment's scale. KEDA does not notice: no activity is recorded. */
export function patchReplicas(state: ScaleState, replicas: number): ScaleState {
  return { ...state, replicas };
}
