/**
 * "Is commit C live?" decided from one look at an Argo CD Application. Pure apart from the ancestry it asks for.
 *
 * The rules follow how Kargo decides (pkg/health/checker/builtin/argocd.go) and what Argo CD documents of its status:
 * `status.sync.revision` is the revision *compared*, not applied, so it alone proves nothing; commits coalesce, so a
 * descendant of C counts; a drifting Application counts when our own objects are Synced; health before the last
 * reconciliation is stale.
 */
import type { ObjectRef } from "../domain/change-set.ts";
import type { ArgoApplication } from "../ports.ts";
import { comparisonAdvice, operationAdvice, syncAdvice } from "./advice.ts";
import { failedElsewhere, objectsPending } from "./objects.ts";
import { saysInterrupted, saysUnreachable } from "./outages.ts";
import { appliedRevisions, comparedRevisions, requestedRevisions } from "./revisions.ts";

export interface LiveQuestion {
  /** Undefined: Argo CD has no such Application. */
  readonly application: ArgoApplication | undefined;
  /** The commit that must be contained in what the cluster runs. */
  readonly commit: string;
  /** What the commit creates, changes and deletes. */
  readonly objects: readonly ObjectRef[];
  /** Paths the commit touches: they tell which of several sources is ours. */
  readonly paths?: readonly string[];
}

/** True when `ancestor` equals or precedes `descendant` in Git. */
export type Ancestry = (ancestor: string, descendant: string) => Promise<boolean>;

export type Liveness =
  | {
      readonly kind: "live";
      readonly revision: string;
      /** The revision is a strict descendant: other commits became live together with ours. */
      readonly coalesced: boolean;
      /** The Application as a whole is not Synced, but our objects are. */
      readonly drift: boolean;
    }
  | {
      readonly kind: "wait";
      readonly because: string;
      /** Ask Argo CD to compare again. */
      readonly refresh: boolean;
      /** Auto-sync refuses to prune the last resources; only an explicit sync gets on. */
      readonly needsSync?: boolean;
    }
  | {
      readonly kind: "failed";
      readonly because: string;
      /** `operation`: a sync of our revision failed. `condition`: Argo CD cannot even compare. */
      readonly evidence: "operation" | "condition";
    };

/** Decides. Throws only what `isAncestor` throws. */
export async function decideLive(question: LiveQuestion, isAncestor: Ancestry): Promise<Liveness> {
  const { application, commit } = question;
  if (application === undefined) {
    return wait("Argo CD has no such Application: it was deleted or renamed, or is not created yet");
  }
  const { status, metadata } = application;
  if (metadata.deletionTimestamp !== undefined) return wait("the Application is being deleted");
  if (status === undefined) {
    return wait(`Argo CD has not looked at the Application yet${comparisonAdvice(application)}`, true);
  }

  const contains = async (revisions: readonly string[]): Promise<string | undefined> => {
    for (const revision of revisions) {
      if (revision === commit || (await isAncestor(commit, revision))) return revision;
    }
    return undefined;
  };

  const broken = await brokenCondition(application, contains);
  if (broken !== undefined) return broken;

  const compared = comparedRevisions(application, question.paths ?? []);
  const advice = comparisonAdvice(application);
  if (compared.length === 0) return wait(`Argo CD names no revision it compared with${advice}`, true);
  const revision = await contains(compared);
  if (revision === undefined) {
    return wait(`Argo CD compares with ${short(compared)}, which is before ours${advice}`, true);
  }

  const pending = objectsPending(application, question.objects);
  const failure = await failedOperation(question, application, contains, pending);
  if (failure !== undefined) return failure;
  if (wipesOut(application)) {
    const because = `${conditionText(application, "SyncError")}; somebody has to sync it with pruning`;
    return { kind: "wait", because, refresh: false, needsSync: true };
  }
  const busy = runningOperation(application);
  if (busy !== undefined) return wait(`${busy}${operationAdvice(application, compared)}`);

  const stale = staleness(application);
  if (stale !== undefined) return wait(`${stale}${advice}`, true);
  if (pending !== undefined) return wait(`${pending}${syncAdvice(application, compared)}`);
  return { kind: "live", revision, coalesced: revision !== commit, drift: status.sync?.status !== "Synced" };
}

