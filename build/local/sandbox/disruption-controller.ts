/** Keeps the status of PodDisruptionBudgets, as the disruption controller does (kubernetes: pkg/controller/disruption). */
import type { Cluster } from "./cluster.ts";
import { at, type JsonMap, listAt, textAt, textsAt } from "./json.ts";
import { time } from "./pod.ts";
import { selects } from "./selectors.ts";
import type { KubeObject } from "./store.ts";
import { allWorkloads, isReady, podLabels, podsOf, replicasOf } from "./workloads.ts";

/** Nothing is counted before `settle`, while the cluster is being filled. */
export function runDisruption(cluster: Cluster): { settle(): void } {
  const { store, agenda } = cluster;
  let asked = true;

  function round(): void {
    for (const budget of store.list("policy", "PodDisruptionBudget")) {
      store.put({ ...budget, status: statusOf(cluster, budget) });
    }
  }

  const watched = new Set(["Pod", "PodDisruptionBudget", "Deployment", "StatefulSet", "DaemonSet"]);
  store.onChange(({ before, after }) => {
    if (asked || !watched.has((after ?? before)?.kind ?? "")) return;
    asked = true;
    agenda.after(0, () => {
      asked = false;
      round();
    });
  });
  return {
    settle() {
      round();
      asked = false;
    },
  };
}

function statusOf({ store, agenda }: Cluster, budget: KubeObject): JsonMap {
  const { namespace, generation } = budget.metadata;
  const selector = at(budget, "spec", "selector");
  const pods = store
    .list("", "Pod", namespace)
    .filter(
      (pod) => selects(selector, textsAt(pod, "metadata", "labels")) && textAt(pod, "status", "phase") !== "Failed",
    );
  const owners = allWorkloads(store, namespace).filter(
    (workload) => selects(selector, podLabels(workload)) || podsOf(store, workload).some((pod) => pods.includes(pod)),
  );
  const scale = owners.reduce((sum, owner) => sum + replicasOf(owner), 0);
  const healthy = pods.filter(isReady).length;
  const least = at(budget, "spec", "minAvailable");
  // Only a fixed minimum is about the pods that are there; everything else is about those that should be.
  const expected = typeof least === "number" ? pods.length : scale;
  const most = at(budget, "spec", "maxUnavailable");
  const desired = least !== undefined ? amount(least, expected) : Math.max(0, expected - amount(most, expected));
  const scaleless = owners.find(({ kind }) => kind === "DaemonSet");
  const failure =
    scaleless !== undefined && typeof least !== "number"
      ? `daemonsets.apps does not implement the scale subresource`
      : undefined;
  const allowed = failure === undefined && expected > 0 ? Math.max(0, healthy - desired) : 0;
  const reason = failure !== undefined ? "SyncFailed" : allowed > 0 ? "SufficientPods" : "InsufficientPods";
  return {
    observedGeneration: generation ?? 1,
    expectedPods: expected,
    currentHealthy: healthy,
    desiredHealthy: desired,
    disruptionsAllowed: allowed,
    conditions: [condition(budget, reason, failure ?? "", time(agenda.now()))],
  };
}

function condition(budget: KubeObject, reason: string, message: string, now: string): JsonMap {
  const before = listAt(budget, "status", "conditions")[0];
  const status = reason === "SufficientPods" ? "True" : "False";
  return {
    type: "DisruptionAllowed",
    status,
    reason,
    message,
    observedGeneration: budget.metadata.generation ?? 1,
    lastTransitionTime: textAt(before, "status") === status ? textAt(before, "lastTransitionTime") : now,
  };
}

/** `2` or `30%`, rounded up as the controller does. */
function amount(value: unknown, pods: number): number {
  if (typeof value === "number") return value;
  const percent = typeof value === "string" ? Number.parseInt(value, 10) : 0;
  return Math.ceil(((Number.isFinite(percent) ? percent : 0) * pods) / 100);
}
