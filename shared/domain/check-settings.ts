/** What a GitOps repository says about its own health checks, as the record keeps it from before the push. */

/** One check; what is absent is as the check itself has it. */
export interface CheckSetting {
  /** Not measured at all. */
  readonly off?: true;
  /** Measured and reported, never decides. */
  readonly dryRun?: true;
  /** Why it is off, decides nothing, or is less strict than by itself. */
  readonly reason?: string;
  /** Limits as in `CheckLimits`. */
  readonly failureLimit?: number;
  readonly inconclusiveLimit?: number;
  readonly consecutiveErrorLimit?: number;
  readonly consecutiveSuccess?: number;
  readonly count?: number;
  readonly initialDelayMs?: number;
  readonly intervalMs?: number;
  /** `error-ratio`, `neighbours`: share of failed requests, 0..1, that is always fine; `restarts`: how many are. */
  readonly tolerated?: number;
  /** `error-ratio`, `neighbours`: how much more than before the change is fine, 0..1. */
  readonly increase?: number;
  /** `latency`: how many times as slow as before is fine, and by how many milliseconds slower nobody notices. */
  readonly factor?: number;
  readonly floorMs?: number;
  /** `error-ratio`, `latency`: the query to ask instead, with placeholders (checks/query-template.ts). */
  readonly query?: string;
}

/** What every sample of a query has to be; at least one is given, and all that are must hold. */
export interface Condition {
  readonly below?: number;
  readonly atMost?: number;
  readonly above?: number;
  readonly atLeast?: number;
}

/** A check of the repository's own: a query, and what its result has to be. */
export interface OwnQuery extends CheckSetting, Condition {
  readonly name: string;
  readonly query: string;
}

export interface CheckSettings {
  /** By the name of the check. */
  readonly checks: Readonly<Record<string, CheckSetting>>;
  readonly queries: readonly OwnQuery[];
  /** Why the repository's section is not followed; then everything is as the checks have it, and the verdict says so. */
  readonly problem?: string;
}
