/**
 * sync: wait until Argo CD has really applied the commit; before that, in pull-request mode, until people have merged it.
 * One look per call; a time-out is never a success.
 */
import { type LookPorts, lookForCommit, nextLook } from "../../shared/argocd/look.ts";
import type { SyncTiming } from "../../shared/argocd/settings.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { BrakesReader } from "../../shared/ports.ts";
import { askedBack, rollbackIsOff } from "../../shared/revert/manual.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { again, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { followRequest, type RequestPorts } from "./request.ts";

export interface SyncPorts extends LookPorts {
  readonly proposals: RequestPorts;
  readonly timing: SyncTiming;
  /** False: what fails is left to a person. */
  readonly rollbackEnabled: boolean;
  /** Absent: there are no flags. */
  readonly brakes?: BrakesReader;
}

type Outcome = OutcomeOf<"sync">;

/** A condition of Argo CD must outlive this much time and a refresh before it tells against the commit. */
const CONDITION_GRACE_MS = 10_000;

export async function sync(
  { improvement }: { readonly improvement: Improvement },
  ports: SyncPorts,
  context: Context,
): Promise<Outcome> {
  if (improvement.request === undefined) return waitForCommit(improvement, ports, context);
  const landed = await followRequest(improvement, ports.proposals, context);
  return "kind" in landed ? landed : waitForCommit(landed, ports, context);
}

async function waitForCommit(improvement: Improvement, ports: SyncPorts, context: Context): Promise<Outcome> {
  const { change_set: changeSet, landed, git_commit } = improvement;
  const commit = landed?.last ?? git_commit;
  if (commit === undefined || changeSet === undefined)
    throw new PermanentError("the record names no commit to wait for");
  const asked = askedBack(improvement);
  if (asked !== undefined) return moveTo("rolling_back", { ...asked.patch, sync_started_at: null }, asked.because);

  const { intervalMs, timeoutMs } = ports.timing;
  const now = context.now();
  const startedAt = Date.parse(improvement.sync_started_at ?? "") || now;
  const elapsed = now - startedAt;
  const timedOut = elapsed >= timeoutMs;
  const lookAgain = (because: string, afterMs = nextLook(elapsed, intervalMs)): Outcome => {
    if (timedOut) return leave("held", `not live after ${Math.round(elapsed / 1_000)} s: ${because}`, { commit });
    return again(afterMs, { sync_started_at: new Date(startedAt).toISOString() }, because);
  };

  const question = { commit, objects: changeSet.objects, paths: changeSet.files.map(({ path }) => path) };
  const looked = await lookForCommit(changeSet.application, question, ports, context.signal).catch(passing);
  if (looked instanceof RetryLater)
    return lookAgain(looked.message, Math.max(looked.afterMs, nextLook(elapsed, intervalMs)));

  const { liveness } = looked;
  switch (liveness.kind) {
    case "wait":
      return lookAgain(liveness.because);
    case "failed": {
      const grace = Math.min(CONDITION_GRACE_MS, timeoutMs / 4);
      if (liveness.evidence === "condition" && elapsed < grace) return lookAgain(liveness.because);
      const off = await rollbackIsOff(ports.rollbackEnabled, ports.brakes);
      if (off === undefined) return leave("rolling_back", liveness.because, liveness);
      return leave("held", `${off}: ${liveness.because}`, liveness);
    }
    case "live": {
      const { revision, coalesced, drift } = liveness;
      const because = coalesced ? `${commit} is live as part of ${revision}` : `${commit} is live`;
      const deployedAt = new Date(now).toISOString();
      const patch = {
        argocd_sync_revision: revision,
        deployed_at: deployedAt,
        sync_started_at: null,
        failure_reason: null,
      };
      return moveTo("deployed", patch, because, { revision, coalesced, drift });
    }
  }
}

/** The clock starts anew when a person sends it back here. */
function leave(to: "rolling_back" | "held", because: string, evidence: unknown): Outcome {
  const patch = { failure_reason: because, sync_started_at: null };
  return to === "held"
    ? moveTo(to, { ...patch, held_from: "implementation" }, because, evidence)
    : moveTo(to, patch, because, evidence);
}

/** An outage is a reason to look again until the time-out, not an attempt that failed. */
function passing(error: unknown): RetryLater {
  if (error instanceof RetryLater) return error;
  throw error;
}
