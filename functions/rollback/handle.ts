/**
 * rollback: take the commit back in Git, wait until the cluster runs the revert, and prove that it is well again. Each
 * call does one step and leaves its result in the record:
 *   no rollback_commit -> revert · no verification -> wait until the revert is live · then measure to the end.
 * It ends in `failed` (taken back, well again) or `rollback_blocked` (a person is needed); it is never rolled back.
 */
import { nextLook } from "../../shared/argocd/look.ts";
import type { SyncTiming } from "../../shared/argocd/settings.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { again, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { type ProvePorts, prove } from "./prove.ts";
import { type ResyncPorts, resync } from "./resync.ts";
import { type RevertPorts, revert } from "./revert.ts";
import type { Step } from "./step.ts";

export type RollbackPorts = RevertPorts & ResyncPorts & ProvePorts & { readonly timing: SyncTiming };

type Outcome = OutcomeOf<"rollback">;

export async function rollback(
  { improvement }: { readonly improvement: Improvement },
  ports: RollbackPorts,
  context: Context,
): Promise<Outcome> {
  const now = context.now();
  const startedAt = Date.parse(improvement.rollback_started_at ?? "") || now;
  const started: Patch = { rollback_started_at: new Date(startedAt).toISOString() };
  const elapsed = now - startedAt;

  const step = await nextStep(improvement, ports, context).catch(passing);
  switch (step.kind) {
    case "wait": {
      if (elapsed >= ports.timing.timeoutMs) {
        return blocked(`not done after ${Math.round(elapsed / 1_000)} s: ${step.because}`, {});
      }
      const afterMs = Math.max(step.afterMs ?? 0, nextLook(elapsed, ports.timing.intervalMs));
      return again(afterMs, { ...started, ...step.patch }, step.because);
    }
    case "step":
      // The next step has the whole time-out for itself.
      return again(step.afterMs, { rollback_started_at: new Date(now).toISOString(), ...step.patch }, step.because);
    case "blocked":
      return blocked(step.because, step.patch ?? {}, step.evidence);
    case "done": {
      const reason = improvement.failure_reason ?? "a person asked to take it back";
      const patch = { ...step.patch, failed_at: new Date(now).toISOString(), failure_reason: reason };
      return moveTo("failed", { ...patch, rollback_started_at: null }, step.because);
    }
  }
}

async function nextStep(improvement: Improvement, ports: RollbackPorts, context: Context): Promise<Step> {
  const { landed, git_commit, change_set: changeSet, rollback_commit, rollback_verification } = improvement;
  const commit = landed?.last ?? git_commit;
  if (commit === undefined || changeSet === undefined) {
    return { kind: "blocked", because: "the record names no commit, so there is nothing to take back" };
  }
  if (landed !== undefined && landed.first !== landed.last && landed.before === undefined) {
    const because = `it landed as several commits (${landed.first}..${landed.last}), and nobody knows on top of which`;
    return { kind: "blocked", because };
  }
  if (rollback_commit === undefined) return revert(improvement, { commit, changeSet }, ports, context);
  if (rollback_verification === undefined || rollback_verification.outcome !== undefined) {
    return resync(changeSet, rollback_commit, ports, context);
  }
  return prove(improvement, { changeSet, before: rollback_verification }, ports, context);
}

/** A person may send it back here, with a clock of its own; what was reverted stays reverted. */
function blocked(because: string, patch: Patch, evidence?: unknown): Outcome {
  return moveTo("rollback_blocked", { ...patch, rollback_started_at: null }, because, evidence);
}

/** An outage is a reason to try again until the time-out, not an attempt that failed. */
function passing(error: unknown): Step {
  if (error instanceof RetryLater) return { kind: "wait", because: error.message, afterMs: error.afterMs };
  throw error;
}
