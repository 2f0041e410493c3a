/** Argo CD's health assessment (gitops-engine pkg/health) of the kinds that have one. */
import { at, listAt, numberAt, textAt } from "./json.ts";
import { groupOf } from "./kinds.ts";
import type { KubeObject } from "./store.ts";

export type HealthStatus = "Healthy" | "Suspended" | "Progressing" | "Missing" | "Degraded" | "Unknown";
export interface Health {
  readonly status: HealthStatus;
  readonly message?: string;
}

/** From best to worst; an Application is as healthy as its worst resource. */
const order: readonly HealthStatus[] = ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"];
const healthy: Health = { status: "Healthy" };

/** Undefined: the kind has no health, it does not count. */
function resourceHealth(object: KubeObject): Health | undefined {
  switch (`${groupOf(object.apiVersion)}/${object.kind}`) {
    case "apps/Deployment":
      return deploymentHealth(object);
    case "apps/StatefulSet":
      return statefulSetHealth(object);
    case "apps/DaemonSet":
      return daemonSetHealth(object);
    case "/PersistentVolumeClaim":
      return textAt(object, "status", "phase") === "Bound" ? healthy : { status: "Progressing" };
    case "batch/Job":
      return numberAt(object, "status", "succeeded") === undefined ? { status: "Progressing" } : healthy;
    case "batch/CronJob":
      return at(object, "spec", "suspend") === true ? { status: "Suspended" } : healthy;
    case "policy/PodDisruptionBudget":
      return disruptionHealth(object);
    case "cert-manager.io/Certificate":
      return certificateHealth(object);
    case "keda.sh/ScaledObject":
      return scaledObjectHealth(object);
    case "monitoring.coreos.com/Prometheus":
      return prometheusHealth(object);
    case "/Service":
    case "networking.k8s.io/Ingress":
      return healthy;
    default:
      return undefined;
  }
}

/** Since 3.4 an Application is Missing only when every resource is. */
export function applicationHealth(live: readonly (KubeObject | undefined)[]): Health {
  if (live.length > 0 && live.every((object) => object === undefined)) return { status: "Missing" };
  const all = live.flatMap((object) => (object === undefined ? [] : (resourceHealth(object) ?? [])));
  return all.reduce<Health>(
    (worst, health) => (order.indexOf(health.status) > order.indexOf(worst.status) ? { status: health.status } : worst),
    healthy,
  );
}

function deploymentHealth(object: KubeObject): Health {
  const { name } = object.metadata;
  if (at(object, "spec", "paused") === true) return { status: "Suspended", message: "Deployment is paused" };
  if (!observed(object))
    return progressing("Waiting for rollout to finish: observed deployment generation less than desired generation");
  const exceeded = listAt(object, "status", "conditions").some((condition) => {
    return textAt(condition, "reason") === "ProgressDeadlineExceeded";
  });
  if (exceeded) return { status: "Degraded", message: `Deployment "${name}" exceeded its progress deadline` };
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const count = (field: string) => numberAt(object, "status", field) ?? 0;
  if (count("updatedReplicas") < wanted) {
    return progressing(
      `Waiting for rollout to finish: ${count("updatedReplicas")} out of ${wanted} new replicas have been updated...`,
    );
  }
  if (count("replicas") > count("updatedReplicas")) {
    return progressing(
      `Waiting for rollout to finish: ${count("replicas") - count("updatedReplicas")} old replicas are pending termination...`,
    );
  }
  if (count("availableReplicas") < count("updatedReplicas")) {
    return progressing(
      `Waiting for rollout to finish: ${count("availableReplicas")} of ${count("updatedReplicas")} updated replicas are available...`,
    );
  }
  return healthy;
}

function statefulSetHealth(object: KubeObject): Health {
  if (!observed(object)) return progressing("Waiting for statefulset spec update to be observed...");
  const wanted = numberAt(object, "spec", "replicas") ?? 1;
  const count = (field: string) => numberAt(object, "status", field) ?? 0;
  if (count("readyReplicas") < wanted)
    return progressing(`Waiting for ${wanted - count("readyReplicas")} pods to be ready...`);
  if (textAt(object, "spec", "updateStrategy", "type") === "OnDelete") return healthy;
  const partition = numberAt(object, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  if (count("updatedReplicas") < wanted - partition)
    return progressing("Waiting for partitioned roll out to finish...");
  return healthy;
}

function daemonSetHealth(object: KubeObject): Health {
  if (!observed(object))
    return progressing("Waiting for rollout to finish: observed daemon set generation less than desired generation");
  const count = (field: string) => numberAt(object, "status", field) ?? 0;
  const desired = count("desiredNumberScheduled");
  if (count("updatedNumberScheduled") < desired) return progressing("Waiting for daemon set rollout to finish...");
  if (count("numberAvailable") < desired) return progressing("Waiting for daemon set pods to be available...");
  return healthy;
}

/** A budget that allows no eviction now is still Healthy (argo-cd: resource_customizations/policy/PodDisruptionBudget). */
function disruptionHealth(object: KubeObject): Health {
  const conditions = listAt(object, "status", "conditions");
  const bad = conditions.find((one) => {
    return textAt(one, "status") === "False" && textAt(one, "reason") !== "InsufficientPods";
  });
  if (bad !== undefined) {
    return { status: "Degraded", message: `PodDisruptionBudget has ${textAt(bad, "reason") ?? ""}` };
  }
  return conditions.length === 0 ? progressing("Waiting for status") : healthy;
}

/** argo-cd: resource_customizations/monitoring.coreos.com/Prometheus. */
function prometheusHealth(object: KubeObject): Health {
  const available = listAt(object, "status", "conditions").find((one) => textAt(one, "type") === "Available");
  if (available === undefined) return progressing("Waiting for Prometheus to be available");
  return textAt(available, "status") === "False" ? { status: "Degraded" } : healthy;
}

/** argo-cd: resource_customizations/cert-manager.io/Certificate. */
function certificateHealth(object: KubeObject): Health {
  const ready = listAt(object, "status", "conditions").find((one) => textAt(one, "type") === "Ready");
  if (ready === undefined) return progressing("Initializing Certificate");
  return textAt(ready, "status") === "True" ? healthy : { status: "Degraded" };
}

/** argo-cd: resource_customizations/keda.sh/ScaledObject. */
function scaledObjectHealth(object: KubeObject): Health {
  const ready = listAt(object, "status", "conditions").find((one) => textAt(one, "type") === "Ready");
  if (ready === undefined) return progressing("Creating HorizontalPodAutoscaler Object");
  return textAt(ready, "status") === "True" ? healthy : { status: "Degraded" };
}

function observed(object: KubeObject): boolean {
  return (numberAt(object, "status", "observedGeneration") ?? 0) >= (object.metadata.generation ?? 1);
}

function progressing(message: string): Health {
  return { status: "Progressing", message };
}
