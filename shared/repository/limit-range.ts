/** What LimitRanges of a namespace demand of containers, and whether values satisfy it. */
import { inNamespace } from "./lookup.ts";
import type { Platform } from "./platform.ts";
import { formatCpu, formatMemory, parseQuantity } from "./quantity.ts";
import { at, type Fields, fieldsAt, itemsAt } from "./values.ts";

export type ResourceName = "cpu" | "memory";
export const RESOURCE_NAMES: readonly ResourceName[] = ["cpu", "memory"];

/** All LimitRanges of one namespace taken together, the strictest bound wins. Cores and bytes. */
export interface ContainerLimits {
  readonly names: readonly string[];
  readonly defaultLimit: Partial<Record<ResourceName, number>>;
  readonly defaultRequest: Partial<Record<ResourceName, number>>;
  readonly min: Partial<Record<ResourceName, number>>;
  readonly max: Partial<Record<ResourceName, number>>;
  readonly ratio: Partial<Record<ResourceName, number>>;
  /** Bounds of the whole pod (type Pod). */
  readonly podMin: Partial<Record<ResourceName, number>>;
  readonly podMax: Partial<Record<ResourceName, number>>;
  /** Bounds of a claim's storage (type PersistentVolumeClaim), bytes. */
  readonly claimMin?: number;
  readonly claimMax?: number;
}

/** The limits of `namespace`; undefined when the repository has no LimitRange for it. */
export function limitsOf(platform: Platform, namespace: string | undefined): ContainerLimits | undefined {
  const ranges = inNamespace(platform, namespace).filter(({ kind }) => kind === "LimitRange");
  if (ranges.length === 0) return undefined;
  const items = ranges.flatMap(({ object }) => itemsAt(object, "spec", "limits"));
  const container = items.filter(({ type }) => type === "Container");
  const pod = items.filter(({ type }) => type === "Pod");
  const claim = items.filter(({ type }) => type === "PersistentVolumeClaim");
  const claimMin = pick(claim, "min", "storage", Math.max);
  const claimMax = pick(claim, "max", "storage", Math.min);
  return {
    names: ranges.map(({ name }) => name),
    defaultLimit: each(container, "default", first),
    defaultRequest: each(container, "defaultRequest", first),
    min: each(container, "min", Math.max),
    max: each(container, "max", Math.min),
    ratio: each(container, "maxLimitRequestRatio", Math.min),
    podMin: each(pod, "min", Math.max),
    podMax: each(pod, "max", Math.min),
    ...(claimMin === undefined ? {} : { claimMin }),
    ...(claimMax === undefined ? {} : { claimMax }),
  };
}

/**
 * What admission would refuse about these values; [] when it would take them. Defaults count as Kubernetes applies them:
 * a limit without a request is the request too, then the LimitRange's own defaults.
 */
export function limitProblems(limits: ContainerLimits, requests: Fields, set: Fields): string[] {
  return RESOURCE_NAMES.flatMap((name) => {
    const limit = parseQuantity(set[name]) ?? limits.defaultLimit[name];
    const request = parseQuantity(requests[name]) ?? parseQuantity(set[name]) ?? limits.defaultRequest[name] ?? limit;
    const { min, max, ratio } = { min: limits.min[name], max: limits.max[name], ratio: limits.ratio[name] };
    const problems: string[] = [];
    if (request !== undefined && min !== undefined && request < min)
      problems.push(`${name} request is under the minimum`);
    if (limit !== undefined && max !== undefined && limit > max) problems.push(`${name} limit is over the maximum`);
    if (request !== undefined && limit !== undefined) {
      if (request > limit) problems.push(`${name} request is over its limit`);
      if (ratio !== undefined && limit > request * ratio * 1.000001) {
        problems.push(`${name} limit is more than ${ratio} times its request`);
      }
    }
    return problems;
  });
}

/** Bounds that no values at all can keep, one sentence each. */
export function contradictions(limits: ContainerLimits): string[] {
  const found = RESOURCE_NAMES.flatMap((name) => {
    const show = (value: number) => (name === "cpu" ? formatCpu(value, "up") : formatMemory(value, "up"));
    const [min, max, ratio] = [limits.min[name], limits.max[name], limits.ratio[name]];
    const [podMin, podMax] = [limits.podMin[name], limits.podMax[name]];
    const above = (low: number | undefined, high: number | undefined, lower: string, upper: string) =>
      low !== undefined && high !== undefined && low > high
        ? [`${lower} ${show(low)} ${name}, ${upper} ${show(high)}`]
        : [];
    return [
      ...above(min, max, "a container has at least", "at most"),
      ...above(podMin, podMax, "a pod has at least", "at most"),
      ...above(min, podMax, "a container has at least", "its pod at most"),
      ...(ratio !== undefined && ratio < 1 ? [`a ${name} limit must be under its request (ratio ${ratio})`] : []),
    ];
  });
  const { claimMin, claimMax } = limits;
  if (claimMin !== undefined && claimMax !== undefined && claimMin > claimMax) {
    found.push(`a claim has at least ${formatMemory(claimMin, "up")}, at most ${formatMemory(claimMax, "up")}`);
  }
  return found;
}

type Choose = (...values: number[]) => number;
const first: Choose = (value = Number.NaN) => value;

function each(items: readonly Fields[], field: string, choose: Choose): Partial<Record<ResourceName, number>> {
  const entries = RESOURCE_NAMES.map((name) => [name, pick(items, field, name, choose)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function pick(items: readonly Fields[], field: string, name: string, choose: Choose): number | undefined {
  const values = items.map((item) => parseQuantity(at(fieldsAt(item, field), name))).filter((v) => v !== undefined);
  return values.length === 0 ? undefined : choose(...values);
}