/** True while Argo CD works on a sync, or is asked to. */
export function operationRuns(application: ArgoApplication): boolean {
  return runningOperation(application) !== undefined;
}

type Contains = (revisions: readonly string[]) => Promise<string | undefined>;

/**
 * Argo CD cannot compare: the manifests do not render, or the Application itself is wrong. Trouble to *reach* Git or
 * the cluster comes under the same condition but says nothing about our commit, so it is only a reason to wait; and what
 * was rendered and applied with our commit before is not broken by it.
 */
async function brokenCondition(application: ArgoApplication, contains: Contains): Promise<Liveness | undefined> {
  const condition = application.status?.conditions?.find(({ type }) =>
    ["ComparisonError", "InvalidSpecError"].includes(type),
  );
  if (condition === undefined) return undefined;
  const because = `${condition.type}: ${condition.message.slice(0, 500)}`;
  if (saysUnreachable(condition.message)) return wait(because, true);
  const { sync, operationState } = application.status ?? {};
  const wasApplied = sync?.status === "Unknown" && operationState?.phase === "Succeeded";
  const applied = wasApplied ? await contains(appliedRevisions(application)) : undefined;
  if (applied !== undefined) {
    return wait(`${because}; ours was applied with ${short([applied])}, so a later change broke it`, true);
  }
  return { kind: "failed", because, evidence: "condition" };
}

/** A failed sync counts against us only when the revision it applied contains our commit. */
async function failedOperation(
  { commit, objects }: LiveQuestion,
  application: ArgoApplication,
  contains: Contains,
  pending: string | undefined,
): Promise<Liveness | undefined> {
  const state = application.status?.operationState;
  if (state?.phase !== "Failed" && state?.phase !== "Error") return undefined;
  const applied = appliedRevisions(application);
  const revision = await contains(applied.length > 0 ? applied : requestedRevisions(application));
  if (revision === undefined) return undefined;
  // Somebody's later commit failed together with ours, while everything of ours is in place: not our failure.
  if (revision !== commit && pending === undefined) return undefined;
  const because = `the sync of ${short([revision])} ended ${state.phase}: ${(state.message ?? "").slice(0, 500)}`;
  // Argo CD tries a revision once; after an outage it waits for the next commit or for somebody who syncs again.
  if (saysInterrupted(state.message ?? ""))
    return wait(`${because}; an outage, not the commit: it has to be synced again`);
  const elsewhere = revision === commit ? undefined : failedElsewhere(application, objects);
  if (elsewhere !== undefined) return wait(`${because}; it failed on ${elsewhere}, which is not ours`);
  return { kind: "failed", because, evidence: "operation" };
}

function runningOperation(application: ArgoApplication): string | undefined {
  const state = application.status?.operationState;
  if (state?.phase === "Running" || state?.phase === "Terminating") {
    const message = (state.message ?? "").slice(0, 300);
    return `a sync operation is ${state.phase}${message === "" ? "" : `: ${message}`}`;
  }
  if (application.operation !== undefined) return "a sync operation is about to start";
  if (state?.phase !== undefined && state.finishedAt === undefined) return "the last sync operation has no end yet";
  return undefined;
}

/** Status from before the end of the last operation describes a cluster that no longer exists (kargo#2196). */
function staleness({ status }: ArgoApplication): string | undefined {
  const reconciled = Date.parse(status?.reconciledAt ?? "");
  if (Number.isNaN(reconciled)) return "Argo CD does not say when it last looked";
  const finished = Date.parse(status?.operationState?.finishedAt ?? "");
  if (!Number.isNaN(finished) && reconciled < finished) return "the status is older than the last sync operation";
  return undefined;
}

/** Auto-sync never deletes everything an Application has (argo-cd#10987); the message is Argo CD's own. */
function wipesOut(application: ArgoApplication): boolean {
  return /wipe out all resources/i.test(conditionText(application, "SyncError")) && !operationRuns(application);
}

function conditionText({ status }: ArgoApplication, type: string): string {
  return (status?.conditions?.find((condition) => condition.type === type)?.message ?? "").slice(0, 500);
}

function wait(because: string, refresh = false): Liveness {
  return { kind: "wait", because, refresh };
}

function short(revisions: readonly string[]): string {
  return revisions.map((revision) => revision.slice(0, 12)).join(", ");
}
