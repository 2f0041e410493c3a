/** In which order things have to be deployed: what others need comes first. */
import { EDGE_TYPES, type Graph } from "./graph.ts";

/**
 * `ids` sorted so that nothing stands before what it needs; where a circle forbids that, in the order given. Ways over
 * things that are not among them count too. Kahn's algorithm, stable.
 */
export function deployOrder({ from, to }: Graph, ids: readonly string[]): readonly string[] {
  const wanted = new Set(ids);
  const needs = new Map(ids.map((id) => [id, new Set<string>()]));
  for (const id of wanted) {
    const seen = new Set([id]);
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const edges = [
        ...(from.get(next) ?? []).filter(({ type }) => EDGE_TYPES[type] === "from").map((edge) => edge.to),
        // A Service of a workload that is missing, too, is of no use before it.
        ...(to.get(next) ?? []).filter(({ type }) => type === "grants").map((edge) => edge.from),
      ];
      for (const other of edges) {
        if (seen.has(other)) continue;
        seen.add(other);
        open.push(other);
        if (wanted.has(other)) needs.get(id)?.add(other);
      }
    }
  }
  const sorted: string[] = [];
  const left = new Set(ids);
  while (left.size > 0) {
    const ready = [...left].filter((id) => [...(needs.get(id) ?? [])].every((other) => !left.has(other)));
    // A circle: somebody has to begin.
    const next = ready.length > 0 ? ready : [...left].slice(0, 1);
    for (const id of next) {
      sorted.push(id);
      left.delete(id);
    }
  }
  return sorted;
}
