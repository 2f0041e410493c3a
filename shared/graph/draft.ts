/** A graph while it is made: edges may name nodes nobody has seen yet. */

import type { Platform, Resource } from "../repository/platform.ts";
import type { Fields } from "../repository/values.ts";
import { isFields, listAt } from "../repository/values.ts";
import { type Edge, type EdgeType, type Evidence, idOf, nodeIdOf } from "./graph.ts";

/** Places kept of one edge. */
const PLACES = 5;

export interface Draft {
  readonly platform: Platform;
  /** Everything there is a manifest of, rendered charts included; those that are applied win over those that are not. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** What is only named: id -> kind, namespace, name. */
  readonly named: Map<string, Named>;
  readonly edges: Map<string, MutableEdge>;
  /** Host -> the route that serves it. */
  readonly served: Map<string, string>;
  /** Namespaces the repository knows. */
  readonly namespaces: ReadonlySet<string>;
}

export interface Named {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

type MutableEdge = Omit<Edge, "evidence" | "optional"> & { evidence: Evidence[]; optional?: true };

interface Said {
  readonly optional?: boolean | undefined;
  readonly detail?: string | undefined;
}

/** Adds an edge, or one more place to the one there is. */
export function connect(
  draft: Draft,
  from: Resource | string,
  type: EdgeType,
  to: Named,
  evidence: Evidence,
  { optional = false, detail }: Said = {},
): void {
  const [source, target] = [typeof from === "string" ? from : nodeIdOf(from), idOf(to.kind, to.namespace, to.name)];
  if (source === target) return;
  if (!draft.resources.has(target)) draft.named.set(target, to);
  const key = `${source} ${type} ${target}`;
  const known = draft.edges.get(key);
  if (known === undefined) {
    const said = { ...(optional ? { optional: true as const } : {}), ...(detail === undefined ? {} : { detail }) };
    draft.edges.set(key, { from: source, to: target, type, evidence: [evidence], ...said });
    return;
  }
  // Needed once is needed.
  if (!optional) delete known.optional;
  if (known.evidence.length < PLACES) known.evidence.push(evidence);
}

/** The place of `keys` in an object. */
export function placeIn(resource: Resource, keys: readonly (string | number)[], text?: string): Evidence {
  const { path, document, item } = resource;
  return { path, document, ...(item === undefined ? {} : { item }), keys, ...(text === undefined ? {} : { text }) };
}

/** The mappings of a list with their positions, which `itemsAt` loses where something else is among them. */
export function entriesAt(value: unknown, ...keys: readonly string[]): readonly (readonly [number, Fields])[] {
  return listAt(value, ...keys).flatMap((entry, index) => (isFields(entry) ? [[index, entry] as const] : []));
}
