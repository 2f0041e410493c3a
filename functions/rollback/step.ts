/** What one step of the rollback found out; handle.ts turns it into an outcome. */
import type { Patch } from "../../shared/domain/improvement.ts";
import type { RevertConflict } from "../../shared/ports.ts";

export type Step =
  | { readonly kind: "wait"; readonly because: string; readonly afterMs?: number; readonly patch?: Patch }
  | { readonly kind: "step"; readonly because: string; readonly patch: Patch; readonly afterMs: number }
  | { readonly kind: "blocked"; readonly because: string; readonly patch?: Patch; readonly evidence?: unknown }
  | { readonly kind: "done"; readonly because: string; readonly patch: Patch };

export const OPTIONS =
  "Options: fix it forward with a new commit; take back the newer commits on these paths first, newest to oldest, " +
  "and send this one back; or take it back by hand and close it as failed";

/** Guessing which of two versions of a line is meant is not for a machine. */
export function inTheWay(conflict: RevertConflict): Step {
  const paths = conflict.paths.join(", ").slice(0, 500);
  const because = `later commits changed the same lines of ${paths}. ${OPTIONS}`;
  return { kind: "blocked", because, evidence: { conflicts: conflict.paths } };
}
