/** Requests and limits for a container, from what the repository itself shows: LimitRange first, then neighbours. */
import { withoutVersion } from "../policy/images.ts";
import {
  type ContainerLimits,
  limitProblems,
  limitsOf,
  RESOURCE_NAMES,
  type ResourceName,
} from "../repository/limit-range.ts";
import type { Platform } from "../repository/platform.ts";
import { formatCpu, formatMemory, parseQuantity, type Rounding } from "../repository/quantity.ts";
import type { Fields } from "../repository/values.ts";
import { type Container, type RepositoryWorkload, workloadsOf } from "../repository/workloads.ts";

export type ResourceValues = Partial<Record<ResourceName, string>>;

export interface ChosenResources {
  readonly requests: ResourceValues;
  readonly limits: ResourceValues;
  /** Where the values come from, one clause per source. */
  readonly because: string;
}

/** A container somebody already sized. */
interface Sized {
  readonly namespace: string | undefined;
  readonly image: string;
  readonly container: Container;
}

/** Sized containers of a repository; compute once, ask for many. */
export interface Evidence {
  readonly sized: readonly Sized[];
  readonly platform: Platform;
}

export function resourceEvidence(platform: Platform): Evidence {
  const sized = workloadsOf(platform).flatMap((workload) =>
    workload.containers
      .filter(({ requests, limits }) => Object.keys(requests).length + Object.keys(limits).length > 0)
      .map((container) => ({ namespace: workload.namespace, image: imageName(container.image), container })),
  );
  return { sized, platform };
}

/**
 * The missing requests and limits of `container`, or undefined when nothing is missing or nothing in the repository
 * says how much. A CPU limit is added only where the LimitRange has one by default or most neighbours set one: it
 * throttles, and teams disagree about it.
 */
export function chooseResources(
  evidence: Evidence,
  workload: Pick<RepositoryWorkload, "namespace" | "podSpec" | "containers">,
  container: Pick<Container, "image" | "requests" | "limits" | "spec">,
): ChosenResources | undefined {
  const limits = limitsOf(evidence.platform, workload.namespace);
  const requestsOut: ResourceValues = {};
  const limitsOut: ResourceValues = {};
  const sources = new Set<string>();
  for (const name of RESOURCE_NAMES) {
    const pair = choosePair(evidence, workload.namespace, container, name, limits);
    if (pair === undefined) continue;
    if (pair.request !== undefined) requestsOut[name] = pair.request;
    if (pair.limit !== undefined) limitsOut[name] = pair.limit;
    for (const source of pair.sources) sources.add(source);
  }
  if (Object.keys(requestsOut).length + Object.keys(limitsOut).length === 0) return undefined;
  const requests = { ...container.requests, ...requestsOut };
  const all = { ...container.limits, ...limitsOut };
  if (limits !== undefined && limitProblems(limits, requests, all).length > 0) return undefined;
  return { requests: requestsOut, limits: limitsOut, because: `values from ${[...sources].join(" and ")}` };
}

interface Pair {
  request?: string;
  limit?: string;
  sources: string[];
}

function choosePair(
  evidence: Evidence,
  namespace: string | undefined,
  container: Pick<Container, "image" | "requests" | "limits" | "spec">,
  name: ResourceName,
  limits: ContainerLimits | undefined,
): Pair | undefined {
  const given = { request: container.requests[name], limit: container.limits[name] };
  // A limit without a request is the request as well (Kubernetes defaults it so), nothing is missing then.
  const needsRequest = given.request === undefined && given.limit === undefined;
  const foundLimit =
    given.limit === undefined ? find(evidence, namespace, container, "limits", name, limits) : undefined;
  const foundRequest = needsRequest ? find(evidence, namespace, container, "requests", name, limits) : undefined;
  const sources = [foundLimit, foundRequest].flatMap((found) => (found === undefined ? [] : [found.source]));
  if (sources.length === 0) return undefined;
  const kept = parseQuantity(given.request);
  if (given.request !== undefined && kept === undefined) return undefined;
  const bounded = bound(foundRequest?.value, foundLimit?.value, kept, name, limits);
  return {
    sources,
    ...(bounded.request === undefined ? {} : { request: format(name, bounded.request, "up") }),
    ...(bounded.limit === undefined ? {} : { limit: format(name, bounded.limit, "down") }),
  };
}

