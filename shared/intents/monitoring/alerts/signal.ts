/** What an alert can be about: one file per family beside this one, all of them in all.ts. */
import type { Platform } from "../../../repository/platform.ts";
import type { RepositoryWorkload } from "../../../repository/workloads.ts";

/** One alert, before the repository's own labels are added. */
export interface AlertTemplate {
  /** Without the namespace, in the capitals alert names have: `PodCrashLooping`. */
  readonly alert: string;
  readonly expr: string;
  /** PromQL duration the expression must hold. */
  readonly for: string;
  /** How soon somebody has to look: now, or in working hours. */
  readonly urgency: "now" | "soon";
  readonly summary: string;
  readonly description: string;
  readonly runbook: string;
}

/** A namespace as the templates see it. */
export interface Place {
  readonly platform: Platform;
  /** An RFC 1123 label, so it can stand in a PromQL string as it is. */
  readonly namespace: string;
  /** Its workloads some Application runs. */
  readonly workloads: readonly RepositoryWorkload[];
}

export interface Signal {
  readonly id: string;
  /** How people ask for it. */
  readonly words: RegExp;
  /** Metrics its expressions read; an alert over one of them that covers the namespace is the same alert. */
  metrics(platform: Platform): readonly string[];
  /** Group of kube-prometheus-stack's default rules that alert on it already. */
  readonly inStack?: string;
  readonly rank: number;
  /** False: nothing in the namespace can have this trouble. */
  concerns(place: Place): boolean;
  /** The alerts, or why the repository does not say enough for them. */
  alerts(place: Place): readonly AlertTemplate[] | string;
}
