/** Whether a database's object can get more copies: who sets their number, and whether its namespace has room for them. */
import { limitsOf } from "../../repository/limit-range.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { podAmount } from "../../repository/pod-amounts.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import { formatAs } from "../../repository/quota.ts";
import { parseQuotaKey, type QuotaKey, usageOf } from "../../repository/quota-usage.ts";
import { fieldsAt, listAt } from "../../repository/values.ts";
import { asWorkload } from "../../repository/workloads.ts";
import type { Path } from "../edit/yaml-edit.ts";
import { editableIn } from "../targets.ts";
import { databaseOf } from "./exporter-plan.ts";
import { type ClusterKind, clusterKindOf, followsPrimary, noCopiesBecause, valueAt } from "./replicated-databases.ts";

export interface ReplicationPlan {
  readonly application: RepositoryApplication;
  readonly resource: Resource;
  readonly database: string;
  /** Copies there are now, the primary included. */
  readonly current: number;
  /** Where their number is written, and what it has to say for `instances` copies. */
  readonly count: Path;
  readonly written: number;
  /** The operator's object; undefined for a StatefulSet of followers. */
  readonly cluster: ClusterKind | undefined;
}

/** The plan for `instances` copies of the database `resource` describes, or why there is none. */
export function replicationPlan(platform: Platform, resource: Resource, instances: number): ReplicationPlan | string {
  const cluster = clusterKindOf(resource);
  if (cluster === undefined) return followersPlan(platform, resource, instances);
  const application = editableIn(platform, resource);
  if (typeof application === "string") return application;
  const current = copiesOf(resource, cluster);
  if (current === undefined) return "the number of its copies is not written as a number";
  if (current === 0) return "it stands at zero on purpose";
  const hurdle = cluster.hurdle?.(resource.object) ?? scaledBy(platform, resource);
  if (hurdle !== undefined) return hurdle;
  if (current > instances) return `it has ${current} copies already`;
  const full = withoutRoom(platform, resource, cluster, instances - current);
  if (full !== undefined) return full;
  return {
    application,
    resource,
    database: cluster.database,
    current,
    count: cluster.count,
    written: instances,
    cluster,
  };
}

/** The number of copies an operator's object asks for, 1 where it does not say; undefined when it is no number. */
export function copiesOf({ object }: Resource, { count }: ClusterKind): number | undefined {
  const value = valueAt(object, count) ?? 1;
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** Pods of a plain workload share nothing unless each of them follows a primary that is somewhere else. */
function followersPlan(platform: Platform, resource: Resource, instances: number): ReplicationPlan | string {
  const workload = asWorkload(resource);
  const other = noCopiesBecause(resource);
  if (workload === undefined) return other ?? `${resource.kind} ${resource.name} is no database an operator replicates`;
  const found = databaseOf(workload);
  if (found === undefined) return `${resource.name} runs no known database`;
  if (workload.kind !== "StatefulSet" || !followsPrimary(found.container.spec)) {
    return `a second pod of this ${workload.kind} would be a second, empty ${found.database.kind}: copies need an operator, or replication in its settings`;
  }
  const application = editableIn(platform, resource);
  if (typeof application === "string") return application;
  if (workload.replicas === 0) return "it stands at zero on purpose";
  const scaled = scaledBy(platform, resource);
  if (scaled !== undefined) return scaled;
  const current = workload.replicas + 1;
  if (current > instances) return `it has ${current} copies already, the primary included`;
  return {
    application,
    resource,
    database: found.database.kind,
    current,
    count: ["spec", "replicas"],
    written: instances - 1,
    cluster: undefined,
  };
}

function scaledBy(platform: Platform, { kind, name, namespace }: Resource): string | undefined {
  const scaler = inNamespace(platform, namespace).find((one) => {
    const target = fieldsAt(one.object, "spec", "scaleTargetRef");
    const isScaler = one.kind === "HorizontalPodAutoscaler" || one.kind === "ScaledObject";
    return isScaler && target["name"] === name && (target["kind"] ?? "Deployment") === kind;
  });
  return scaler === undefined ? undefined : `${scaler.path}: ${scaler.kind} ${scaler.name} sets its size`;
}

/**
 * The quota that has no room for `more` copies. What operators run is not counted by the manifests' own workloads, so
 * every database object of the namespace is added to them here.
 */
function withoutRoom(platform: Platform, resource: Resource, cluster: ClusterKind, more: number): string | undefined {
  const here = inNamespace(platform, resource.namespace);
  for (const quota of here.filter(({ kind }) => kind === "ResourceQuota")) {
    // A scope names pods by properties the operator gives them.
    const isScoped =
      listAt(quota.object, "spec", "scopes").length > 0 || "scopeSelector" in fieldsAt(quota.object, "spec");
    for (const [key, hard] of isScoped ? [] : Object.entries(fieldsAt(quota.object, "spec", "hard"))) {
      const [allowed, used, parsed] = [parseQuantity(hard), usageOf(platform, quota, key), parseQuotaKey(key)];
      if (allowed === undefined || used === undefined || parsed === undefined) continue;
      const asked = more * (eachTakes(platform, resource, cluster, parsed) ?? 0);
      const operated = here.reduce((sum, one) => {
        const kind = clusterKindOf(one);
        if (kind === undefined || one.application === undefined) return sum;
        return sum + (copiesOf(one, kind) ?? 0) * (eachTakes(platform, one, kind, parsed) ?? 0);
      }, 0);
      if (asked <= 0 || used.atLeast + operated + asked <= allowed * (1 + 1e-9)) continue;
      const show = (value: number) => formatAs(key, value);
      return `${quota.path}: ResourceQuota ${quota.name} allows ${show(allowed)} ${key}: ${show(used.atLeast + operated)} in use, ${show(asked)} more asked for`;
    }
  }
  return undefined;
}

/** What one copy counts for; undefined when its object does not say. */
function eachTakes(platform: Platform, { object, namespace }: Resource, kind: ClusterKind, key: QuotaKey) {
  const sizes = kind.storage.map((path) => parseQuantity(valueAt(object, path))).filter((size) => size !== undefined);
  switch (key.kind) {
    case "pods":
      return 1;
    case "claims":
      return key.storageClass === undefined ? Math.max(1, sizes.length) : undefined;
    case "storage":
      return key.storageClass === undefined || JSON.stringify(object).includes(JSON.stringify(key.storageClass))
        ? sizes.reduce((sum, size) => sum + size, 0)
        : undefined;
    case "compute": {
      const podSpec = { containers: [{ resources: valueAt(object, kind.resources) }] };
      return podAmount({ podSpec }, key.field, key.name, limitsOf(platform, namespace));
    }
    default:
      return undefined;
  }
}

/** `Cluster shop/orders`, for people. */
export function titleOf({ kind, namespace = "", name }: Resource): string {
  return `${kind} ${namespace}/${name}`;
}
