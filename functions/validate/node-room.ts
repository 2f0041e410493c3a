/** Whether new pods find a node with room: what nodes can give, less what the pods on them ask for (kube-state-metrics). */
import type { MetricSample, Metrics } from "../../shared/ports.ts";
import { formatCpu, formatMemory } from "../../shared/repository/quantity.ts";
import type { NewPods } from "./added-pods.ts";

export interface NodeRoom {
  readonly verdict: "fits" | "over" | "unsure";
  /** The end of a sentence. */
  readonly because: string;
  readonly evidence: readonly string[];
}

const LIVE = 'max by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running"} == 1)';

/**
 * What the scheduler may give away on each node, one sample per node and resource (github.com/kubernetes/kube-state-metrics,
 * docs/metrics/cluster/node-metrics.md). `max by`: several replicas of kube-state-metrics tell the same.
 */
export const ALLOCATABLE_QUERY = 'max by (node, resource) (kube_node_status_allocatable{resource=~"cpu|memory|pods"})';
/**
 * What pods that are not done ask for on each node, as the scheduler counts (kubernetes-mixin: rules/apps.libsonnet, the
 * join with the phase; docs/metrics/workload/pod-metrics.md). Init containers and overhead are not in it.
 */
export const REQUESTED_QUERY = `sum by (node, resource) (max by (namespace, pod, container, node, resource) (kube_pod_container_resource_requests{resource=~"cpu|memory",node!=""}) * on (namespace, pod) group_left () ${LIVE})`;
/** Pods on each node: a node takes a limited number of them. */
export const PODS_QUERY = `count by (node) (max by (namespace, pod, node) (kube_pod_info{node!=""}) * on (namespace, pod) group_left () ${LIVE})`;
/** Nodes anything may be put on: ready, not cordoned, without a taint that keeps pods away. */
export const USABLE_QUERY =
  'max by (node) (kube_node_status_condition{condition="Ready",status="true"} == 1) unless on (node) (kube_node_spec_unschedulable == 1) unless on (node) kube_node_spec_taint{effect=~"NoSchedule|NoExecute"}';

const NOT_KNOWN = "whether the nodes have room for its pods is not known";

/** Never an error but the signal's: metrics that are away are metrics that tell nothing. */
export async function nodeRoom(
  pods: readonly NewPods[],
  metrics: Pick<Metrics, "query"> | undefined,
  signal?: AbortSignal,
): Promise<NodeRoom> {
  if (metrics === undefined) return unsure(`${NOT_KNOWN}: no metrics are collected`);
  let answers: readonly (readonly MetricSample[])[];
  try {
    const queries = [ALLOCATABLE_QUERY, REQUESTED_QUERY, PODS_QUERY, USABLE_QUERY];
    answers = await Promise.all(queries.map((query) => metrics.query(query, signal)));
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return unsure(`${NOT_KNOWN}: ${reason.slice(0, 200)}`);
  }
  const [allocatable = [], requested = [], counted = [], usable = []] = answers;
  const nodes = freeOf(allocatable, requested, counted, new Set(usable.map(({ labels }) => labels["node"])));
  if (nodes.length === 0) return unsure(`${NOT_KNOWN}: the metrics tell of no node (kube_node_status_allocatable)`);
  // What nobody asks for is not known rather than nothing: every cluster runs pods with requests.
  if (requested.length === 0) return unsure(`${NOT_KNOWN}: the metrics tell of no requests of pods`);
  return placed(pods, nodes);
}

interface Free {
  readonly node: string;
  cpu: number;
  memory: number;
  pods: number;
}

function freeOf(
  allocatable: readonly MetricSample[],
  requested: readonly MetricSample[],
  counted: readonly MetricSample[],
  usable: ReadonlySet<string | undefined>,
): Free[] {
  const nodes = new Map<string, Free>();
  for (const { labels, value } of allocatable) {
    const { node, resource } = labels;
    if (node === undefined || !usable.has(node) || !Number.isFinite(value)) continue;
    const free = nodes.get(node) ?? { node, cpu: Number.NaN, memory: Number.NaN, pods: Number.POSITIVE_INFINITY };
    if (resource === "cpu" || resource === "memory" || resource === "pods") free[resource] = value;
    nodes.set(node, free);
  }
  for (const { labels, value } of requested) {
    const free = nodes.get(labels["node"] ?? "");
    const { resource } = labels;
    if (free !== undefined && (resource === "cpu" || resource === "memory")) free[resource] -= value;
  }
  for (const { labels, value } of counted) {
    const free = nodes.get(labels["node"] ?? "");
    if (free !== undefined) free.pods -= value;
  }
  return [...nodes.values()].filter(({ cpu, memory }) => !Number.isNaN(cpu) && !Number.isNaN(memory));
}

/** Largest first, each where most is left: pods of one workload spread as the scheduler would have it. */
function placed(pods: readonly NewPods[], nodes: readonly Free[]): NodeRoom {
  const left = nodes.map((one) => ({ ...one }));
  const evidence = left
    .map(({ node, cpu, memory }) => `node ${node}: ${cores(cpu)} CPU and ${bytes(memory)} memory are not asked for`)
    .slice(0, 10);
  for (const { name, count, cpu, memory } of [...pods].sort((a, b) => b.memory - a.memory || b.cpu - a.cpu)) {
    for (let made = 0; made < count; made += 1) {
      const fitting = left
        .filter((node) => node.cpu >= cpu && node.memory >= memory && node.pods >= 1)
        .sort((a, b) => b.memory - a.memory)[0];
      if (fitting === undefined) {
        const because = `no node has room for pod ${made + 1} of ${count} of ${name}, which asks for ${cores(cpu)} CPU and ${bytes(memory)} memory`;
        return { verdict: "over", because, evidence };
      }
      fitting.cpu -= cpu;
      fitting.memory -= memory;
      fitting.pods -= 1;
    }
  }
  const total = pods.reduce((sum, { count }) => sum + count, 0);
  return { verdict: "fits", because: `${left.length} nodes have room for its ${total} new pods`, evidence };
}

function cores(value: number): string {
  return formatCpu(Math.max(0, value), "down");
}

function bytes(value: number): string {
  return formatMemory(Math.max(0, value), "down");
}

function unsure(because: string): NodeRoom {
  return { verdict: "unsure", because, evidence: [] };
}
