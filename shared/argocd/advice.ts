/** What a person can do about a commit that does not become live: words behind the reason, one hint at most. */
import type { ArgoApplication } from "../ports.ts";
import { appliedRevisions } from "./revisions.ts";

export const REFRESH = "argocd.argoproj.io/refresh";

/** Whether Argo CD syncs by itself, and whether it deletes by itself (Argo CD's docs/user-guide/auto_sync.md). */
export function automation({ spec }: ArgoApplication): { readonly syncs: boolean; readonly prunes: boolean } {
  const automated = spec.syncPolicy?.automated;
  if (typeof automated !== "object" || automated === null) return { syncs: false, prunes: false };
  const { enabled, prune } = automated as { readonly enabled?: unknown; readonly prune?: unknown };
  // `enabled: false` keeps the rest of the policy for later (Argo CD 3.1).
  return { syncs: enabled !== false, prunes: enabled !== false && prune === true };
}

/** Argo CD compares with something that is not ours, or with nothing. */
export function comparisonAdvice({ metadata, spec }: ArgoApplication): string {
  // A chart has a version and no path; only what is read from a folder of Git can be ours.
  const folders = [spec.source, ...(spec.sources ?? [])].filter((source) => source?.path !== undefined);
  const targets = folders.flatMap((source) => source?.targetRevision ?? []);
  const pinned = targets.find((target) => PINNED.test(target));
  if (pinned !== undefined) return `; its targetRevision ${pinned} is pinned: no push reaches it`;
  if (metadata.annotations?.[REFRESH] === undefined) return "";
  return "; it has not answered the refresh it was asked for: see whether its application controller runs";
}

/** A commit, or a version: branches are hardly ever named like one. */
const PINNED = /^(?:v?\d+\.\d+(?:\.\d+)?[\w.+-]*|[0-9a-f]{7,64}|refs\/tags\/.+)$/;

/** A sync operation runs and does not end. `compared`: what Git holds now. */
export function operationAdvice(application: ArgoApplication, compared: readonly string[]): string {
  const message = application.status?.operationState?.message ?? "";
  if (/sync window/i.test(message)) return "; a sync window of its AppProject has to open first";
  const applied = appliedRevisions(application);
  const isOld = applied.length > 0 && !applied.some((revision) => compared.includes(revision));
  // Retries keep the revision they began with unless syncPolicy.retry.refresh is set (argo-cd#11494).
  if (isOld && /retrying attempt/i.test(message)) {
    return "; it is retried with what was in Git before, and blocks what is there now: end that operation";
  }
  if (/deletion-approved|pruning confirmation|waiting for confirmation/i.test(message)) {
    return "; somebody has to confirm the deletion (annotation argocd.argoproj.io/deletion-approved)";
  }
  return "";
}

/** Objects are not in place although nothing runs. `compared`: the revision of the comparison. */
export function syncAdvice(application: ArgoApplication, compared: readonly string[]): string {
  const { status } = application;
  if (status?.sync?.status !== "OutOfSync") return "";
  const shared = status.conditions?.find(({ type }) => type === "SharedResourceWarning");
  if (shared !== undefined) return `; two Applications write the same object: ${shared.message.slice(0, 300)}`;
  const { syncs } = automation(application);
  if (!syncs) return "; the Application has no automatic sync: somebody has to sync it";
  const state = status.operationState;
  const attempted = appliedRevisions(application).some((revision) => compared.includes(revision));
  if (!attempted) return "; no sync has begun: look for a sync window of its AppProject that denies it";
  if (state?.phase !== "Succeeded") return "";
  return "; it was applied, and differs again: a controller, a webhook or a person writes to it as well";
}
