/** Workloads of a repository as one shape: where their pod template is, its labels and containers. */
import { groupBy, oncePer } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, type Fields, fieldsAt, itemsAt, stringsAt, textAt } from "./values.ts";

const WORKLOAD_KINDS = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

export interface Container {
  readonly name: string;
  readonly image: string;
  /** Position in `containers` of the pod spec. */
  readonly index: number;
  readonly requests: Fields;
  readonly limits: Fields;
  readonly spec: Fields;
}

export interface RepositoryWorkload {
  readonly resource: Resource;
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Keys from the object to its pod template. */
  readonly templatePath: readonly string[];
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podSpec: Fields;
  readonly containers: readonly Container[];
  /** `spec.replicas`, 1 where it is not said; for jobs how many pods run at once. */
  readonly replicas: number;
}

export function isWorkloadKind(kind: string): kind is WorkloadKind {
  return (WORKLOAD_KINDS as readonly string[]).includes(kind);
}

const templatePaths: Readonly<Record<WorkloadKind, readonly string[]>> = {
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

export const workloadsOf: (platform: Platform) => readonly RepositoryWorkload[] = oncePer(({ resources }) =>
  resources.map(asWorkload).filter((workload) => workload !== undefined),
);

const byNamespace = oncePer((platform) => groupBy(workloadsOf(platform), ({ namespace }) => namespace));

export function workloadsIn(platform: Platform, namespace: string | undefined): readonly RepositoryWorkload[] {
  return namespace === undefined ? [] : (byNamespace(platform).get(namespace) ?? []);
}

/** Undefined for objects of other kinds. */
export function asWorkload(resource: Resource): RepositoryWorkload | undefined {
  const { kind } = resource;
  if (!isWorkloadKind(kind) || !/^(apps|batch)\//.test(resource.apiVersion)) return undefined;
  const templatePath = templatePaths[kind];
  const podSpec = fieldsAt(resource.object, ...templatePath, "spec");
  return {
    resource,
    kind,
    name: resource.name,
    namespace: resource.namespace,
    templatePath,
    podLabels: stringsAt(resource.object, ...templatePath, "metadata", "labels"),
    podSpec,
    containers: itemsAt(podSpec, "containers").map(asContainer),
    replicas: replicasOf(resource, kind),
  };
}

export function asContainer(spec: Fields, index: number): Container {
  return {
    name: textAt(spec, "name") ?? "",
    image: textAt(spec, "image") ?? "",
    index,
    requests: fieldsAt(spec, "resources", "requests"),
    limits: fieldsAt(spec, "resources", "limits"),
    spec,
  };
}

/** True when a label selector (`matchLabels` or a Service's `selector`) picks these labels; an empty one picks none. */
export function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

function replicasOf(resource: Resource, kind: WorkloadKind): number {
  const field = kind === "Job" || kind === "CronJob" ? "parallelism" : "replicas";
  const path = kind === "CronJob" ? ["spec", "jobTemplate", "spec", field] : ["spec", field];
  const value = at(resource.object, ...path);
  return typeof value === "number" && value >= 0 ? value : 1;
}
