/** Which pods a workload creates and deletes next, by its update strategy. Pure. */
import { at, numberAt, textAt } from "./json.ts";
import type { KubeObject } from "./store.ts";
import { replicasOf, revisionOf } from "./workloads.ts";

export interface PodView {
  readonly name: string;
  readonly revision: string;
  readonly ready: boolean;
}

export interface Step {
  /** How many pods of the current revision to create; for a StatefulSet their names. */
  readonly create: number | readonly string[];
  readonly remove: readonly string[];
}

export function nextStep(workload: KubeObject, pods: readonly PodView[]): Step {
  if (workload.kind === "StatefulSet") return statefulSetStep(workload, pods);
  if (workload.kind === "DaemonSet") return recreateStep(replicasOf(workload), ofRevision(workload, pods));
  if (at(workload, "spec", "paused") === true) return { create: 0, remove: [] };
  if (textAt(workload, "spec", "strategy", "type") === "Recreate") {
    return recreateStep(replicasOf(workload), ofRevision(workload, pods));
  }
  return rollingStep(workload, ofRevision(workload, pods));
}

interface Split {
  readonly current: readonly PodView[];
  readonly old: readonly PodView[];
}

function ofRevision(workload: KubeObject, pods: readonly PodView[]): Split {
  const revision = revisionOf(workload);
  return {
    current: pods.filter((pod) => pod.revision === revision),
    old: pods.filter((pod) => pod.revision !== revision),
  };
}

/** Deployment, RollingUpdate: never fewer than desired - maxUnavailable ready, never more than desired + maxSurge. */
function rollingStep(workload: KubeObject, { current, old }: Split): Step {
  const desired = replicasOf(workload);
  const rolling = at(workload, "spec", "strategy", "rollingUpdate");
  const surge = share(at(rolling, "maxSurge") ?? "25%", desired, Math.ceil);
  const asked = share(at(rolling, "maxUnavailable") ?? "25%", desired, Math.floor);
  const unavailable = surge === 0 && asked === 0 ? 1 : asked;
  const surplus = [...current].sort((a, b) => Number(a.ready) - Number(b.ready));
  const tooMany = surplus.slice(0, Math.max(0, current.length - desired)).map(({ name }) => name);

  const ready = current.filter((pod) => pod.ready).length + old.filter((pod) => pod.ready).length;
  const spare = Math.max(0, ready - Math.max(0, desired - unavailable));
  const broken = old.filter((pod) => !pod.ready).map(({ name }) => name);
  const replaceable = old.filter((pod) => pod.ready).map(({ name }) => name);
  const total = current.length + old.length - broken.length;
  const create = Math.max(0, Math.min(desired - current.length, desired + surge - total));
  return { create, remove: [...tooMany, ...broken, ...replaceable.slice(0, spare)] };
}

/** Everything old goes first, then the new ones come. */
function recreateStep(desired: number, { current, old }: Split): Step {
  if (old.length > 0) return { create: 0, remove: old.map(({ name }) => name) };
  return {
    create: Math.max(0, desired - current.length),
    remove: current.slice(desired).map(({ name }) => name),
  };
}

/** Ordinals from 0 upwards, one after the other unless Parallel; updates from the highest ordinal down. */
function statefulSetStep(workload: KubeObject, pods: readonly PodView[]): Step {
  const desired = replicasOf(workload);
  const start = numberAt(workload, "spec", "ordinals", "start") ?? 0;
  const names = Array.from({ length: desired }, (_, index) => `${workload.metadata.name}-${start + index}`);
  const surplus = pods.filter(({ name }) => !names.includes(name)).map(({ name }) => name);
  if (surplus.length > 0) return { create: 0, remove: surplus };

  const existing = new Map(pods.map((pod) => [pod.name, pod]));
  const missing = names.filter((name) => !existing.has(name));
  if (missing.length > 0) {
    if (textAt(workload, "spec", "podManagementPolicy") === "Parallel") return { create: missing, remove: [] };
    const first = missing[0] ?? "";
    const lower = names.slice(0, names.indexOf(first));
    const outdated = lower.filter((name) => existing.get(name)?.ready !== true);
    if (outdated.length === 0) return { create: [first], remove: [] };
  }
  if (textAt(workload, "spec", "updateStrategy", "type") === "OnDelete") return { create: 0, remove: [] };
  const partition = numberAt(workload, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const revision = revisionOf(workload);
  const outdated = names.slice(Math.max(0, partition - start)).filter((name) => {
    const pod = existing.get(name);
    return pod !== undefined && pod.revision !== revision;
  });
  const broken = outdated.filter((name) => existing.get(name)?.ready === false);
  if (broken.length > 0) return { create: 0, remove: broken };
  const allReady = pods.every((pod) => pod.ready) && missing.length === 0;
  return { create: 0, remove: allReady ? outdated.slice(-1) : [] };
}

function share(value: unknown, of: number, round: (number: number) => number): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !value.endsWith("%")) return 0;
  return round((Number.parseFloat(value) / 100) * of);
}
