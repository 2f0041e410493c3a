/** The part of a graph somebody asked for. */
import { EDGE_TYPES, type Edge, type EdgeType, type Graph, type GraphNode } from "./graph.ts";
import { dependenciesOf, dependentsOf } from "./walk.ts";

export interface GraphPart {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
}

/** What shows who talks to whom; rights, bounds and homes are left out of a picture of everything. */
const PICTURED: ReadonlySet<EdgeType> = new Set<EdgeType>(["calls", "exposes", "selects", "scales", "denies"]);

/** `id` with what it needs and what needs it, `depth` edges far. */
export function partAround(graph: Graph, id: string, depth: number): GraphPart {
  const reached = [...dependenciesOf(graph, id, { depth }), ...dependentsOf(graph, id, { depth })];
  const ids = new Set([id, ...reached.map(({ node }) => node.id)]);
  const edges = graph.edges.filter(({ from, to, type }) => ids.has(from) && ids.has(to) && EDGE_TYPES[type] !== "home");
  return { nodes: [...graph.nodes.values()].filter((node) => ids.has(node.id)), edges };
}

/** Everything that talks, and what it talks to. */
export function talkingPart({ nodes, edges }: Graph): GraphPart {
  const shown = edges.filter(({ type }) => PICTURED.has(type));
  const ids = new Set(shown.flatMap(({ from, to }) => [from, to]));
  return { nodes: [...nodes.values()].filter(({ id }) => ids.has(id)), edges: shown };
}

/**
 * The node somebody means: an id, `Kind ns/name`, or a name that only one thing has, in any case. Several: what it could
 * be; none: [].
 */
export function nodesMeant({ nodes }: Graph, asked: string): readonly GraphNode[] {
  const wanted = asked.trim().replace(/\s+/, "/").toLowerCase();
  const all = [...nodes.values()];
  const exact = all.filter(({ id }) => id.toLowerCase() === wanted);
  if (exact.length > 0) return exact;
  const ends = all.filter(({ id }) => id.toLowerCase().endsWith(`/${wanted}`));
  return ends.length > 0 ? ends : all.filter(({ kind, name }) => `${kind}/${name}`.toLowerCase() === wanted);
}
