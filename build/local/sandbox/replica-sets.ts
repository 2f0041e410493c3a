/** ReplicaSets of a Deployment: one per revision that has pods, plus the current one. */
import { mapAt, textsAt } from "./json.ts";
import { type KubeObject, type ObjectStore, refOf } from "./store.ts";
import { isReady, podRevision, podsOf, replicasOf, revisionOf } from "./workloads.ts";

export function replicaSetName(deployment: KubeObject, revision: string): string {
  return `${deployment.metadata.name}-${revision}`;
}

export function keepReplicaSets(store: ObjectStore, deployment: KubeObject): void {
  if (deployment.kind !== "Deployment") return;
  const pods = podsOf(store, deployment);
  const current = revisionOf(deployment);
  const { namespace, uid } = deployment.metadata;
  const existing = store
    .list("apps", "ReplicaSet", namespace)
    .filter(({ metadata }) => metadata.ownerReferences?.[0]?.["uid"] === uid);
  for (const replicaSet of existing) {
    const revision = replicaSet.metadata.labels?.["pod-template-hash"] ?? "";
    const mine = pods.filter((pod) => podRevision(pod) === revision);
    if (revision !== current && mine.length === 0) store.remove(refOf(replicaSet));
    else store.put({ ...replicaSet, ...sized(revision === current ? replicasOf(deployment) : mine.length, mine) });
  }
  const name = replicaSetName(deployment, current);
  if (store.get({ group: "apps", kind: "ReplicaSet", namespace, name }) !== undefined) return;
  const labels = { ...textsAt(deployment, "spec", "template", "metadata", "labels"), "pod-template-hash": current };
  store.put({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name, uid, controller: true },
      ],
    },
    ...sized(
      replicasOf(deployment),
      pods.filter((pod) => podRevision(pod) === current),
      deployment,
    ),
  });
}

function sized(replicas: number, pods: readonly KubeObject[], deployment?: KubeObject) {
  const ready = pods.filter(isReady).length;
  return {
    spec: { replicas, ...(deployment === undefined ? {} : { template: mapAt(deployment, "spec", "template") }) },
    status: { replicas: pods.length, readyReplicas: ready, availableReplicas: ready },
  };
}
