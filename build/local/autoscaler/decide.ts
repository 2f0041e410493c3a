/**
 * How KEDA 2.20 and the HPA it creates decide on replicas. Pure: the clock and the readings come in, the next state
 * goes out. Follows kedacore/keda v2.20.2 pkg/scaling/executor/scale_scaledobjects.go and Kubernetes' HPA for one
 * external AverageValue metric. Not followed: the HPA's scale-up limit (4 pods or double per 15 s).
 */
import { FormulaError, type TriggerValues } from "./formula.ts";
import type { Scaler } from "./scaled-object.ts";

export interface ScaleState {
  readonly replicas: number;
  /** When the ScaledObject came into being; milliseconds, like every time here. */
  readonly createdAt: number;
  /** Last poll that saw work. */
  readonly lastActiveAt?: number;
  readonly active: boolean;
  /** Why the ScaledObject's condition Ready is False; absent when it is True. */
  readonly problem?: string;
}

/**
 * What reading all triggers gave. A single failed one spoils the reading. `lost` is a race of KEDA 2.20.0 to 2.20.2 in
 * an outage of Redis: the error is swallowed, and the formula meets neither values nor an error.
 */
export type Reading = { readonly values: TriggerValues } | { readonly error: string } | { readonly lost: true };

/** HPA leaves the count alone while load per replica is this near to the target. */
const TOLERANCE = 0.1;

export function initialState(scaler: Scaler, now: number): ScaleState {
  return { replicas: scaler.minReplicas, createdAt: now, active: false };
}

/** KEDA's own part, every pollingInterval: 0 -> 1 and N -> 0. */
export function poll(scaler: Scaler, state: ScaleState, now: number, reading: Reading): ScaleState {
  const load = loadOf(scaler, reading);
  // Without a fallback an error changes nothing, however long it lasts.
  if ("error" in load) return { ...state, active: false, problem: load.error };

  const { problem: _, ...rest } = state;
  if (load.value > scaler.activationTarget) {
    const replicas = state.replicas === 0 ? Math.max(1, scaler.minReplicas) : state.replicas;
    return { ...rest, replicas, active: true, lastActiveAt: now };
  }
  const idle = { ...rest, active: false };
  return mayGoToZero(scaler, state, now) ? { ...idle, replicas: 0 } : idle;
}

function mayGoToZero(scaler: Scaler, state: ScaleState, now: number): boolean {
  if (state.replicas === 0 || scaler.minReplicas > 0) return false;
  if (state.lastActiveAt !== undefined) return state.lastActiveAt + scaler.cooldownMs < now;
  return state.createdAt + scaler.initialCooldownMs <= now;
}

/** The HPA's part: 1 -> N. Never down, its scale-down policy is Disabled; never from 0, that is KEDA's. */
export function syncHpa(scaler: Scaler, state: ScaleState, reading: Reading): ScaleState {
  const load = loadOf(scaler, reading);
  if ("error" in load || state.replicas === 0) return state;
  const ratio = load.value / (scaler.target * state.replicas);
  if (Math.abs(1 - ratio) <= TOLERANCE) return state;
  const desired = Math.min(Math.ceil(load.value / scaler.target), scaler.maxReplicas);
  return desired > state.replicas ? { ...state, replicas: desired } : state;
}

/** Somebody patched the Deployment's scale. KEDA does not notice: no activity is recorded. */
export function patchReplicas(state: ScaleState, replicas: number): ScaleState {
  return { ...state, replicas };
}

function loadOf(scaler: Scaler, reading: Reading): { value: number } | { error: string } {
  if ("error" in reading) return reading;
  const lost = "lost" in reading;
  try {
    return { value: scaler.formula(lost ? {} : reading.values) };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return lost ? { value: 0 } : { error: error.message };
  }
}
