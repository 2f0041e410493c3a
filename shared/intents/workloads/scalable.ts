/** Whether a Deployment may have an autoscaler: that it may run more than once, and who else sets its replicas. */
import type { FileChange } from "../../domain/change-set.ts";
import { autoscalerOf } from "../../repository/disruption-budgets.ts";
import { limitsOf } from "../../repository/limit-range.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { podAmount, silentContainers } from "../../repository/pod-amounts.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import { scopeHolds } from "../../repository/quota-scope.ts";
import { parseQuotaKey, usageOf } from "../../repository/quota-usage.ts";
import { at, fieldsAt, itemsAt, listAt, textAt } from "../../repository/values.ts";
import type { RepositoryWorkload } from "../../repository/workloads.ts";
import { removeLine } from "../edit/yaml-edit.ts";
import { editableIn } from "../targets.ts";

export interface Scalable {
  readonly application: RepositoryApplication;
  readonly replicas: number;
}

/** What an autoscaler of `workload` needs, or why it can have none. */
export function scalable(platform: Platform, workload: RepositoryWorkload): Scalable | string {
  const { resource, kind, podSpec } = workload;
  if (kind !== "Deployment") return `${kind}s are not scaled by load`;
  const application = editableIn(platform, resource);
  if (typeof application === "string") return application;
  const scaler = autoscalerOf(platform, workload) ?? verticalScalerOf(platform, workload);
  if (scaler !== undefined) return `${scaler.path}: ${scaler.kind} ${scaler.name} sets its size already`;
  const replicas = at(resource.object, "spec", "replicas");
  if (replicas === 0) return "it stands at zero on purpose";
  if (typeof replicas !== "number") return "its replicas are not written here, so somebody else may set them";
  if (textAt(resource.object, "spec", "strategy", "type") === "Recreate") return "it is never run twice (Recreate)";
  const volume = itemsAt(podSpec, "volumes").find((one) => isForOne(platform, workload, one));
  if (volume !== undefined) return `volume ${textAt(volume, "name") ?? ""} belongs to one pod at a time`;
  const ports = workload.containers.flatMap(({ spec }) => itemsAt(spec, "ports"));
  if (podSpec["hostNetwork"] === true || ports.some((port) => typeof port["hostPort"] === "number")) {
    return "it takes ports of its node";
  }
  return { application, replicas };
}

/** A VerticalPodAutoscaler changes the requests a utilisation is measured by. */
function verticalScalerOf(platform: Platform, { kind, name, namespace }: RepositoryWorkload): Resource | undefined {
  return inNamespace(platform, namespace).find((one) => {
    const target = fieldsAt(one.object, "spec", "targetRef");
    const isOff = textAt(one.object, "spec", "updatePolicy", "updateMode") === "Off";
    return one.kind === "VerticalPodAutoscaler" && !isOff && target["name"] === name && target["kind"] === kind;
  });
}

/** A claim that is not known to be shared. */
function isForOne(platform: Platform, { namespace }: RepositoryWorkload, volume: unknown): boolean {
  const claim = textAt(volume, "persistentVolumeClaim", "claimName");
  if (claim === undefined) return false;
  const found = inNamespace(platform, namespace).find(
    (one) => one.kind === "PersistentVolumeClaim" && one.name === claim,
  );
  const modes = listAt(found?.object, "spec", "accessModes");
  return !modes.includes("ReadWriteMany") && !modes.includes("ReadOnlyMany");
}

/** Containers whose CPU use could not be put in relation to a request (the autoscaler needs one on each of them). */
export function withoutCpuRequest(platform: Platform, workload: RepositoryWorkload): readonly string[] {
  return silentContainers(workload, "requests", "cpu", limitsOf(platform, workload.namespace));
}

/** The most replicas up to `wanted` that fit the namespace's quotas, as far as manifests tell. */
export function replicasThatFit(platform: Platform, workload: RepositoryWorkload, wanted: number): number {
  const limits = limitsOf(platform, workload.namespace);
  const quotas = inNamespace(platform, workload.namespace).filter(({ kind }) => kind === "ResourceQuota");
  const rooms = quotas.flatMap((quota) => {
    if (scopeHolds(quota, workload, limits) === false) return [];
    return Object.entries(fieldsAt(quota.object, "spec", "hard")).flatMap(([key, hard]) => {
      const parsed = parseQuotaKey(key);
      const used = usageOf(platform, quota, key);
      const allowed = parseQuantity(hard);
      if (used === undefined || allowed === undefined) return [];
      const free = allowed - (Number.isFinite(used.atMost) ? used.atMost : used.withJobs);
      if (parsed?.kind === "pods") return [free];
      if (parsed?.kind !== "compute") return [];
      const each = podAmount(workload, parsed.field, parsed.name, limits);
      return each > 0 ? [free / each] : [];
    });
  });
  // A little tolerance, because amounts are sums of fractions.
  const room = Math.floor(Math.min(Number.POSITIVE_INFINITY, ...rooms) + 1e-9);
  return Math.min(wanted, workload.replicas + Math.max(0, room));
}

/** `spec.replicas` taken out of Git: Argo CD would set it back whenever the autoscaler changes it. */
export function releaseReplicas(platform: Platform, resource: Resource): FileChange | string {
  return removeLine(platform, resource, ["spec"], "replicas");
}
