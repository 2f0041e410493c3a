/** Questions to the graph: what something depends on, what depends on it, and by which way. */

import type { BlastRadius } from "../domain/blast-radius.ts";
import type { ObjectRef } from "../domain/change-set.ts";
import { EDGE_TYPES, type Edge, type Graph, type GraphNode, nameOf, nodeIdOf } from "./graph.ts";

/** Something that was reached, and the edges that lead there from where the walk began. */
export interface Reached {
  readonly node: GraphNode;
  /** 1: by one edge. */
  readonly distance: number;
  readonly path: readonly Edge[];
}

export interface WalkOptions {
  /** Edges at most; no bound unless given. */
  readonly depth?: number;
}

/** What has to be there and well for `id`, nearest first; [] for what the graph does not know. */
export function dependenciesOf(graph: Graph, id: string, options: WalkOptions = {}): readonly Reached[] {
  return walk(graph, [id], neededBy, options);
}

/** What a change of `id` may hurt, nearest first. */
export function dependentsOf(graph: Graph, id: string, options: WalkOptions = {}): readonly Reached[] {
  return walk(graph, [id], needing, options);
}

type Step = (graph: Graph, id: string, isStart: boolean) => readonly (readonly [next: string, edge: Edge])[];

const neededBy: Step = ({ from, to }, id) => [
  ...(from.get(id) ?? []).flatMap((edge) => (EDGE_TYPES[edge.type] === "from" ? [[edge.to, edge] as const] : [])),
  ...(to.get(id) ?? []).flatMap((edge) => (EDGE_TYPES[edge.type] === "to" ? [[edge.from, edge] as const] : [])),
];

/** Everything in a Namespace or an Application is hurt with it, but only where the walk begins there. */
const needing: Step = ({ from, to }, id, isStart) => [
  ...(to.get(id) ?? []).flatMap((edge) => {
    const dependent = EDGE_TYPES[edge.type];
    return dependent === "from" || (dependent === "home" && isStart) ? [[edge.from, edge] as const] : [];
  }),
  ...(from.get(id) ?? []).flatMap((edge) => (EDGE_TYPES[edge.type] === "to" ? [[edge.to, edge] as const] : [])),
];

/** Breadth first, so that every path is a shortest one; linear in the edges it meets. */
function walk(graph: Graph, starts: readonly string[], step: Step, { depth = Number.POSITIVE_INFINITY }: WalkOptions) {
  const seen = new Set(starts);
  const found: Reached[] = [];
  let front: readonly { readonly id: string; readonly path: readonly Edge[] }[] = starts.map((id) => ({
    id,
    path: [],
  }));
  for (let distance = 1; front.length > 0 && distance <= depth; distance += 1) {
    const next: { id: string; path: readonly Edge[] }[] = [];
    for (const { id, path } of front) {
      for (const [other, edge] of step(graph, id, distance === 1)) {
        const node = graph.nodes.get(other);
        if (node === undefined || seen.has(other)) continue;
        seen.add(other);
        const reached = { node, distance, path: [...path, edge] };
        found.push(reached);
        next.push({ id: other, path: reached.path });
      }
    }
    front = next;
  }
  return found;
}

/** Entries kept of a blast radius: the record must stay small. */
const SHOWN = 30;
/** Ways longer than this explain nothing any more. */
const LONGEST = 6;

/** What a change of these objects may hurt besides themselves. New objects hurt nobody yet. */
export function blastRadius(graph: Graph, targets: readonly ObjectRef[]): BlastRadius {
  const ids = targets.map((target) => nodeIdOf({ ...target, namespace: target.namespace }));
  const known = ids.filter((id) => graph.nodes.has(id));
  const reached = walk(graph, [...new Set(known)], needing, { depth: LONGEST });
  const direct = reached.filter(({ distance }) => distance === 1).length;
  return {
    direct,
    transitive: reached.length - direct,
    shown: reached.slice(0, SHOWN).map(({ node, distance, path }) => ({
      kind: node.kind,
      ...(node.namespace === undefined ? {} : { namespace: node.namespace }),
      name: node.name,
      distance,
      way: wayOf(graph, path),
    })),
  };
}

/** `Deployment shop/web calls Service shop/api selects Deployment shop/api`, from what is hurt to what is changed. */
export function wayOf({ nodes }: Pick<Graph, "nodes">, path: readonly Edge[]): readonly string[] {
  const name = (id: string) => {
    const node = nodes.get(id);
    return node === undefined ? id : nameOf(node);
  };
  return [...path].reverse().map(({ from, to, type }) => `${name(from)} ${type} ${name(to)}`);
}
