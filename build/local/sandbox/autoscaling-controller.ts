/**
 * Keeps workloads between the bounds of their autoscalers (kubernetes: pkg/controller/podautoscaler, and KEDA's operator,
 * which makes an autoscaler of each ScaledObject). The load is always low here, so the lower bound decides.
 */
import type { Cluster } from "./cluster.ts";
import { at, type JsonMap, listAt, mapAt, numberAt, textAt } from "./json.ts";
import { time } from "./pod.ts";
import type { KubeObject } from "./store.ts";
import { podsOf, replicasOf } from "./workloads.ts";

const SCALERS = [
  { group: "autoscaling", kind: "HorizontalPodAutoscaler", least: "minReplicas", most: "maxReplicas" },
  { group: "keda.sh", kind: "ScaledObject", least: "minReplicaCount", most: "maxReplicaCount" },
] as const;
const WATCHED = new Set(["HorizontalPodAutoscaler", "ScaledObject", "Deployment", "StatefulSet", "Pod"]);

/** Nothing is scaled before `settle`, while the cluster is being filled. */
export function runAutoscaling(cluster: Cluster): { settle(): void } {
  const { store, agenda } = cluster;
  let asked = true;

  function round(): void {
    for (const scaler of SCALERS) {
      for (const object of store.list(scaler.group, scaler.kind)) reconcile(object, scaler);
    }
  }

  function reconcile(object: KubeObject, scaler: (typeof SCALERS)[number]): void {
    const target = targetOf(cluster, object);
    const isKeda = scaler.kind === "ScaledObject";
    const least = numberAt(object, "spec", scaler.least) ?? (isKeda ? 0 : 1);
    const most = numberAt(object, "spec", scaler.most) ?? (isKeda ? 100 : least);
    const current = target === undefined ? 0 : replicasOf(target);
    const measured = target === undefined ? "" : unmeasured(object, podsOf(store, target));
    const desired = measured === "" ? Math.min(Math.max(current, least), most) : current;
    if (target !== undefined && desired !== current) {
      store.put({ ...target, spec: { ...mapAt(target, "spec"), replicas: desired } });
    }
    const now = time(agenda.now());
    const conditions = isKeda
      ? [
          condition(
            object,
            "Ready",
            target !== undefined,
            target === undefined ? "ScaledObjectCheckFailed" : "ScaledObjectReady",
            "",
            now,
          ),
        ]
      : [
          condition(
            object,
            "AbleToScale",
            target !== undefined,
            target === undefined ? "FailedGetScale" : "ReadyForNewScale",
            "",
            now,
          ),
          condition(
            object,
            "ScalingActive",
            measured === "" && target !== undefined,
            measured === "" ? "ValidMetricFound" : "FailedGetResourceMetric",
            measured,
            now,
          ),
        ];
    const pods = target === undefined ? 0 : podsOf(store, target).length;
    const counts = isKeda ? {} : { currentReplicas: pods, desiredReplicas: desired };
    store.put({ ...object, status: { ...counts, conditions } });
  }

  store.onChange(({ before, after }) => {
    if (asked || !WATCHED.has((after ?? before)?.kind ?? "")) return;
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

function targetOf({ store }: Cluster, { spec, metadata }: KubeObject & { spec?: unknown }): KubeObject | undefined {
  const kind = textAt(spec, "scaleTargetRef", "kind") ?? "Deployment";
  const name = textAt(spec, "scaleTargetRef", "name") ?? "";
  return store.get({ group: "apps", kind, namespace: metadata.namespace, name });
}

/** A utilisation needs a request on every container of the pods; "" when it has what it needs. */
function unmeasured(object: KubeObject, pods: readonly KubeObject[]): string {
  const resources = listAt(object, "spec", "metrics").flatMap((metric) => {
    const isShare = at(metric, "resource", "target", "averageUtilization") !== undefined;
    return isShare ? [textAt(metric, "resource", "name") ?? ""] : [];
  });
  const containers = pods.flatMap((pod) => listAt(pod, "spec", "containers"));
  for (const resource of resources) {
    const silent = containers.find((one) => {
      return (
        at(one, "resources", "requests", resource) === undefined &&
        at(one, "resources", "limits", resource) === undefined
      );
    });
    if (silent !== undefined) return `missing request for ${resource} in container ${textAt(silent, "name") ?? ""}`;
  }
  return "";
}

function condition(
  object: KubeObject,
  type: string,
  holds: boolean,
  reason: string,
  message: string,
  now: string,
): JsonMap {
  const before = listAt(object, "status", "conditions").find((one) => textAt(one, "type") === type);
  const status = holds ? "True" : "False";
  const since = textAt(before, "status") === status ? textAt(before, "lastTransitionTime") : undefined;
  return { type, status, reason, message, lastTransitionTime: since ?? now };
}
