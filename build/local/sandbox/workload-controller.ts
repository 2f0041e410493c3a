/** Runs rollouts: brings pods, ReplicaSets and workload status in line with what is applied, step by step. */
import type { Cluster } from "./cluster.ts";
import { recordEvent } from "./events.ts";
import { afflictionOf, hits, inForce, isMissing, noticed } from "./faults.ts";
import { digest, type JsonMap, mapAt } from "./json.ts";
import { withDefaults } from "./limits.ts";
import { NODE } from "./node-metrics.ts";
import { type Life, live, newLife, podMetadata, podStatus } from "./pod.ts";
import { refuseNewPod } from "./pod-admission.ts";
import { tellPodEvents } from "./pod-events.ts";
import { keepReplicaSets, replicaSetName } from "./replica-sets.ts";
import { nextStep } from "./rollout.ts";
import { type KubeObject, refOf } from "./store.ts";
import { type Progress, progressOf, workloadStatus } from "./workload-status.ts";
import { allWorkloads, isReady, podRevision, podsOf, revisionLabel, revisionOf } from "./workloads.ts";

export interface WorkloadController {
  /** Asks for a round of reconciling soon. */
  nudge(): void;
  /** Begins, with the pods of everything applied so far born ready: they have been running for long. */
  settle(): void;
}

