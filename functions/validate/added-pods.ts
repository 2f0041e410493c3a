/** What a change asks of the nodes: pods that were not there before, and more of those that were. */
import { limitsOf } from "../../shared/repository/limit-range.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { podAmount } from "../../shared/repository/pod-amounts.ts";
import { type RepositoryWorkload, workloadsOf } from "../../shared/repository/workloads.ts";

/** Pods of one workload. */
export interface NewPods {
  /** `Deployment shop/web`. */
  readonly name: string;
  readonly count: number;
  /** Requests of one pod: cores and bytes. */
  readonly cpu: number;
  readonly memory: number;
}

/** Pods that stay, of workloads that are applied. Jobs come and go, and wait until there is room. */
export function addedPods(before: Platform, after: Platform): readonly NewPods[] {
  const old = new Map(applied(before).map((workload) => [nameOf(workload), workload]));
  return applied(after).flatMap((workload): NewPods[] => {
    const was = old.get(nameOf(workload));
    const count = workload.replicas - (was?.replicas ?? 0);
    if (count <= 0) return [];
    const limits = limitsOf(after, workload.namespace);
    const amount = (name: string) => podAmount(workload, "requests", name, limits);
    return [{ name: nameOf(workload), count, cpu: amount("cpu"), memory: amount("memory") }];
  });
}

function applied(platform: Platform): readonly RepositoryWorkload[] {
  return workloadsOf(platform).filter(
    ({ kind, resource }) => kind !== "Job" && kind !== "CronJob" && resource.application !== undefined,
  );
}

function nameOf({ kind, namespace = "", name }: RepositoryWorkload): string {
  return `${kind} ${namespace}/${name}`;
}
