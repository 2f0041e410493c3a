/** The three controllers that own pods for good, and what they have in common. */
import { at, digest, isMap, type JsonMap, mapAt, numberAt, textAt, textsAt } from "./json.ts";
import type { KubeObject, ObjectStore } from "./store.ts";

export const WORKLOAD_KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;

/** The pod template of a workload or Job; undefined for other kinds. */
export function templateOf(object: KubeObject): JsonMap | undefined {
  const path = object.kind === "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"];
  const template = at(object, ...path);
  return isMap(template) && isMap(at(template, "spec")) ? template : undefined;
}

/** Label value that tells revisions of a workload apart. */
export function revisionOf(workload: KubeObject): string {
  return digest(mapAt(workload, "spec", "template"), 10);
}

/** The label a revision is kept under. */
export function revisionLabel(kind: string): string {
  return kind === "Deployment" ? "pod-template-hash" : "controller-revision-hash";
}

/** Pods wanted; a DaemonSet has one on the single node of this cluster. */
export function replicasOf(workload: KubeObject): number {
  return workload.kind === "DaemonSet" ? 1 : (numberAt(workload, "spec", "replicas") ?? 1);
}

export function allWorkloads(store: ObjectStore, namespace?: string): readonly KubeObject[] {
  return WORKLOAD_KINDS.flatMap((kind) => store.list("apps", kind, namespace));
}

/** Pods of a workload, oldest first. */
export function podsOf(store: ObjectStore, workload: KubeObject): readonly KubeObject[] {
  const mine = store.list("", "Pod", workload.metadata.namespace).filter((pod) => isOwnedBy(pod, workload));
  return [...mine].sort((a, b) => a.metadata.name.localeCompare(b.metadata.name, "en", { numeric: true }));
}

/** Through its ReplicaSet for a Deployment, as on a real cluster. */
function isOwnedBy(pod: KubeObject, { kind, metadata }: KubeObject): boolean {
  const owner = pod.metadata.ownerReferences?.[0];
  const name = textAt(owner, "name");
  if (kind !== "Deployment") return textAt(owner, "kind") === kind && name === metadata.name;
  return textAt(owner, "kind") === "ReplicaSet" && name === `${metadata.name}-${podRevision(pod)}`;
}

export function isReady(pod: KubeObject): boolean {
  const conditions = at(pod, "status", "conditions");
  if (!Array.isArray(conditions)) return false;
  return (conditions as unknown[]).some(
    (item) => textAt(item, "type") === "Ready" && textAt(item, "status") === "True",
  );
}

export function podRevision(pod: KubeObject): string {
  const labels = textsAt(pod, "metadata", "labels");
  return labels["pod-template-hash"] ?? labels["controller-revision-hash"] ?? "";
}

export function podLabels(workload: KubeObject): Readonly<Record<string, string>> {
  return textsAt(workload, "spec", "template", "metadata", "labels");
}
