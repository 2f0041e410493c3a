/** Measures again after the revert, by the same checks: only a cluster that is well again ends the rollback. */
import { invertObjects } from "../../shared/argocd/objects.ts";
import type { Check, World } from "../../shared/checks/check.ts";
import { checksFor } from "../../shared/checks/configured.ts";
import { runRound } from "../../shared/checks/round.ts";
import type { Schedule } from "../../shared/checks/schedule.ts";
import type { ChangeSet } from "../../shared/domain/change-set.ts";
import type { Baseline, Verification } from "../../shared/domain/health.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { startProof } from "./start-proof.ts";
import type { Step } from "./step.ts";

/**
 * How long the cluster may take to recover once the revert is live, in lengths of a proof: a pod in CrashLoopBackOff
 * waits up to five minutes for its next start, also when what made it crash is gone.
 */
const PATIENCE = 10;

export interface ProvePorts extends Pick<World, "cluster" | "metrics" | "argoCd" | "metricNames"> {
  readonly schedule: Schedule;
}

export async function prove(
  { baseline, check_settings: settings, rollback_commit, rollback_live_at: liveAt }: Improvement,
  { changeSet, before }: { readonly changeSet: ChangeSet; readonly before: Verification },
  { cluster, metrics, argoCd, metricNames, schedule }: ProvePorts,
  context: Context,
): Promise<Step> {
  const now = context.now();
  const { verification, decision } = await runRound(before, proofs(settings), schedule, {
    cluster,
    metrics,
    argoCd,
    metricNames,
    baseline: sinceProof(baseline, before),
    settings,
    application: changeSet.application,
    objects: invertObjects(changeSet.objects),
    now,
    signal: context.signal,
  });
  const patch = { rollback_verification: verification };
  switch (decision.kind) {
    case "continue":
      return { kind: "step", because: decision.because, patch, afterMs: Math.max(0, decision.nextAt - now) };
    case "passed":
      return { kind: "done", because: `taken back by ${rollback_commit} and ${decision.because}`, patch };
    case "undecided":
      return blocked(decision.because, patch);
    case "failed": {
      const recovering = now - (Date.parse(liveAt ?? "") || before.startedAt) < PATIENCE * schedule.durationMs;
      if (recovering) {
        const fresh = await startProof(changeSet.objects, { cluster, schedule }, context);
        const because = `not well yet, measuring again: ${decision.because}`;
        return { kind: "step", because, patch: { rollback_verification: fresh }, afterMs: schedule.intervalMs };
      }
      return blocked(decision.because, patch);
    }
  }
}

/** What was created and is gone again leaves nothing to measure: then the Application as a whole is what has to be well. */
function proofs(settings: Improvement["check_settings"]): readonly Check[] {
  return checksFor(settings).map(({ surroundings: _, ...check }) => check);
}

function blocked(because: string, patch: Patch): Step {
  return { kind: "blocked", because: `the revert is live, but the cluster is not well: ${because}`, patch };
}

/** What was well before the change must be well again; restarts and warnings count from the start of the proof. */
function sinceProof(baseline: Baseline | undefined, { restarts, startedAt }: Verification): Baseline | undefined {
  if (baseline === undefined || restarts === undefined) return baseline;
  return { ...baseline, at: startedAt, restarts };
}
