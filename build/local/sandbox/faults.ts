/** Faults that can be switched on: what they do, to whom, and whether they are in force right now. */
import { digest, isMap, mapAt, textAt, textsAt } from "./json.ts";
import { LAST_APPLIED } from "./labels.ts";
import type { Affliction } from "./pod.ts";
import { selectedByMap, selects } from "./selectors.ts";
import type { KubeObject, ObjectStore } from "./store.ts";
import { allWorkloads, podLabels, podRevision, revisionOf } from "./workloads.ts";

export const FAULT_KINDS = [
  "crash-loop",
  "image-pull",
  "slow-start",
  "error-rate",
  "latency",
  "no-traffic",
  "log-panic",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly namespace: string;
  /** Name of a Deployment, StatefulSet or DaemonSet; without it, all of the namespace. */
  readonly workload?: string;
  /**
   * `changed`: in force only while what is applied for the workload, or beside it in its namespace, differs from what
   * was applied when the fault was injected. After a true revert the cluster is therefore well again.
   */
  readonly when?: "always" | "changed";
  /** error-rate: share of requests answered 5xx, 0.2 unless given. */
  readonly ratio?: number;
  /** latency: 95th percentile in milliseconds, 2000 unless given; slow-start: delay in milliseconds, 30000. */
  readonly milliseconds?: number;
}

export interface InjectedFault extends Fault {
  readonly when: "always" | "changed";
  /** `<kind>:<namespace>/<workload or *>`: injecting it again replaces it. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly injectedAt: number;
  /** Workload name -> what was applied then. */
  readonly baseline: Readonly<Record<string, Fingerprint>>;
}

interface Fingerprint {
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
/** Only pods made after such a fault was injected suffer from it: a running container keeps running. */
const atStart = new Set<FaultKind>(["crash-loop", "image-pull", "slow-start"]);

function faultName({ kind, namespace, workload }: Fault): string {
  return `${kind}:${namespace}/${workload ?? "*"}`;
}

/** Remembers what is applied at this moment. */
export function injectFault(store: ObjectStore, fault: Fault, now: number): InjectedFault {
  const targets = allWorkloads(store, fault.namespace).filter((workload) => concerns(fault, workload));
  const baseline = targets.map((workload) => [workload.metadata.name, fingerprint(store, workload)] as const);
  return {
    ...fault,
    when: fault.when ?? "always",
    name: faultName(fault),
    injectedAt: now,
    baseline: Object.fromEntries(baseline),
  };
}

/** True when the fault hits this pod now. `createdAt` is the pod's age in milliseconds since the epoch. */
export function hits(
  store: ObjectStore,
  fault: InjectedFault,
  workload: KubeObject,
  pod: KubeObject,
  createdAt: number,
): boolean {
  if (!concerns(fault, workload)) return false;
  if (fault.when === "always") return !atStart.has(fault.kind) || createdAt >= fault.injectedAt;
  const before = fault.baseline[workload.metadata.name];
  const after = fingerprint(store, workload);
  if (before === undefined || before.surroundings !== after.surroundings) return true;
  if (before.own === after.own) return false;
  // The workload itself changed: its new pods suffer; all of them when only something outside the template changed.
  return before.revision === revisionOf(workload) || podRevision(pod) !== before.revision;
}

/** Is the fault in force for the workload at all, whatever its pods? */
export function inForce(store: ObjectStore, fault: InjectedFault, workload: KubeObject): boolean {
  if (!concerns(fault, workload)) return false;
  if (fault.when === "always") return true;
  const before = fault.baseline[workload.metadata.name];
  const after = fingerprint(store, workload);
  return before === undefined || before.surroundings !== after.surroundings || before.own !== after.own;
}

export function afflictionOf(faults: readonly InjectedFault[]): Affliction {
  const slow = faults.filter(({ kind }) => kind === "slow-start").map(({ milliseconds }) => milliseconds ?? 30_000);
  return {
    crash: faults.some(({ kind }) => kind === "crash-loop"),
    imagePull: faults.some(({ kind }) => kind === "image-pull"),
    slowMs: Math.max(0, ...slow),
  };
}

function concerns(fault: Fault, { metadata }: KubeObject): boolean {
  return fault.namespace === metadata.namespace && (fault.workload ?? metadata.name) === metadata.name;
}

function fingerprint(store: ObjectStore, workload: KubeObject): Fingerprint {
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
