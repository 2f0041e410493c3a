/** Measures again after the revert, by the same checks: only a cluster that is well again ends the rollback. */
import { invertObjects } from "../../shared/argocd/objects.ts";
import { allChecks } from "../../shared/checks/all.ts";
import type { World } from "../../shared/checks/check.ts";
import { runRound } from "../../shared/checks/round.ts";
import type { Schedule } from "../../shared/checks/schedule.ts";
import type { ChangeSet } from "../../shared/domain/change-set.ts";
import type { Verification } from "../../shared/domain/health.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import type { Step } from "./step.ts";

export interface ProvePorts extends Pick<World, "cluster" | "metrics" | "argoCd" | "metricNames"> {
  readonly schedule: Schedule;
}

export async function prove(
  { baseline, rollback_commit }: Improvement,
  { changeSet, before }: { readonly changeSet: ChangeSet; readonly before: Verification },
  { cluster, metrics, argoCd, metricNames, schedule }: ProvePorts,
  context: Context,
): Promise<Step> {
  const now = context.now();
  const { verification, decision } = await runRound(before, allChecks, schedule, {
    cluster,
    metrics,
    argoCd,
    metricNames,
    baseline,
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
    case "failed":
    case "undecided":
      return {
        kind: "blocked",
        because: `the revert is live, but the cluster is not well: ${decision.because}`,
        patch,
      };
  }
}
