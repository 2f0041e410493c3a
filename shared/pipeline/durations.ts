/** Histograms that scripts and processes count: seconds, one counter `<field>:<bound>` per bucket, not cumulative. */

/** Upper bounds of `rollback_seconds:<le>`: how long taking something back took, until it was done or blocked. */
export const ROLLBACK_BOUNDS = [15, 30, 60, 120, 300, 600, 1_800, 3_600] as const;
/** Upper bounds of `cold_seconds:<stage>:<le>`: from the first event that waited to the first that was taken. */
export const COLD_BOUNDS = [0.25, 0.5, 1, 2, 5, 10, 30, 60] as const;
/** Upper bounds of `model_seconds|<vendor>|<le>`: how long a vendor took to answer. */
export const MODEL_BOUNDS = [0.5, 1, 2, 5, 10, 20, 40, 80, 160] as const;

/** The bucket a value falls into, as its counter names it. */
export function bucketOf(bounds: readonly number[], seconds: number): string {
  return String(bounds.find((bound) => seconds <= bound) ?? "inf");
}
