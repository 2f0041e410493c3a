/** What is applied for a workload and beside it, as fingerprints: tells whether anything was changed, and taken back. */
import { digest, isMap, mapAt, textAt, textsAt } from "./json.ts";
import { LAST_APPLIED } from "./labels.ts";
import { selectedByMap, selects } from "./selectors.ts";
import type { KubeObject, ObjectStore } from "./store.ts";
import { podLabels, revisionOf } from "./workloads.ts";

export interface Fingerprint {
  readonly own: string;
  readonly revision: string;
  readonly surroundings: string;
}

/** Kinds that come into being with the pod or serve the control plane, and so never affect a workload. */
const inert = new Set([
  "Pod",
  "ReplicaSet",
  "Event",
  "Endpoints",
  "Application",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
]);

export function fingerprint(store: ObjectStore, workload: KubeObject): Fingerprint {
  const near = store
    .inNamespace(workload.metadata.namespace ?? "")
    .filter((object) => !inert.has(object.kind) && mayAffect(object, workload))
    .map((object) => `${object.apiVersion}/${object.kind}/${object.metadata.name} ${applied(object)}`);
  return { own: digest(applied(workload)), revision: revisionOf(workload), surroundings: digest([...near].sort()) };
}

/** What was applied from Git; objects nobody applied (a default Namespace) count by their existence only. */
function applied(object: KubeObject): string {
  return object.metadata.annotations?.[LAST_APPLIED] ?? "";
}

/** Could this object of the namespace make a difference to the workload's pods? When in doubt, yes. */
function mayAffect(object: KubeObject, workload: KubeObject): boolean {
  const labels = podLabels(workload);
  switch (object.kind) {
    case "NetworkPolicy":
      return selects(mapAt(object, "spec", "podSelector"), labels);
    case "Service":
      return selectedByMap(textsAt(object, "spec", "selector"), labels);
    case "PodDisruptionBudget":
      return selects(mapAt(object, "spec", "selector"), labels);
    case "ConfigMap":
    case "Secret":
    case "ServiceAccount":
    case "PersistentVolumeClaim":
      return mentions(mapAt(workload, "spec", "template", "spec"), object.metadata.name);
    case "HorizontalPodAutoscaler":
      return textAt(object, "spec", "scaleTargetRef", "name") === workload.metadata.name;
    default:
      return true;
  }
}

function mentions(value: unknown, name: string): boolean {
  if (Array.isArray(value)) return value.some((item) => mentions(item, name));
  if (isMap(value)) return Object.values(value).some((item) => mentions(item, name));
  return value === name;
}
