/** The resource graph of a GitOps repository: what is in it, what it names, and what depends on what. */
import type { Resource } from "../repository/platform.ts";

/** Whether something that is named is there. Only `absent` is a claim that it is missing. */
export const STATES = [
  /** A manifest that is applied, or what Helm makes of a chart of the repository. */
  "present",
  /** There, but it says itself that it is only a stand-in. */
  "placeholder",
  /** A workload scaled to zero without an autoscaler, or a Service that leads only to such. */
  "zero-replicas",
  /** Outside the cluster. */
  "external",
  /** Every cluster, or every namespace, has it. */
  "built-in",
  /** May come from a chart, a controller or another repository, which cannot be read here. */
  "unseen",
  /** No manifest that is applied makes it, and nothing here shows where else it would come from. */
  "absent",
] as const;
export type NodeState = (typeof STATES)[number];

/**
 * Types of edges, and which end depends on the other: a change of one end may hurt the one that depends on it. `home`:
 * where something is kept; followed only from there, or everything would depend on everything.
 */
export const EDGE_TYPES = {
  /** A host in variables, arguments, ConfigMaps, annotations, triggers. */
  calls: "from",
  /** A selector of a Service or ServiceMonitor. */
  selects: "from",
  mounts: "from",
  "reads-env-from": "from",
  "pulls-with": "from",
  /** Ingress, IngressRoute, HTTPRoute, Gateway -> Service; a host of theirs -> the route. */
  exposes: "from",
  "uses-account": "from",
  "uses-class": "from",
  "owns-storage": "from",
  "instance-of": "from",
  "refers-to": "from",
  /** RoleBinding -> account. */
  grants: "to",
  /** NetworkPolicy -> workload whose traffic it lets through or blocks. */
  allows: "to",
  denies: "to",
  /** Autoscaler -> workload. */
  scales: "to",
  /** PodDisruptionBudget, ResourceQuota, LimitRange -> workload. */
  bounds: "to",
  /** Object -> its Namespace or Application. */
  "belongs-to": "home",
} as const;
export type EdgeType = keyof typeof EDGE_TYPES;

/** Where something is written; places.ts makes lines of it, which costs a look into the file. */
export interface Evidence {
  readonly path: string;
  /** Position of the YAML document in the file; absent where the file was read as text. */
  readonly document?: number;
  /** Position in a `kind: List`. */
  readonly item?: number;
  /** Keys inside the object. */
  readonly keys: readonly (string | number)[];
  /** The very words, where the value is longer or the file is only text. */
  readonly text?: string;
  /** From 1; known only where the file was read as text. */
  readonly line?: number;
}

export interface GraphNode {
  /** `Deployment/shop/web`; `StorageClass/fast` where there is no namespace. */
  readonly id: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly state: NodeState;
  /** Why it has this state: the end of a sentence that begins with its name. */
  readonly because: string;
  /** Its manifest; undefined for what is only named. */
  readonly resource: Resource | undefined;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly type: EdgeType;
  /** Where it is written; the first ones, in the order of the file. */
  readonly evidence: readonly Evidence[];
  /** A pod starts without it. */
  readonly optional?: true;
  /** What selectors and policies say, in words. */
  readonly detail?: string;
}

export interface Graph {
  /** In the order of the repository, named things last. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: readonly Edge[];
  readonly from: ReadonlyMap<string, readonly Edge[]>;
  readonly to: ReadonlyMap<string, readonly Edge[]>;
}

/** Kinds that others have taken for their own: `Service.serving.knative.dev`. */
const CORE = new Set(["Service", "Secret", "ConfigMap", "Ingress", "Deployment", "Job", "Namespace", "Role", "Event"]);

export function idOf(kind: string, namespace: string | undefined, name: string): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

export function kindOf({ apiVersion, kind }: Pick<Resource, "apiVersion" | "kind">): string {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return CORE.has(kind) && group.includes(".") && !group.endsWith(".k8s.io") ? `${kind}.${group}` : kind;
}

export function nodeIdOf(resource: Pick<Resource, "apiVersion" | "kind" | "namespace" | "name">): string {
  return idOf(kindOf(resource), resource.namespace, resource.name);
}

/** `Service shop/db`, for people. */
export function nameOf({ kind, namespace, name }: Pick<GraphNode, "kind" | "namespace" | "name">): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
