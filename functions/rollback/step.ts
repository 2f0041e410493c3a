/** What one step of the rollback found out; handle.ts turns it into an outcome. */
import type { Patch } from "../../shared/domain/improvement.ts";

export type Step =
  | { readonly kind: "wait"; readonly because: string; readonly afterMs?: number }
  | { readonly kind: "step"; readonly because: string; readonly patch: Patch; readonly afterMs: number }
  | { readonly kind: "blocked"; readonly because: string; readonly patch?: Patch; readonly evidence?: unknown }
  | { readonly kind: "done"; readonly because: string; readonly patch: Patch };
