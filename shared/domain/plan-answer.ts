/** What a model answered to the planner. */
import type { StoredIntent } from "./improvement.ts";
import type { ModelUsage } from "./model-call.ts";

/** One answer that was paid for, kept from before the settle so that a second run does not pay again. */
export interface PlanAnswer {
  readonly model: string;
  /** sha256 of everything that was asked. */
  readonly prompt: string;
  readonly usage: ModelUsage;
  /** What the model chose, its candidate already looked up; absent when the answer could not be read. */
  readonly choice?: PlanChoice;
  /** Files whose excerpts the model was shown. */
  readonly sources: readonly string[];
  /** Why the answer cannot be read. */
  readonly unusable?: string;
}
export type PlanChoice =
  | { readonly kind: "intent"; readonly intent: StoredIntent; readonly because: string }
  | { readonly kind: "none"; readonly missing: string; readonly because: string };
