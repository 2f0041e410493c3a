/** PodDisruptionBudgets of a repository: whose pods they hold, and what they leave for a drain. */
import { matchesLabels } from "./label-selector.ts";
import { groupBy, oncePer } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, fieldsAt, textAt } from "./values.ts";
import { type RepositoryWorkload, workloadsIn } from "./workloads.ts";

const budgets = oncePer(({ resources }) => groupBy(resources.filter(isBudget), ({ namespace }) => namespace));

export function isBudget({ apiVersion, kind }: Resource): boolean {
  return kind === "PodDisruptionBudget" && apiVersion.startsWith("policy/");
}

/** The budgets of `namespace` that select these pod labels. */
export function budgetsFor(
  platform: Platform,
  namespace: string | undefined,
  labels: Readonly<Record<string, string>>,
): readonly Resource[] {
  const here = namespace === undefined ? [] : (budgets(platform).get(namespace) ?? []);
  return here.filter(({ object }) => matchesLabels(at(object, "spec", "selector"), labels));
}

/** The workloads whose pods a selector picks in `namespace`; jobs end by themselves and are left out. */
export function selectedWorkloads(
  platform: Platform,
  namespace: string | undefined,
  selector: unknown,
): readonly RepositoryWorkload[] {
  return workloadsIn(platform, namespace).filter(
    ({ kind, podLabels }) => kind !== "Job" && kind !== "CronJob" && matchesLabels(selector, podLabels),
  );
}

const autoscalers = oncePer(({ resources }) =>
  groupBy(
    resources.filter(({ kind }) => kind === "HorizontalPodAutoscaler" || kind === "ScaledObject"),
    ({ namespace }) => namespace,
  ),
);

/** The autoscaler of a workload, if the repository holds one. */
export function autoscalerOf(platform: Platform, workload: RepositoryWorkload): Resource | undefined {
  const { namespace, kind, name } = workload;
  const here = namespace === undefined ? [] : (autoscalers(platform).get(namespace) ?? []);
  return here.find(({ object }) => {
    const target = fieldsAt(object, "spec", "scaleTargetRef");
    return textAt(target, "name") === name && (textAt(target, "kind") ?? "Deployment") === kind;
  });
}

/**
 * The fewest replicas a workload may have: what its autoscaler goes down to (HPA `minReplicas`, 1 by default; KEDA
 * `minReplicaCount`, 0 by default), else `spec.replicas`.
 */
export function fewestReplicas(platform: Platform, workload: RepositoryWorkload): number {
  const autoscaler = autoscalerOf(platform, workload);
  if (autoscaler === undefined) return workload.replicas;
  const isKeda = autoscaler.kind === "ScaledObject";
  const least = at(autoscaler.object, "spec", isKeda ? "minReplicaCount" : "minReplicas");
  return typeof least === "number" && least >= 0 ? least : isKeda ? 0 : 1;
}

/** `3` or `30%` of `pods`, rounded up as the disruption controller does; undefined when it is neither. */
export function budgetPods(value: unknown, pods: number): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 ? value : undefined;
  const percent = typeof value === "string" ? /^(\d{1,3})%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : Math.ceil((Number(percent) * pods) / 100);
}

/** Pods a budget lets go at once when all `pods` are healthy; undefined when it does not say. */
export function allowedDisruptions(budget: Resource, pods: number): number | undefined {
  const most = at(budget.object, "spec", "maxUnavailable");
  if (most !== undefined) return budgetPods(most, pods);
  const least = budgetPods(at(budget.object, "spec", "minAvailable"), pods);
  return least === undefined ? undefined : Math.max(0, pods - least);
}
