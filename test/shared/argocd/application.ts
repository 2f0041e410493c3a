/** An Application as Argo CD reports it when everything is well, to be changed in one place per test. */
import { decideLive, type Liveness } from "../../../shared/argocd/live.ts";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { ArgoApplication, ArgoResource } from "../../../shared/ports.ts";

/** Commits in order: every one is the parent of the next. `other` is on another branch. */
export const commits = {
  before: "a".repeat(40),
  ours: "b".repeat(40),
  later: "c".repeat(40),
  revert: "d".repeat(40),
  other: "f".repeat(40),
};
const order = [commits.before, commits.ours, commits.later, commits.revert];

export async function isAncestor(ancestor: string, descendant: string): Promise<boolean> {
  const [from, to] = [order.indexOf(ancestor), order.indexOf(descendant)];
  return from >= 0 && to >= from;
}

export const deployment: ArgoResource = {
  group: "apps",
  kind: "Deployment",
  namespace: "shop",
  name: "api",
  status: "Synced",
};

export type Status = NonNullable<ArgoApplication["status"]>;

export function healthy(revision: string = commits.ours, over: Partial<Status> = {}): ArgoApplication {
  return {
    metadata: { name: "shop", namespace: "argocd" },
    spec: {
      source: { repoURL: "https://git/x", path: "apps/shop", targetRevision: "main" },
      destination: { namespace: "shop" },
      syncPolicy: { automated: { prune: true } },
    },
    status: {
      sync: { status: "Synced", revision },
      health: { status: "Healthy" },
      operationState: {
        phase: "Succeeded",
        startedAt: "2026-03-01T10:00:00Z",
        finishedAt: "2026-03-01T10:00:05Z",
        syncResult: { revision },
      },
      reconciledAt: "2026-03-01T10:00:06Z",
      resources: [deployment],
      ...over,
    },
  };
}

export const changed: ObjectRef = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "shop",
  name: "api",
  effect: "change",
};
export const operation = (phase: string, revision?: string, more: object = {}): Partial<Status> => ({
  operationState: {
    phase,
    startedAt: "2026-03-01T10:00:00Z",
    ...(phase === "Running" || phase === "Terminating" ? {} : { finishedAt: "2026-03-01T10:00:05Z" }),
    ...(revision === undefined ? {} : { syncResult: { revision } }),
    ...more,
  },
});
export const condition = (type: string, message: string): Partial<Status> => ({ conditions: [{ type, message }] });

/** Whether our commit, which changed `objects`, is live. */
export async function decide(
  application: ArgoApplication | undefined,
  objects: readonly ObjectRef[] = [changed],
): Promise<Liveness> {
  return decideLive({ application, commit: commits.ours, objects, paths: ["apps/shop/api.yaml"] }, isAncestor);
}
