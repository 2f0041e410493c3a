/** Why a namespace would not admit one more pod: LimitRange and ResourceQuota, with the API server's words. */

import { parseQuantity } from "../../../shared/repository/quantity.ts";
import { isMap, type JsonMap, listAt, mapAt, textAt } from "./json.ts";
import type { ObjectStore } from "./store.ts";

type Amounts = Readonly<Record<string, unknown>>;
interface ContainerResources {
  readonly name: string;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** A pod spec after the namespace's LimitRange has filled in its defaults. */
export function withDefaults(store: ObjectStore, namespace: string, spec: JsonMap): JsonMap {
  const ranges = containerLimits(store, namespace);
  const containers = listAt(spec, "containers").map((container) => {
    const { requests, limits } = defaulted(resourcesOf(container), ranges);
    const resources = {
      ...mapAt(container, "resources"),
      ...filled("requests", requests),
      ...filled("limits", limits),
    };
    return Object.keys(resources).length === 0 ? container : { ...mapAt(container), resources };
  });
  return { ...spec, containers };
}

/** Undefined when the pod is welcome; `spec` already has its defaults. */
export function refusePod(store: ObjectStore, namespace: string, name: string, spec: JsonMap): string | undefined {
  const containers = listAt(spec, "containers").map(resourcesOf);
  const over = containers.flatMap(requestsOverLimits);
  if (over.length > 0) return `Pod "${name}" is invalid: ${over.join(", ")}`;
  const violations = rangeViolations(store, namespace, containers);
  if (violations.length > 0) return `pods "${name}" is forbidden: ${bracketed(violations)}`;
  const exceeded = quotaProblem(store, namespace, containers);
  return exceeded === undefined ? undefined : `pods "${name}" is forbidden: ${exceeded}`;
}

function resourcesOf(container: unknown): ContainerResources {
  const resources = mapAt(container, "resources");
  const limits = mapAt(resources, "limits");
  // A limit without a request: the API server copies it (SetDefaults_Pod).
  return { name: textAt(container, "name") ?? "", requests: { ...limits, ...mapAt(resources, "requests") }, limits };
}

function defaulted(container: ContainerResources, ranges: readonly JsonMap[]): ContainerResources {
  return ranges.reduce<ContainerResources>(({ name, requests, limits }, range) => {
    const filledLimits = { ...mapAt(range, "default"), ...limits };
    return { name, limits: filledLimits, requests: { ...mapAt(range, "defaultRequest"), ...requests } };
  }, container);
}

function containerLimits(store: ObjectStore, namespace: string): readonly JsonMap[] {
  return limitItems(store, namespace).filter((item) => textAt(item, "type") === "Container");
}

function limitItems(store: ObjectStore, namespace: string): readonly JsonMap[] {
  return store.list("", "LimitRange", namespace).flatMap((range) => listAt(range, "spec", "limits").filter(isMap));
}

function requestsOverLimits({ name, requests, limits }: ContainerResources): string[] {
  return Object.entries(requests).flatMap(([resource, request]) => {
    const limit = parseQuantity(limits[resource]);
    if (limit === undefined || (parseQuantity(request) ?? 0) <= limit) return [];
    return `spec.containers[${name}].resources.requests: Invalid value: "${shown(request)}": must be less than or equal to ${resource} limit of ${shown(limits[resource])}`;
  });
}

function rangeViolations(
  store: ObjectStore,
  namespace: string,
  containers: readonly ContainerResources[],
): readonly string[] {
  return limitItems(store, namespace).flatMap((item) => {
    const type = textAt(item, "type");
    if (type === "Container") return containers.flatMap((container) => itemViolations(item, container));
    return type === "Pod" ? itemViolations(item, podTotal(containers)) : [];
  });
}

function podTotal(containers: readonly ContainerResources[]): ContainerResources {
  const sum = (part: "requests" | "limits") => {
    const total: Record<string, number> = {};
    for (const container of containers) {
      for (const [resource, amount] of Object.entries(container[part])) {
        total[resource] = (total[resource] ?? 0) + (parseQuantity(amount) ?? 0);
      }
    }
    return total;
  };
  return { name: "", requests: sum("requests"), limits: sum("limits") };
}

function itemViolations(item: JsonMap, { requests, limits }: ContainerResources): string[] {
  const type = textAt(item, "type");
  const found: string[] = [];
  for (const [resource, bound] of Object.entries(mapAt(item, "min"))) {
    const text = `minimum ${resource} usage per ${type} is ${shown(bound)}`;
    if (requests[resource] === undefined) found.push(`${text}. No request is specified`);
    else if (less(requests[resource], bound)) found.push(`${text}, but request is ${shown(requests[resource])}`);
  }
  for (const [resource, bound] of Object.entries(mapAt(item, "max"))) {
    const text = `maximum ${resource} usage per ${type} is ${shown(bound)}`;
    if (limits[resource] === undefined) found.push(`${text}. No limit is specified`);
    else if (less(bound, limits[resource])) found.push(`${text}, but limit is ${shown(limits[resource])}`);
  }
  for (const [resource, bound] of Object.entries(mapAt(item, "maxLimitRequestRatio"))) {
    const text = `${resource} max limit to request ratio per ${type} is ${shown(bound)}`;
    const request = parseQuantity(requests[resource]) ?? 0;
    const limit = parseQuantity(limits[resource]) ?? 0;
    if (request === 0 || limit === 0) found.push(`${text}, but no request is specified or request is 0`);
    else if (limit / request > (parseQuantity(bound) ?? 0)) {
      found.push(`${text}, but provided ratio is ${(limit / request).toFixed(6)}`);
    }
  }
  return found;
}

function quotaProblem(
  store: ObjectStore,
  namespace: string,
  containers: readonly ContainerResources[],
): string | undefined {
  const others = store.list("", "Pod", namespace).map((pod) => listAt(pod, "spec", "containers").map(resourcesOf));
  for (const quota of store.list("", "ResourceQuota", namespace)) {
    for (const [resource, hard] of Object.entries(mapAt(quota, "spec", "hard"))) {
      const wanted = usage(resource, containers);
      if (wanted === "unknown resource") continue;
      if (wanted === undefined) return `failed quota: ${quota.metadata.name}: must specify ${resource}`;
      const used = others.reduce((sum, pod) => sum + (Number(usage(resource, pod)) || 0), 0);
      if (used + wanted <= (parseQuantity(hard) ?? Number.POSITIVE_INFINITY)) continue;
      return `exceeded quota: ${quota.metadata.name}, requested: ${resource}=${wanted}, used: ${resource}=${used}, limited: ${resource}=${shown(hard)}`;
    }
  }
  return undefined;
}

/** What a pod counts against one line of a quota; undefined when a container does not say. */
function usage(resource: string, containers: readonly ContainerResources[]): number | undefined | "unknown resource" {
  if (resource === "pods" || resource === "count/pods") return 1;
  const match = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(resource);
  if (match === null) return "unknown resource";
  const part = match[1] === "limits" ? "limits" : "requests";
  const amounts = containers.map((container) => parseQuantity(container[part][match[2] ?? ""]));
  if (amounts.includes(undefined)) return undefined;
  return amounts.reduce<number>((sum, amount) => sum + (amount ?? 0), 0);
}

function filled(name: string, amounts: Amounts): Record<string, Amounts> {
  return Object.keys(amounts).length === 0 ? {} : { [name]: amounts };
}

function less(a: unknown, b: unknown): boolean {
  return (parseQuantity(a) ?? 0) < (parseQuantity(b) ?? 0);
}

function bracketed(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
}

function shown(amount: unknown): string {
  return typeof amount === "string" ? amount : JSON.stringify(amount);
}
