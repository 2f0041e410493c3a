/** Admission of one object beside its schema: namespace, object quotas, LimitRange of claims, limits and levels of pods. */
import { messageOf } from "../../../shared/policy/review.ts";
import { unknownFieldsOf } from "../../../shared/policy/rules/schema.ts";
import { parseQuantity } from "../../../shared/repository/quantity.ts";
import { ApiError, notFound } from "./api-status.ts";
import { at, type JsonMap, listAt, mapAt, textAt } from "./json.ts";
import { groupOf, isNamespaced, kindOf } from "./kinds.ts";
import { withDefaults } from "./limits.ts";
import { levelProblem, refuseNewPod } from "./pod-admission.ts";
import type { KubeObject, ObjectStore } from "./store.ts";
import { templateOf } from "./workloads.ts";

/** Dotted paths of fields the kind does not have. */
export function unknownFieldPaths(object: KubeObject): readonly string[] {
  const { apiVersion, kind, metadata } = object;
  const resource = {
    apiVersion,
    kind,
    name: metadata.name,
    namespace: metadata.namespace,
    object,
    path: "",
    document: 0,
    application: undefined,
  };
  return unknownFieldsOf(resource).map((problem) => /field (\S+) is not known/.exec(messageOf(problem))?.[1] ?? "");
}

/** Throws ApiError 404 when the namespace is not there, 403 for what admission forbids. */
export function refuseByAdmission(store: ObjectStore, object: KubeObject, live: KubeObject | undefined): void {
  const { kind, metadata } = object;
  if (isNamespaced(kind)) {
    const namespace = metadata.namespace ?? "default";
    if (store.get({ group: "", kind: "Namespace", namespace: undefined, name: namespace }) === undefined) {
      throw notFound("namespaces", namespace);
    }
    const problem = forbidden(store, object, namespace, live);
    if (problem !== undefined) throw new ApiError(403, "Forbidden", problem);
  }
}

function forbidden(
  store: ObjectStore,
  object: KubeObject,
  namespace: string,
  live: KubeObject | undefined,
): string | undefined {
  const { kind, metadata, apiVersion } = object;
  if (kind === "Pod" && groupOf(apiVersion) === "") {
    const spec = withDefaults(store, namespace, mapAt(object, "spec"));
    return refuseNewPod(store, namespace, metadata.name, spec, mapAt(object, "metadata", "annotations"));
  }
  const { plural, group } = kindOf(apiVersion, kind);
  const about = `${plural}${group === "" ? "" : `.${group}`} "${metadata.name}" is forbidden`;
  const claim = kind === "PersistentVolumeClaim" ? claimProblem(store, object, namespace) : undefined;
  if (claim !== undefined) return `${about}: ${claim}`;
  const quota = live === undefined ? countProblem(store, object, namespace) : undefined;
  return quota === undefined ? undefined : `${about}: ${quota}`;
}

function claimProblem(store: ObjectStore, claim: KubeObject, namespace: string): string | undefined {
  const asked = at(claim, "spec", "resources", "requests", "storage");
  const ranges = store.list("", "LimitRange", namespace).flatMap((range) => listAt(range, "spec", "limits"));
  for (const item of ranges.filter((one) => textAt(one, "type") === "PersistentVolumeClaim")) {
    const [min, max] = [at(item, "min", "storage"), at(item, "max", "storage")];
    if (min !== undefined && amount(asked) < amount(min)) {
      return `minimum storage usage per PersistentVolumeClaim is ${shown(min)}, but request is ${shown(asked)}`;
    }
    if (max !== undefined && amount(asked) > amount(max)) {
      return `maximum storage usage per PersistentVolumeClaim is ${shown(max)}, but request is ${shown(asked)}`;
    }
  }
  return undefined;
}

/** Quotas on numbers of objects and on storage; those on pods' amounts are asked when a pod comes. */
function countProblem(store: ObjectStore, object: KubeObject, namespace: string): string | undefined {
  const { group, plural } = kindOf(object.apiVersion, object.kind);
  const named = group === "" ? [plural, `count/${plural}`] : [`count/${plural}.${group}`];
  const there = store.list(group, object.kind, namespace);
  for (const quota of store.list("", "ResourceQuota", namespace)) {
    for (const [resource, hard] of Object.entries(mapAt(quota, "spec", "hard"))) {
      const isStorage = resource === "requests.storage" && object.kind === "PersistentVolumeClaim";
      if (!isStorage && !named.includes(resource)) continue;
      const size = (one: JsonMap) => (isStorage ? amount(at(one, "spec", "resources", "requests", "storage")) : 1);
      const used = there.reduce((sum, one) => sum + size(one), 0);
      const limited = amount(hard);
      if (used + size(object) <= limited) continue;
      return `exceeded quota: ${quota.metadata.name}, requested: ${resource}=${size(object)}, used: ${resource}=${used}, limited: ${resource}=${shown(hard)}`;
    }
  }
  return undefined;
}

/** The level `warn` of the namespace looks at templates too. */
export function admissionWarnings(store: ObjectStore, object: KubeObject): readonly string[] {
  const template = templateOf(object);
  const { namespace } = object.metadata;
  if (template === undefined || namespace === undefined) return [];
  const problem = levelProblem(
    store,
    namespace,
    "warn",
    mapAt(template, "spec"),
    mapAt(template, "metadata", "annotations"),
  );
  return problem === undefined ? [] : [`would violate ${problem}`];
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function amount(value: unknown): number {
  return parseQuantity(value) ?? 0;
}
