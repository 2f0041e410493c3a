/** Which pods a ResourceQuota with scopes counts (core/v1 ResourceQuotaSpec.scopes and scopeSelector). */
import type { ContainerLimits } from "./limit-range.ts";
import type { Resource } from "./platform.ts";
import { isBestEffort } from "./pod-amounts.ts";
import { at, type Fields, itemsAt, listAt, textAt } from "./values.ts";
import type { RepositoryWorkload } from "./workloads.ts";

/** True when every scope of the quota holds for the workload's pods; undefined for a scope that is not known. */
export function scopeHolds(
  quota: Resource,
  workload: RepositoryWorkload,
  limits: ContainerLimits | undefined,
): boolean | undefined {
  const plain = listAt(quota.object, "spec", "scopes").map((scopeName): Fields => ({ scopeName, operator: "Exists" }));
  const all = [...plain, ...itemsAt(quota.object, "spec", "scopeSelector", "matchExpressions")];
  const answers = all.map((scope) => holds(scope, workload, limits));
  return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
}

function holds(scope: Fields, workload: RepositoryWorkload, limits: ContainerLimits | undefined): boolean | undefined {
  const { podSpec } = workload;
  switch (scope["scopeName"]) {
    case "Terminating":
      return typeof podSpec["activeDeadlineSeconds"] === "number";
    case "NotTerminating":
      return typeof podSpec["activeDeadlineSeconds"] !== "number";
    case "BestEffort":
      return isBestEffort(workload, limits);
    case "NotBestEffort":
      return !isBestEffort(workload, limits);
    case "PriorityClass":
      return priorityHolds(scope, textAt(podSpec, "priorityClassName"));
    case "CrossNamespacePodAffinity":
      return crossesNamespaces(podSpec);
    default:
      return undefined;
  }
}

function priorityHolds(scope: Fields, priority: string | undefined): boolean | undefined {
  const values = listAt(scope, "values");
  switch (scope["operator"]) {
    case "In":
      return priority !== undefined && values.includes(priority);
    case "NotIn":
      return priority === undefined || !values.includes(priority);
    case "Exists":
      return priority !== undefined;
    case "DoesNotExist":
      return priority === undefined;
    default:
      return undefined;
  }
}

function crossesNamespaces(podSpec: Fields): boolean {
  const terms = ["podAffinity", "podAntiAffinity"].flatMap((kind) => [
    ...itemsAt(podSpec, "affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution"),
    ...itemsAt(podSpec, "affinity", kind, "preferredDuringSchedulingIgnoredDuringExecution").flatMap((preferred) => {
      const term = at(preferred, "podAffinityTerm");
      return term === undefined ? [] : [term];
    }),
  ]);
  return terms.some((term) => listAt(term, "namespaces").length > 0 || at(term, "namespaceSelector") !== undefined);
}
