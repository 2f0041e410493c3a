/** Which workloads and namespaces a change set touches, and what their pods are. */
import type { ObjectRef } from "../domain/change-set.ts";
import type { ClusterReader, PodState, Workload } from "../ports.ts";

const WORKLOADS: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** A workload that must run after the change. */
export interface WorkloadTarget {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Workloads the change set leaves in the cluster. */
export function workloadTargets(objects: readonly ObjectRef[]): readonly WorkloadTarget[] {
  return objects
    .filter((object) => isWorkload(object) && object.effect !== "delete")
    .map((object) => ({ kind: object.kind, name: object.name, namespace: namespaceOf(object) }));
}

/** Everything else: objects without pods of their own, and workloads that are to be gone. */
export function otherObjects(objects: readonly ObjectRef[]): readonly ObjectRef[] {
  return objects.filter((object) => !isWorkload(object) || object.effect === "delete");
}

/** Namespaces in which an object without pods of its own (a policy, a quota, a schedule) may hurt the others. */
export function affectedNamespaces(objects: readonly ObjectRef[]): readonly string[] {
  return [...new Set(otherObjects(objects).flatMap(touched))].sort();
}

/** Namespaces of all objects: what a change or its revert may hurt, so what a baseline has to know. */
export function allNamespaces(objects: readonly ObjectRef[]): readonly string[] {
  return [...new Set(objects.flatMap(touched))].sort();
}

/** `Deployment shop/api`, for messages. */
export function describeTarget({ kind, namespace, name }: WorkloadTarget): string {
  return `${kind} ${namespace}/${name}`;
}

/** A workload and its pods; undefined when the workload does not exist. */
export async function podsOf(
  target: WorkloadTarget,
  cluster: ClusterReader,
  signal?: AbortSignal,
): Promise<{ readonly workload: Workload; readonly pods: readonly PodState[] } | undefined> {
  const workload = await cluster.workload(target.kind, target.namespace, target.name, signal);
  if (workload === undefined) return undefined;
  const { selector } = workload;
  // An empty selector would mean every pod of the namespace; the API refuses it for workloads, so it was not readable.
  const empty = typeof selector === "string" ? selector === "" : Object.keys(selector).length === 0;
  if (empty) throw new Error(`${describeTarget(target)} has no selector`);
  const pods = await cluster.pods(target.namespace, selector, signal);
  return { workload, pods: pods.filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed") };
}

/** Reasons from which a pod does not recover by waiting a little (kubelet's container waiting and exit reasons). */
const FATAL: ReadonlySet<string> = new Set([
  "CrashLoopBackOff",
  "ImagePullBackOff",
  "ErrImagePull",
  "ErrImageNeverPull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "ContainerCannotRun",
  "StartError",
  "OOMKilled",
]);

export function fatalReason({ reason }: PodState): string | undefined {
  return reason !== undefined && FATAL.has(reason) ? reason : undefined;
}

/** Key of a pod or workload in the baseline. */
export function key(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** The namespace an object is in, or is. */
function touched({ apiVersion, kind, namespace, name }: ObjectRef): readonly string[] {
  if (kind === "Namespace" && apiVersion === "v1") return [name];
  return namespace === undefined ? [] : [namespace];
}

function isWorkload({ apiVersion, kind }: ObjectRef): boolean {
  return apiVersion.startsWith("apps/") && WORKLOADS.has(kind);
}

function namespaceOf({ kind, name, namespace }: ObjectRef): string {
  if (namespace === undefined) throw new Error(`the namespace of ${kind} ${name} is not known`);
  return namespace;
}
