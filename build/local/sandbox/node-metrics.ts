/** What kube-state-metrics would tell of the one node of this cluster: what it has, and what the pods on it ask for. */
import { ALLOCATABLE_QUERY, PODS_QUERY, REQUESTED_QUERY, USABLE_QUERY } from "../../../functions/validate/node-room.ts";
import { parseQuantity } from "../../../shared/repository/quantity.ts";
import { at, mapAt, textAt } from "./json.ts";
import type { KubeObject, ObjectStore } from "./store.ts";

export const NODE = "sandbox-node";
/** Cores, bytes, and the kubelet's own default for pods (kubernetes.io/docs, maxPods). */
const ALLOCATABLE = { cpu: 16, memory: 64 * 2 ** 30, pods: 110 };

export interface NodeSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Undefined for any other query. */
export function nodeMetrics(store: ObjectStore, promql: string): readonly NodeSample[] | undefined {
  const node = { node: NODE };
  const pods = () =>
    store.list("", "Pod").filter((pod) => ["Pending", "Running"].includes(textAt(pod, "status", "phase") ?? ""));
  switch (promql) {
    case ALLOCATABLE_QUERY:
      return Object.entries(ALLOCATABLE).map(([resource, value]) => ({ labels: { ...node, resource }, value }));
    case REQUESTED_QUERY:
      return ["cpu", "memory"].map((resource) => ({
        labels: { ...node, resource },
        value: pods().reduce((sum, pod) => sum + requested(pod, resource), 0),
      }));
    case PODS_QUERY:
      return [{ labels: node, value: pods().length }];
    case USABLE_QUERY:
      return [{ labels: node, value: 1 }];
    default:
      return undefined;
  }
}

function requested(pod: KubeObject, resource: string): number {
  const containers = at(pod, "spec", "containers");
  if (!Array.isArray(containers)) return 0;
  return (containers as unknown[]).reduce<number>((sum, container) => {
    return sum + (parseQuantity(mapAt(container, "resources", "requests")[resource]) ?? 0);
  }, 0);
}
