/** `status` of a Deployment, StatefulSet or DaemonSet from its pods, as their controllers report it. */
import { digest, type JsonMap, numberAt } from "./json.ts";
import { time } from "./pod.ts";
import type { KubeObject } from "./store.ts";
import { isReady, podRevision, replicasOf, revisionOf } from "./workloads.ts";

/** Since when a rollout has made no progress. Milliseconds since the epoch. */
export interface Progress {
  readonly mark: string;
  readonly since: number;
  readonly generation: number;
}

interface Counts {
  readonly total: number;
  readonly updated: number;
  readonly ready: number;
  readonly updatedReady: number;
}

export function progressOf(
  before: Progress | undefined,
  workload: KubeObject,
  pods: readonly KubeObject[],
  now: number,
): Progress {
  const { updated, updatedReady } = count(workload, pods);
  const generation = workload.metadata.generation ?? 1;
  const mark = digest([revisionOf(workload), updated, updatedReady]);
  return before?.mark === mark && before.generation === generation ? before : { mark, since: now, generation };
}

/** `refusal`: why the last pod could not be created. `dueAt`: when the status changes by time alone. */
export function workloadStatus(
  workload: KubeObject,
  pods: readonly KubeObject[],
  progress: Progress,
  refusal: string | undefined,
  now: number,
): { readonly status: JsonMap; readonly dueAt?: number } {
  const counts = count(workload, pods);
  const observedGeneration = workload.metadata.generation ?? 1;
  if (workload.kind === "DaemonSet") return { status: { observedGeneration, ...daemonSetStatus(counts) } };
  if (workload.kind === "StatefulSet") {
    return { status: { observedGeneration, ...statefulSetStatus(workload, counts) } };
  }
  const deadline = progress.since + (numberAt(workload, "spec", "progressDeadlineSeconds") ?? 600) * 1_000;
  const complete = isComplete(workload, counts);
  const status = {
    observedGeneration,
    ...deploymentCounts(workload, counts),
    conditions: conditions(workload, counts, progress, refusal, !complete && now >= deadline),
  };
  return complete || now >= deadline ? { status } : { status, dueAt: deadline };
}

function count(workload: KubeObject, pods: readonly KubeObject[]): Counts {
  const revision = revisionOf(workload);
  const updated = pods.filter((pod) => podRevision(pod) === revision);
  return {
    total: pods.length,
    updated: updated.length,
    ready: pods.filter(isReady).length,
    updatedReady: updated.filter(isReady).length,
  };
}

function isComplete(workload: KubeObject, { total, updatedReady }: Counts): boolean {
  return updatedReady === replicasOf(workload) && total === updatedReady;
}

function deploymentCounts(workload: KubeObject, { total, updated, ready }: Counts): JsonMap {
  const unavailable = Math.max(0, Math.max(total, replicasOf(workload)) - ready);
  return {
    ...positive("replicas", total),
    ...positive("updatedReplicas", updated),
    ...positive("readyReplicas", ready),
    ...positive("availableReplicas", ready),
    ...positive("unavailableReplicas", unavailable),
  };
}

/** The API leaves zero counts out. */
function positive(name: string, value: number): JsonMap {
  return value === 0 ? {} : { [name]: value };
}

function conditions(
  workload: KubeObject,
  counts: Counts,
  progress: Progress,
  refusal: string | undefined,
  overdue: boolean,
): readonly JsonMap[] {
  const { name } = workload.metadata;
  const set = `ReplicaSet "${name}-${revisionOf(workload)}"`;
  const since = time(progress.since);
  const condition = (type: string, status: "True" | "False", reason: string, message: string) => {
    return { type, status, reason, message, lastUpdateTime: since, lastTransitionTime: since };
  };
  const wanted = replicasOf(workload);
  const available = wanted === 0 || counts.ready >= Math.max(1, wanted - Math.floor(wanted / 4));
  const found = [
    available
      ? condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
      : condition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
  ];
  if (isComplete(workload, counts)) {
    found.push(condition("Progressing", "True", "NewReplicaSetAvailable", `${set} has successfully progressed.`));
  } else if (overdue) {
    found.push(condition("Progressing", "False", "ProgressDeadlineExceeded", `${set} has timed out progressing.`));
  } else {
    found.push(condition("Progressing", "True", "ReplicaSetUpdated", `${set} is progressing.`));
  }
  if (refusal !== undefined) found.push(condition("ReplicaFailure", "True", "FailedCreate", refusal));
  return found;
}

function statefulSetStatus(workload: KubeObject, { total, updated, ready, updatedReady }: Counts): JsonMap {
  const revision = `${workload.metadata.name}-${revisionOf(workload)}`;
  const done = updatedReady === replicasOf(workload);
  return {
    replicas: total,
    ...positive("readyReplicas", ready),
    availableReplicas: ready,
    ...positive("updatedReplicas", updated),
    ...(done ? { currentReplicas: updated, currentRevision: revision } : {}),
    updateRevision: revision,
    collisionCount: 0,
  };
}

function daemonSetStatus({ total, updated, ready }: Counts): JsonMap {
  return {
    desiredNumberScheduled: 1,
    currentNumberScheduled: Math.min(1, total),
    updatedNumberScheduled: updated,
    numberMisscheduled: 0,
    numberReady: ready,
    ...positive("numberAvailable", ready),
    ...positive("numberUnavailable", 1 - Math.min(1, ready)),
  };
}
