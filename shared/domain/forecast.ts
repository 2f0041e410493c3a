/** What is foretold of a change, from how changes like it went. */

/** What the past says of a change like this one. Parts without enough data are absent, and `missing` says so. */
export interface Forecast {
  /** That it will hold, with a 95 % interval and the outcomes it rests on. */
  readonly holds?: { readonly probability: number; readonly low: number; readonly high: number; readonly n: number };
  /** Minutes from approval until verified. */
  readonly minutes?: { readonly p50: number; readonly p90: number; readonly n: number };
  readonly tokens?: { readonly p50: number; readonly p90: number; readonly n: number };
  readonly dollars?: { readonly p50: number; readonly p90: number; readonly n: number };
  /** How it was made: `prior`, `posterior`, `regression`, and of what. */
  readonly by: string;
  /** `not enough data: 7 of 50 outcomes`, one per part that is absent. */
  readonly missing: readonly string[];
  readonly at: string;
}
