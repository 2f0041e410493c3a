/**
 * Pods of the repository a LimitRange refuses: by every bound admission knows, with the defaults it fills in first
 * (kubernetes: plugin/pkg/admission/limitranger/admission.go; kubernetes.io/docs/concepts/policy/limit-range).
 */
import { type ContainerLimits, limitsOf, RESOURCE_NAMES, type ResourceName } from "../repository/limit-range.ts";
import type { Platform } from "../repository/platform.ts";
import { formatCpu, formatMemory, parseQuantity } from "../repository/quantity.ts";
import { at, type Fields, textAt } from "../repository/values.ts";
import { type RepositoryWorkload, workloadsIn, workloadsOf } from "../repository/workloads.ts";
import { entriesAt, placeIn } from "./draft.ts";
import type { Evidence } from "./graph.ts";
import { isApplied } from "./states.ts";

export interface LimitViolation {
  readonly workload: RepositoryWorkload;
  /** Absent: the pod as a whole. */
  readonly container?: string;
  readonly resource: ResourceName;
  readonly bound: "ratio" | "min" | "max";
  /** `memory limit 2Gi is 16 times its request 128Mi; LimitRange limits allows 4 times`. */
  readonly because: string;
  readonly evidence: Evidence;
  /** Neither request nor limit is the container's own: the LimitRange's defaults break its own bound. */
  readonly byDefaults: boolean;
}

/** Quotients of decimal and binary quantities are not exact. */
const SLACK = 1.000001;

/** Of `namespace`, or everywhere; in the order of the repository. What nobody applies is left out. */
export function limitViolations(platform: Platform, namespace?: string): readonly LimitViolation[] {
  const workloads = namespace === undefined ? workloadsOf(platform) : workloadsIn(platform, namespace);
  return workloads
    .filter(({ resource }) => isApplied(platform, resource))
    .flatMap((workload) => {
      const limits = limitsOf(platform, workload.namespace);
      return limits === undefined ? [] : [...inContainers(workload, limits), ...inPod(workload, limits)];
    });
}

interface Amounts {
  readonly request: number | undefined;
  readonly limit: number | undefined;
  readonly isOwn: boolean;
}

/** Admission's order: a limit is its own request, then the LimitRange's defaults (SetDefaults_LimitRangeItem). */
function amountsOf(spec: Fields, name: ResourceName, limits: ContainerLimits): Amounts {
  const ownLimit = parseQuantity(at(spec, "resources", "limits", name));
  const ownRequest = parseQuantity(at(spec, "resources", "requests", name));
  const limit = ownLimit ?? limits.defaultLimit[name] ?? limits.max[name];
  const byDefault = limits.defaultRequest[name] ?? limits.defaultLimit[name] ?? limits.max[name] ?? limits.min[name];
  return { limit, request: ownRequest ?? ownLimit ?? byDefault, isOwn: (ownLimit ?? ownRequest) !== undefined };
}

function inContainers(workload: RepositoryWorkload, limits: ContainerLimits): readonly LimitViolation[] {
  const { resource, podSpec, templatePath } = workload;
  const lists = ["initContainers", "containers"].flatMap((list) =>
    entriesAt(podSpec, list).map(([index, spec]) => ({ list, index, spec })),
  );
  return lists.flatMap(({ list, index, spec }) =>
    RESOURCE_NAMES.flatMap((name) => {
      const amounts = amountsOf(spec, name, limits);
      return problemsOf(name, amounts, limits).map(({ bound, because, field }) => ({
        workload,
        container: textAt(spec, "name") ?? "",
        resource: name,
        bound,
        because: `${because}; LimitRange ${limits.names.join(", ")}`,
        evidence: placeIn(resource, [...templatePath, "spec", list, index, "resources", field, name]),
        byDefaults: !amounts.isOwn,
      }));
    }),
  );
}

interface Problem {
  readonly bound: LimitViolation["bound"];
  readonly because: string;
  readonly field: "requests" | "limits";
}

function problemsOf(name: ResourceName, { request, limit, isOwn }: Amounts, limits: ContainerLimits): Problem[] {
  const [min, max, ratio] = [limits.min[name], limits.max[name], limits.ratio[name]];
  const show = showing(name);
  const by = isOwn ? "" : " (by its defaults)";
  const found: Problem[] = [];
  if (min !== undefined && request !== undefined && request * SLACK < min) {
    found.push({
      bound: "min",
      field: "requests",
      because: `${name} request ${show(request)}${by} is under the minimum ${show(min)}`,
    });
  }
  if (max !== undefined && limit !== undefined && limit > max * SLACK) {
    found.push({
      bound: "max",
      field: "limits",
      because: `${name} limit ${show(limit)}${by} is over the maximum ${show(max)}`,
    });
  }
  if (ratio === undefined) return found;
  if (request === undefined || limit === undefined || request === 0 || limit === 0) {
    const lacks = request === undefined || request === 0 ? "request" : "limit";
    found.push({
      bound: "ratio",
      field: "limits",
      because: `${name} has no ${lacks}, and a ratio of ${ratio} is enforced`,
    });
  } else if (limit > request * ratio * SLACK) {
    const times = Math.round((limit / request) * 100) / 100;
    const because = `${name} limit ${show(limit)} is ${times} times its request ${show(request)}${by}, more than ${ratio} times`;
    found.push({ bound: "ratio", field: "limits", because });
  }
  return found;
}

/** Type Pod: its containers together, or its largest init container where that is more. */
function inPod(workload: RepositoryWorkload, limits: ContainerLimits): readonly LimitViolation[] {
  const { resource, podSpec, templatePath } = workload;
  return RESOURCE_NAMES.flatMap((name): LimitViolation[] => {
    const [min, max] = [limits.podMin[name], limits.podMax[name]];
    if (min === undefined && max === undefined) return [];
    const sum = (list: string) => entriesAt(podSpec, list).map(([, spec]) => amountsOf(spec, name, limits));
    const [running, starting] = [sum("containers"), sum("initContainers")];
    const total = (field: "request" | "limit") => {
      const values = running.map((one) => one[field]);
      // One container without a bound has none, and neither has its pod.
      const all = values.includes(undefined) ? undefined : values.reduce<number>((a, b) => a + (b ?? 0), 0);
      return all === undefined ? undefined : Math.max(all, ...starting.map((one) => one[field] ?? 0));
    };
    const [request, limit, show] = [total("request"), total("limit"), showing(name)];
    const evidence = placeIn(resource, [...templatePath, "spec", "containers"]);
    const by = `; LimitRange ${limits.names.join(", ")}`;
    const common = { workload, resource: name, evidence, byDefaults: false };
    const found: LimitViolation[] = [];
    if (min !== undefined && request !== undefined && request * SLACK < min) {
      const because = `its pod requests ${show(request)} ${name}, under the minimum ${show(min)}${by}`;
      found.push({ ...common, bound: "min", because });
    }
    if (max !== undefined && limit !== undefined && limit > max * SLACK) {
      const because = `its pod is limited to ${show(limit)} ${name}, over the maximum ${show(max)}${by}`;
      found.push({ ...common, bound: "max", because });
    }
    return found;
  });
}

function showing(name: ResourceName): (value: number) => string {
  return (value) => (name === "cpu" ? formatCpu(value, "up") : formatMemory(value, "up"));
}
