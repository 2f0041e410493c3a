/** Faults that are switched on: to whom they are, and whether they are in force right now. */
import { badRequest } from "./api-status.ts";
import { type Fault, type FaultKind, type FaultTime, faultName, faultProblem } from "./fault-kinds.ts";
import { type Fingerprint, fingerprint } from "./fault-traces.ts";
import { textsAt } from "./json.ts";
import type { Affliction } from "./pod.ts";
import { selectedByMap } from "./selectors.ts";
import type { KubeObject, ObjectStore } from "./store.ts";
import { allWorkloads, podRevision, revisionOf } from "./workloads.ts";

export interface InjectedFault extends Fault {
  readonly when: FaultTime;
  /** `<kind>:<namespace>/<workload or *>`, of a server's the kind alone: injecting it again replaces it. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly injectedAt: number;
  /** Workload name -> what was applied then. */
  readonly baseline: Readonly<Record<string, Fingerprint>>;
  /** `since-change`: when the change came, milliseconds since the epoch. */
  readonly changedAt?: number;
}

/** Only pods made after such a fault was injected suffer from it: a running container keeps running. */
const atStart = new Set<FaultKind>(["crash-loop", "image-pull", "slow-start"]);

/** Remembers what is applied at this moment. Throws ApiError 400 when there can be no such fault. */
export function injectFault(store: ObjectStore, fault: Fault, now: number): InjectedFault {
  const problem = faultProblem(fault) ?? dependencyProblem(store, fault);
  if (problem !== undefined) throw badRequest(problem);
  const targets = allWorkloads(store, fault.namespace ?? "").filter((workload) => concerns(fault, workload));
  const baseline = targets.map((workload) => [workload.metadata.name, fingerprint(store, workload)] as const);
  return {
    ...fault,
    when: fault.when ?? "always",
    name: faultName(fault),
    injectedAt: now,
    baseline: Object.fromEntries(baseline),
  };
}

function dependencyProblem(store: ObjectStore, fault: Fault): string | undefined {
  const wanted = dependencyOf(fault);
  if (wanted === undefined || store.get({ group: "", kind: "Service", ...wanted }) !== undefined) return undefined;
  return `there is no Service ${wanted.name} in ${wanted.namespace}`;
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
  // What a workload needs is missing for its old pods as well.
  if (fault.kind === "missing-dependency") return inForce(store, fault, workload);
  const since = fault.changedAt ?? fault.injectedAt;
  if (isThroughout(fault)) return !atStart.has(fault.kind) || createdAt >= since;
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
  return isThroughout(fault) || isChanged(store, fault, workload);
}

/** The fault with the moment of the change, when it waited for one that has come now. */
export function noticed(store: ObjectStore, fault: InjectedFault, now: number): InjectedFault {
  if (fault.when !== "since-change" || fault.changedAt !== undefined) return fault;
  const changed = allWorkloads(store, fault.namespace ?? "").some(
    (workload) => concerns(fault, workload) && isChanged(store, fault, workload),
  );
  return changed ? { ...fault, changedAt: now } : fault;
}

/** Does the pod belong to a Service that is down because a workload is to miss it? */
export function isMissing(store: ObjectStore, fault: InjectedFault, pod: KubeObject): boolean {
  const wanted = fault.kind === "missing-dependency" ? dependencyOf(fault) : undefined;
  if (wanted === undefined || pod.metadata.namespace !== wanted.namespace) return false;
  const service = store.get({ group: "", kind: "Service", ...wanted });
  if (!selectedByMap(textsAt(service, "spec", "selector"), pod.metadata.labels ?? {})) return false;
  return allWorkloads(store, fault.namespace ?? "").some((workload) => inForce(store, fault, workload));
}

export function afflictionOf(faults: readonly InjectedFault[]): Affliction {
  const slow = faults.filter(({ kind }) => kind === "slow-start").map(({ milliseconds }) => milliseconds ?? 30_000);
  return {
    crash: faults.some(({ kind }) => kind === "crash-loop"),
    imagePull: faults.some(({ kind }) => kind === "image-pull"),
    unready: faults.some(({ kind }) => kind === "missing-dependency"),
    slowMs: Math.max(0, ...slow),
  };
}

/** What a missing dependency is called in a log line. */
export function dependencyName(fault: Fault): string {
  const wanted = dependencyOf(fault);
  return wanted === undefined ? "upstream.example.com" : `${wanted.name}.${wanted.namespace}.svc.cluster.local`;
}

function dependencyOf({ dependency, namespace = "" }: Fault): { namespace: string; name: string } | undefined {
  if (dependency === undefined) return undefined;
  const [first = "", second] = dependency.split("/");
  return second === undefined ? { namespace, name: first } : { namespace: first, name: second };
}

function isThroughout({ when, changedAt }: InjectedFault): boolean {
  return when === "always" || changedAt !== undefined;
}

function isChanged(store: ObjectStore, fault: InjectedFault, workload: KubeObject): boolean {
  const before = fault.baseline[workload.metadata.name];
  const after = fingerprint(store, workload);
  return before === undefined || before.surroundings !== after.surroundings || before.own !== after.own;
}

function concerns(fault: Fault, { metadata }: KubeObject): boolean {
  return fault.namespace === metadata.namespace && (fault.workload ?? metadata.name) === metadata.name;
}
