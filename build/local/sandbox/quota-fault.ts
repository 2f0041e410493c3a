/** A ResourceQuota that admits as many pods as there are: a rollout that needs one more is refused by admission. */
import type { InjectedFault } from "./faults.ts";
import type { KubeObject, ObjectStore } from "./store.ts";

const NAME = "no-more-pods";

/** Puts the quotas of these faults into the cluster and takes away those of others. Nobody applied them from Git. */
export function keepQuotas(store: ObjectStore, faults: Iterable<InjectedFault>): void {
  const wanted = new Set([...faults].flatMap(({ kind, namespace }) => (kind === "quota-refusal" ? [namespace] : [])));
  for (const { metadata } of store.list("", "ResourceQuota").filter(({ metadata }) => metadata.name === NAME)) {
    if (!wanted.delete(metadata.namespace)) {
      store.remove({ group: "", kind: "ResourceQuota", namespace: metadata.namespace, name: NAME });
    }
  }
  for (const namespace of wanted) if (namespace !== undefined) store.put(quota(store, namespace));
}

function quota(store: ObjectStore, namespace: string): KubeObject {
  const hard = { pods: String(store.list("", "Pod", namespace).length) };
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: NAME, namespace },
    spec: { hard },
    status: { hard, used: hard },
  };
}
