/** A graph as JSON, with the lines its edges are written in. */
import type { Platform } from "../repository/platform.ts";
import type { GraphPart } from "./part.ts";
import { placeOf } from "./places.ts";

/** Edges sorted by the file they are written in, so that each file is read once for its lines. */
export function asJson(platform: Platform, { nodes, edges }: GraphPart) {
  const byFile = [...edges].sort((a, b) => compare(a.evidence[0]?.path, b.evidence[0]?.path));
  const places = new Map(byFile.map((edge) => [edge, edge.evidence.map((one) => placeOf(platform, one))]));
  return {
    nodes: nodes.map(({ id, kind, namespace, name, state, because, resource }) => ({
      id,
      kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
      state,
      because,
      ...(resource === undefined ? {} : { path: resource.path }),
    })),
    edges: edges.map((edge) => ({
      ...edge,
      evidence: (places.get(edge) ?? []).map(({ path, line }) => ({ path, ...(line === 0 ? {} : { line }) })),
    })),
  };
}

function compare(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