export function runWorkloads(cluster: Cluster): WorkloadController {
  const { store, agenda, pace } = cluster;
  const lives = new Map<string, Life>();
  const progress = new Map<string, Progress>();
  const counters = new Map<string, number>();
  /** True before `settle`, too: nothing is reconciled while the cluster is being filled. */
  let asked = true;
  let wakeAt = Number.POSITIVE_INFINITY;

  function nudge(): void {
    if (asked) return;
    asked = true;
    agenda.after(0, () => {
      asked = false;
      round(false);
    });
  }

  function wake(at: number): void {
    if (at >= wakeAt) return;
    wakeAt = at;
    agenda.after(Math.max(1, at - agenda.now()), () => {
      if (wakeAt === at) wakeAt = Number.POSITIVE_INFINITY;
      nudge();
    });
  }

  function round(bornReady: boolean): void {
    for (const fault of cluster.faults.values()) {
      const seen = noticed(store, fault, agenda.now());
      if (seen === fault) continue;
      cluster.faults.set(fault.name, seen);
      cluster.rememberFaults();
    }
    const workloads = allWorkloads(store);
    for (const workload of workloads) reconcile(workload, bornReady);
    removeOrphans();
  }

  function reconcile(workload: KubeObject, bornReady: boolean): void {
    const now = agenda.now();
    for (const pod of podsOf(store, workload)) advance(workload, pod, now);
    // A deletion may make room for a creation at once, so steps follow until there is none. The bound is a safety net.
    let refusal: string | undefined;
    for (let steps = 0; steps < 100 && refusal === undefined; steps += 1) {
      const views = podsOf(store, workload).map((pod) => ({
        name: pod.metadata.name,
        revision: podRevision(pod),
        ready: isReady(pod),
      }));
      const { create, remove } = nextStep(workload, views);
      for (const name of remove) deletePod(workload.metadata.namespace, name);
      const names = typeof create === "number" ? nextNames(workload, create) : create;
      if (names.length === 0 && remove.length === 0) break;
      for (const name of names) refusal ??= createPod(workload, name, now, bornReady);
    }
    if (refusal !== undefined) retryCreation(workload, refusal, now);
    keepReplicaSets(store, workload);
    const key = workload.metadata.uid ?? "";
    const known = progressOf(progress.get(key), workload, podsOf(store, workload), now);
    progress.set(key, known);
    const { status, dueAt } = workloadStatus(workload, podsOf(store, workload), known, refusal, now);
    if (dueAt !== undefined) wake(dueAt);
    store.put({ ...(store.get(refOf(workload)) ?? workload), status });
  }

  function advance(workload: KubeObject, pod: KubeObject, now: number): void {
    const uid = pod.metadata.uid ?? "";
    const before = lives.get(uid) ?? newLife(now, false);
    const suffering = [...cluster.faults.values()].filter(
      (fault) => hits(store, fault, workload, pod, before.createdAt) || isMissing(store, fault, pod),
    );
    const affliction = afflictionOf(suffering);
    const { life: after, dueAt } = live(before, affliction, now, pace);
    if (dueAt !== undefined) wake(dueAt);
    lives.set(uid, after);
    const status = podStatus(pod.metadata.name, mapAt(pod, "spec"), after);
    store.put({ ...pod, status });
    tellPodEvents(store, pod, before, after, { unready: affliction.unready, now });
  }

  /** Undefined when it was created, else the API server's reason for refusing it. */
  function createPod(workload: KubeObject, name: string, now: number, bornReady: boolean): string | undefined {
    const namespace = workload.metadata.namespace ?? "default";
    const template = mapAt(workload, "spec", "template");
    const spec = withDefaults(store, namespace, mapAt(template, "spec"));
    // Limits act on new pods only, and what runs at the start has been running since before they were set.
    const refusal = bornReady
      ? undefined
      : refuseNewPod(store, namespace, name, spec, mapAt(template, "metadata", "annotations"));
    if (refusal !== undefined) return refusal;
    const prefix = podNamePrefix(workload);
    counters.set(prefix, (counters.get(prefix) ?? 0) + 1);
    const revision = revisionOf(workload);
    const metadata = podMetadata(template, {
      [revisionLabel(workload.kind)]: revision,
      ...stickyLabels(workload, name),
    });
    const life = newLife(now, bornReady);
    const pod = store.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...metadata, name, namespace, ownerReferences: [ownerOf(workload)] },
      spec: { nodeName: NODE, ...spec },
      status: podStatus(name, spec, life),
    });
    lives.set(pod.metadata.uid ?? "", life);
    advance(workload, pod, now);
    return undefined;
  }

  function retryCreation(workload: KubeObject, refusal: string, now: number): void {
    const about = workload.kind === "Deployment" ? replicaSetOf(workload) : workload;
    const happening = { type: "Warning", reason: "FailedCreate", source: "replicaset-controller" } as const;
    recordEvent(store, about, { ...happening, message: `Error creating: ${refusal}` }, now);
    wake(now + pace.retryMs);
  }

  function replicaSetOf(workload: KubeObject): KubeObject {
    keepReplicaSets(store, workload);
    const name = replicaSetName(workload, revisionOf(workload));
    const namespace = workload.metadata.namespace;
    return store.get({ group: "apps", kind: "ReplicaSet", namespace, name }) ?? workload;
  }

  function ownerOf(workload: KubeObject): JsonMap {
    const { apiVersion, kind, metadata } = workload.kind === "Deployment" ? replicaSetOf(workload) : workload;
    return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
  }

  /** The same names in the same order for the same history; a name that was refused is asked for again. */
  function nextNames(workload: KubeObject, count: number): readonly string[] {
    const prefix = podNamePrefix(workload);
    const used = counters.get(prefix) ?? 0;
    return Array.from({ length: count }, (_, index) => {
      return `${prefix}-${digest([workload.metadata.namespace, prefix, used + index], 5)}`;
    });
  }

  function deletePod(namespace: string | undefined, name: string): void {
    const ref = { group: "", kind: "Pod", namespace, name };
    lives.delete(store.get(ref)?.metadata.uid ?? "");
    store.remove(ref);
  }

  /** Garbage collection: pods and ReplicaSets whose workload is gone. */
  function removeOrphans(): void {
    const workloads = allWorkloads(store);
    const owned = new Set(workloads.flatMap((workload) => podsOf(store, workload)).map(({ metadata }) => metadata.uid));
    for (const pod of store.list("", "Pod")) {
      if (!owned.has(pod.metadata.uid)) deletePod(pod.metadata.namespace, pod.metadata.name);
    }
    const uids = new Set(workloads.map(({ metadata }) => metadata.uid));
    for (const replicaSet of store.list("apps", "ReplicaSet")) {
      if (!uids.has(String(replicaSet.metadata.ownerReferences?.[0]?.["uid"]))) store.remove(refOf(replicaSet));
    }
    for (const key of progress.keys()) if (!uids.has(key)) progress.delete(key);
  }

  function settle(): void {
    round(true);
    asked = false;
  }

  const passive = new Set(["Pod", "ReplicaSet", "Event", "Application"]);
  store.onChange(({ before, after }) => {
    if (!passive.has((after ?? before)?.kind ?? "")) nudge();
  });
  return { nudge, settle };
}

function podNamePrefix(workload: KubeObject): string {
  return workload.kind === "Deployment" ? replicaSetName(workload, revisionOf(workload)) : workload.metadata.name;
}

function stickyLabels(workload: KubeObject, pod: string): Readonly<Record<string, string>> {
  if (workload.kind !== "StatefulSet") return {};
  return {
    "statefulset.kubernetes.io/pod-name": pod,
    "apps.kubernetes.io/pod-index": pod.slice(workload.metadata.name.length + 1),
  };
}

/** Faults in force for a workload, for people. */
export function faultsOn({ store, faults }: Cluster, workload: KubeObject): readonly string[] {
  return [...faults.values()].filter((fault) => inForce(store, fault, workload)).map(({ name }) => name);
}
