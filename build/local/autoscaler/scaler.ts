/** What decides the replicas of one Deployment, as a ScaledObject says it. Times in milliseconds. */
import type { Formula } from "./formula.ts";
import type { HpaBehavior } from "./hpa-behavior.ts";

/** One metric of the HPA: the composite of a formula, or one for each trigger. */
export interface ScaleMetric {
  readonly formula: Formula;
  /** Load one replica carries (AverageValue). */
  readonly target: number;
  /** Above this it is active. */
  readonly activationTarget: number;
}

export interface Fallback {
  /** Failed readings in a row that change nothing. */
  readonly failureThreshold: number;
  readonly replicas: number;
  readonly behavior: "static" | "currentReplicas" | "currentReplicasIfHigher" | "currentReplicasIfLower";
}

export type Annotations = Readonly<Record<string, string>>;

export interface Scaler {
  /** The Deployment's name. */
  readonly name: string;
  readonly pollingMs: number;
  readonly cooldownMs: number;
  readonly initialCooldownMs: number;
  readonly minReplicas: number;
  /** Instead of minReplicas while nothing is active. */
  readonly idleReplicas?: number;
  readonly maxReplicas: number;
  readonly metrics: readonly ScaleMetric[];
  readonly fallback?: Fallback;
  /** As given; the HPA has rules of its own for one without any. */
  readonly behavior?: HpaBehavior;
  /** Of the ScaledObject as it was created. */
  readonly annotations: Annotations;
  readonly triggers: readonly { readonly name: string; readonly key: string }[];
  /** terminationGracePeriodSeconds of the Deployment's pods. */
  readonly graceMs: number;
  /** The container's name, which is the stage's. */
  readonly container: string;
}
