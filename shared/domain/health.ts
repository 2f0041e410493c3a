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
}

/** All measurements of one check so far, newest last. */
export interface CheckRun {
  readonly limits: CheckLimits;
  readonly measurements: readonly Measurement[];
  /** False: the check does not apply to this change set, and says why in `because`. */
  readonly applies: boolean;
  readonly because?: string;
}

export interface Verification {
  readonly startedAt: number;
  readonly endsAt: number;
  /** Inconclusive at the end extends once. */
  readonly extended: boolean;
  readonly checks: Readonly<Record<string, CheckRun>>;
}

/** What was true before the push, measured by the same queries; checks compare against it. */
export interface Baseline {
  readonly at: number;
  readonly health: string;
  readonly restarts: Readonly<Record<string, number>>;
  readonly errorRatio?: number;
  readonly p95Seconds?: number;
  readonly logFingerprints: readonly string[];
}
