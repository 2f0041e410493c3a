/** Waits until the cluster runs the revert; helps where Argo CD cannot get there by itself. */
import { operationRuns } from "../../shared/argocd/live.ts";
import { lookForCommit } from "../../shared/argocd/look.ts";
import { findResource, invertObjects } from "../../shared/argocd/objects.ts";
import { appliedRevisions, comparedRevisions, requestedRevisions } from "../../shared/argocd/revisions.ts";
import type { Schedule } from "../../shared/checks/schedule.ts";
import type { ChangeSet, ObjectRef } from "../../shared/domain/change-set.ts";
import type { ArgoApplication, ArgoCd, ClusterReader, GitReader } from "../../shared/ports.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { startProof } from "./start-proof.ts";
import type { Step } from "./step.ts";

export interface ResyncPorts {
  readonly argoCd: ArgoCd;
  readonly git: Pick<GitReader, "head" | "isAncestor">;
  readonly cluster: ClusterReader;
  readonly schedule: Schedule;
}

export async function resync(
  { application: name, objects, files }: ChangeSet,
  commit: string,
  ports: ResyncPorts,
  context: Context,
): Promise<Step> {
  const { signal } = context;
  const question = { commit, objects: invertObjects(objects), paths: files.map(({ path }) => path) };
  const { application, liveness } = await lookForCommit(name, question, ports, signal);
  switch (liveness.kind) {
    case "live": {
      const patch = {
        rollback_verification: await startProof(objects, ports, context),
        rollback_live_at: new Date(context.now()).toISOString(),
      };
      return { kind: "step", because: `the revert ${commit} is live`, patch, afterMs: 0 };
    }
    case "failed":
      // A condition may be left over from the commit that is being taken back: only time tells.
      if (liveness.evidence === "condition") return { kind: "wait", because: liveness.because };
      return { kind: "blocked", because: `the revert is in Git, but not in the cluster: ${liveness.because}` };
    case "wait": {
      const leftovers = application === undefined ? "none" : leftoversOf(application, question.objects);
      if (leftovers === "others too") {
        return { kind: "wait", because: `${liveness.because}; ${NOT_PRUNED}` };
      }
      if (liveness.needsSync === true || (leftovers === "ours" && (await isCompared(application, commit, ports)))) {
        // The head of the branch, never an older commit: an explicit sync is not checked against the branch.
        await ports.argoCd.sync(name, await ports.git.head(signal), signal);
      } else if (application !== undefined && (await isOlderSync(application, commit, ports))) {
        await ports.argoCd.terminateOperation(name, signal);
      }
      return { kind: "wait", because: liveness.because };
    }
  }
}

const NOT_PRUNED =
  "the Application deletes nothing by itself (prune is off) and other objects wait to be deleted as well: delete what is ours by hand";

/**
 * Objects of ours that Argo CD has taken notice of being gone from Git and does not delete, because automatic pruning is off. An
 * explicit sync deletes everything of that kind, so it is only for where that is ours alone.
 */
function leftoversOf({ spec, status }: ArgoApplication, objects: readonly ObjectRef[]): "none" | "ours" | "others too" {
  const automated = spec.syncPolicy?.automated as { readonly prune?: unknown } | undefined;
  if (automated === undefined || automated.prune === true) return "none";
  const left = (status?.resources ?? []).filter(({ requiresPruning }) => requiresPruning === true);
  const gone = objects.filter(({ effect }) => effect === "delete");
  const ours = gone.flatMap((object) => findResource(left, object, spec.destination.namespace) ?? []);
  if (ours.length === 0) return "none";
  return ours.length === left.length ? "ours" : "others too";
}

/** True when Argo CD has compared the cluster with the revert, and no sync runs. */
async function isCompared(
  application: ArgoApplication | undefined,
  commit: string,
  { git }: ResyncPorts,
): Promise<boolean> {
  if (application === undefined || operationRuns(application)) return false;
  const compared = comparedRevisions(application, []);
  const contains = await Promise.all(compared.map((revision) => git.isAncestor(commit, revision)));
  return contains.includes(true);
}

/** True while a sync of a commit from before the revert runs: it would go on applying what was taken back. */
async function isOlderSync(application: ArgoApplication, commit: string, { git }: ResyncPorts): Promise<boolean> {
  if (!operationRuns(application) || application.status?.operationState?.phase !== "Running") return false;
  const revisions = [...appliedRevisions(application), ...requestedRevisions(application)];
  const contains = await Promise.all(revisions.map((revision) => git.isAncestor(commit, revision)));
  return revisions.length > 0 && !contains.includes(true);
}
