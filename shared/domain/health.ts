/** Measurements after a deployment, in Argo Rollouts' vocabulary (its docs/features/analysis.md). */

export type Phase = "Successful" | "Failed" | "Inconclusive" | "Error";

export interface Measurement {
  /** Milliseconds since the epoch, by Redis's clock. */
  readonly at: number;
  readonly phase: Phase;
  readonly value?: number;
  readonly message: string;
}

/** One check and its limits; a limit is the number of measurements of that phase that are still tolerated. */
export interface CheckLimits {
  readonly failureLimit: number;
  readonly inconclusiveLimit: number;
  readonly consecutiveErrorLimit: number;
  /** Milliseconds after the start of verification before the first measurement. */
  readonly initialDelayMs: number;
  readonly intervalMs: number;
  /** Successful measurements needed at least, and how many milliseconds the last unbroken row of them must span. */
  readonly minSuccessful: number;
  readonly steadyMs: number;
  /** Successful measurements needed in a row at the end. */
  readonly consecutiveSuccess?: number;
  /** After so many measurements without an error it is not measured any more, until an extension begins. */
  readonly count?: number;
}

/** All measurements of one check so far, newest last. */
export interface CheckRun {
  readonly limits: CheckLimits;
  readonly measurements: readonly Measurement[];
  /** False: the check does not apply to this change set, and says why in `because`. */
  readonly applies: boolean;
  readonly because?: string;
  /** Measured and reported, but without a say in the verdict. */
  readonly dryRun?: true;
  /** The last look, also one that found nothing to measure. */
  readonly lookedAt?: number;
}

export interface Verification {
  /** Restarts of every pod when this verification began, by `namespace/pod`; the baseline's count where absent. */
  readonly restarts?: Readonly<Record<string, number>>;
  readonly startedAt: number;
  readonly endsAt: number;
  /** Inconclusive at the end extends once. */
  readonly extended: boolean;
  /** When the extension began; Inconclusive and Error count afresh from there, Failed never does. */
  readonly extendedAt?: number;
  readonly checks: Readonly<Record<string, CheckRun>>;
  /** Set by the round that decided; a verification with an outcome is over and is never continued. */
  readonly outcome?: "passed" | "failed" | "undecided";
}

/** What was true before the push, measured by the same queries; checks compare against it. */
export interface Baseline {
  readonly at: number;
  readonly health: string;
  readonly restarts: Readonly<Record<string, number>>;
  readonly errorRatio?: number;
  readonly p95Seconds?: number;
  readonly logFingerprints: readonly string[];
  /** Per workload (`namespace/name`) that has request metrics, neighbours included. The two numbers above sum it up. */
  readonly services?: Readonly<Record<string, ServiceBaseline>>;
  /** Pods (`namespace/name`) that were already in trouble, and why: a change is not blamed for them. */
  readonly troubledPods?: Readonly<Record<string, string>>;
  /** Results of the repository's own queries, by check and what it was asked for; null: there, but no number. */
  readonly queries?: Readonly<Record<string, number | null>>;
  /** Ready addresses of Services near and depended on, by `namespace/service`. */
  readonly endpoints?: Readonly<Record<string, number>>;
  /** ServiceAccounts (`namespace/name`) whose rights are about to change: afterwards nobody may know whose they were. */
  readonly accounts?: readonly string[];
  /** Workloads (`namespace/name`) elsewhere that depend on what is changed and had pods then. */
  readonly dependents?: readonly string[];
}

/** Requests of one workload. A number is absent when there was no traffic to measure. */
export interface ServiceBaseline {
  readonly errorRatio?: number;
  readonly p95Seconds?: number;
}
