/** What a proposal relies on without naming it: what the workloads it names need. */
import type { Edge, Graph, GraphNode } from "../../shared/graph/graph.ts";
import { dependenciesOf } from "../../shared/graph/walk.ts";

/** One thing it relies on, and where the manifests write that. */
export interface Reliance {
  readonly node: GraphNode;
  /** The proposal names it itself; else a workload it names does. */
  readonly isNamed: boolean;
  readonly edges: readonly Edge[];
}

const NEEDED: ReadonlySet<Edge["type"]> = new Set<Edge["type"]>([
  "calls",
  "mounts",
  "reads-env-from",
  "pulls-with",
  "owns-storage",
  "uses-account",
  "uses-class",
]);

/** What the pods of these workloads need to start and to work, and whom the settings they read name. */
export function impliedBy(workloads: readonly string[], graph: Graph): readonly Reliance[] {
  return workloads.flatMap((id) =>
    dependenciesOf(graph, id, { depth: 2 }).flatMap(({ node, path }): Reliance[] => {
      const [first, second] = path;
      if (first === undefined || first.from !== id || !NEEDED.has(first.type) || path.some((edge) => edge.optional))
        return [];
      if (second === undefined) return [{ node, isNamed: false, edges: [first] }];
      const isSetting = graph.nodes.get(first.to)?.kind === "ConfigMap" && second.type === "calls";
      const isClass = second.type === "uses-class";
      return isSetting || isClass ? [{ node, isNamed: false, edges: [second] }] : [];
    }),
  );
}