/** Fits a new request and limit between minimum, maximum and ratio, and around a request that is there already. */
function bound(
  request: number | undefined,
  limit: number | undefined,
  kept: number | undefined,
  name: ResourceName,
  limits: ContainerLimits | undefined,
): { request?: number; limit?: number } {
  const min = limits?.min[name] ?? 0;
  const max = limits?.max[name] ?? Number.POSITIVE_INFINITY;
  const ratio = limits?.ratio[name] ?? Number.POSITIVE_INFINITY;
  let top = limit;
  if (top !== undefined && kept !== undefined && top < kept) top = kept * Math.min(2, ratio);
  if (top !== undefined) top = Math.min(Math.max(top, min), max);
  if (top !== undefined && kept !== undefined) top = Math.min(top, kept * ratio);
  let low = request === undefined ? undefined : Math.max(request, min);
  if (low !== undefined && top !== undefined) low = Math.min(Math.max(low, whole(name, top / ratio)), top);
  if (low !== undefined) low = Math.min(low, max);
  return { ...(low === undefined ? {} : { request: low }), ...(top === undefined ? {} : { limit: top }) };
}

function find(
  { sized }: Evidence,
  namespace: string | undefined,
  container: Pick<Container, "image" | "spec">,
  field: "requests" | "limits",
  name: ResourceName,
  limits: ContainerLimits | undefined,
): { value: number; source: string } | undefined {
  const byDefault = (field === "limits" ? limits?.defaultLimit : limits?.defaultRequest)?.[name];
  if (byDefault !== undefined) return { value: byDefault, source: `LimitRange ${limits?.names.join(", ")}` };
  const others = sized.filter((other) => other.container.spec !== container.spec);
  const image = imageName(container.image);
  const groups: readonly { readonly members: readonly Sized[]; readonly least: number; readonly source: string }[] = [
    { members: others.filter((other) => other.image === image), least: 1, source: `other containers of ${image}` },
    {
      members: others.filter((other) => other.namespace === namespace),
      least: 2,
      source: `neighbours in ${namespace}`,
    },
    { members: others, least: 3, source: "the median of the repository" },
  ];
  for (const { members, least, source } of groups) {
    const values = members.map((other) => parseQuantity(other.container[field][name])).filter((v) => v !== undefined);
    const isCustom = field === "limits" && name === "cpu" && values.length * 2 < members.length;
    if (isCustom && members.length >= least) return undefined;
    const middle = median(values, field);
    if (values.length >= least && middle !== undefined && middle > 0) return { value: middle, source };
  }
  return undefined;
}

/** `registry/team/name:tag@digest` -> `name` */
export function imageName(image: string): string {
  const path = withoutVersion(image);
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A value somebody really wrote: of the two in the middle the lower request, the higher limit. */
function median(values: readonly number[], field: "requests" | "limits"): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[field === "requests" ? Math.floor((sorted.length - 1) / 2) : Math.floor(sorted.length / 2)];
}

function format(name: ResourceName, value: number, rounding: Rounding): string {
  return name === "cpu" ? formatCpu(value, rounding) : formatMemory(value, rounding);
}

/** The next amount that can be written, so that a request rounded up still keeps the ratio. */
function whole(name: ResourceName, value: number): number {
  return parseQuantity(format(name, value, "up")) ?? value;
}

export function sizedFields(chosen: ChosenResources): Fields {
  return {
    ...(Object.keys(chosen.requests).length === 0 ? {} : { requests: chosen.requests }),
    ...(Object.keys(chosen.limits).length === 0 ? {} : { limits: chosen.limits }),
  };
}

/** Amounts somebody thought of beforehand. Cores and bytes. */
export interface PlannedSize {
  readonly cpu: { readonly request: number; readonly limit: number };
  readonly memory: { readonly request: number; readonly limit: number };
}

/** Planned amounts, fitted between minimum, maximum and ratio of the namespace's LimitRange. */
export function resourcesWithin(
  platform: Platform,
  namespace: string | undefined,
  { cpu, memory }: PlannedSize,
): { readonly requests: Required<ResourceValues>; readonly limits: Required<ResourceValues> } {
  const limits = limitsOf(platform, namespace);
  const cores = bound(cpu.request, cpu.limit, undefined, "cpu", limits);
  const bytes = bound(memory.request, memory.limit, undefined, "memory", limits);
  return {
    requests: {
      cpu: format("cpu", cores.request ?? cpu.request, "up"),
      memory: format("memory", bytes.request ?? memory.request, "up"),
    },
    limits: {
      cpu: format("cpu", cores.limit ?? cpu.limit, "down"),
      memory: format("memory", bytes.limit ?? memory.limit, "down"),
    },
  };
}

/** A dump streams: small amounts do, fitted into the namespace's LimitRange. */
export function resourcesForBackup(platform: Platform, namespace: string | undefined): Fields {
  const cpu = { request: 0.05, limit: 0.2 };
  return resourcesWithin(platform, namespace, { cpu, memory: { request: 128 * 2 ** 20, limit: 256 * 2 ** 20 } });
}
