/** What one pod of a workload counts for in a ResourceQuota, after admission has filled in a LimitRange's defaults. */
import type { ContainerLimits, ResourceName } from "./limit-range.ts";
import { parseQuantity } from "./quantity.ts";
import { at, type Fields, itemsAt, textAt } from "./values.ts";
import type { RepositoryWorkload } from "./workloads.ts";

export type AmountField = "requests" | "limits";

/**
 * Requests or limits of `name` over a whole pod: its containers and sidecars together, or its largest init container if
 * that is more, plus the overhead of its runtime class (kubernetes.io/docs/concepts/workloads/pods/init-containers).
 */
export function podAmount(
  { podSpec }: Pick<RepositoryWorkload, "podSpec">,
  field: AmountField,
  name: string,
  limits: ContainerLimits | undefined,
): number {
  const amount = (spec: Fields) => amountOf(spec, field, name, limits) ?? 0;
  const inits = itemsAt(podSpec, "initContainers");
  const lasting = [...itemsAt(podSpec, "containers"), ...inits.filter(isSidecar)];
  const running = lasting.reduce((sum, spec) => sum + amount(spec), 0);
  const starting = Math.max(0, ...inits.filter((spec) => !isSidecar(spec)).map(amount));
  return Math.max(running, starting) + (parseQuantity(at(podSpec, "overhead", name)) ?? 0);
}

/** Names of containers that say nothing of `name` and get no default: a quota on it refuses their pod. */
export function silentContainers(
  { podSpec }: Pick<RepositoryWorkload, "podSpec">,
  field: AmountField,
  name: string,
  limits: ContainerLimits | undefined,
): readonly string[] {
  return [...itemsAt(podSpec, "initContainers"), ...itemsAt(podSpec, "containers")]
    .filter((spec) => amountOf(spec, field, name, limits) === undefined)
    .map((spec) => textAt(spec, "name") ?? "(unnamed)");
}

/** True when no container asks for CPU or memory in any way: the quality of service BestEffort. */
export function isBestEffort(workload: Pick<RepositoryWorkload, "podSpec">, limits: ContainerLimits | undefined) {
  const fields = ["requests", "limits"] as const;
  return fields.every((field) => ["cpu", "memory"].every((name) => podAmount(workload, field, name, limits) === 0));
}

function isSidecar(spec: Fields): boolean {
  return spec["restartPolicy"] === "Always";
}

/** A limit without a request is the request too; what is left open a LimitRange fills in. */
function amountOf(
  spec: Fields,
  field: AmountField,
  name: string,
  limits: ContainerLimits | undefined,
): number | undefined {
  const own = parseQuantity(at(spec, "resources", field, name));
  if (own !== undefined) return own;
  const limit = parseQuantity(at(spec, "resources", "limits", name));
  if (field === "requests" && limit !== undefined) return limit;
  return limits === undefined || (name !== "cpu" && name !== "memory") ? undefined : defaultOf(limits, field, name);
}

/** Defaults as the API server completes them (kubernetes: pkg/apis/core/v1/defaults.go, SetDefaults_LimitRangeItem). */
function defaultOf(limits: ContainerLimits, field: AmountField, name: ResourceName): number | undefined {
  const limit = limits.defaultLimit[name] ?? limits.max[name];
  return field === "limits" ? limit : (limits.defaultRequest[name] ?? limit ?? limits.min[name]);
}
