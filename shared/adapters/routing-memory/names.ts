/** What the router's collections are called: the platform's two names as aliases, one collection of each per embedder behind them. */
import type { Embedder } from "../../knowledge-ports.ts";

/** "Qdrant Collections" of the platform: queries with their routes, and what became of them. */
export const MEMORIES = ["routing_queries", "routing_outcomes"] as const;
export type Memory = (typeof MEMORIES)[number];

/** Of the payload and the vectors' configuration; another form is another collection. */
const FORM = "v1";

export type Made = Pick<Embedder, "id" | "dimension">;

export function collectionOf(memory: Memory, { id, dimension }: Made): string {
  return `${prefixOf(memory)}${id}__${dimension}__${FORM}`;
}

/** Every collection behind an alias begins with it, the alias does not. */
export function prefixOf(memory: Memory): string {
  return `${memory}__`;
}

/** The collection of outcomes that belongs to one of queries, or the other way round. */
export function siblingOf(collection: string, memory: Memory): string {
  return collection.replace(/^[a-z_]+?__/, prefixOf(memory));
}

/** The embedder a collection of queries was made with; undefined for a name, or a form, that is not ours. */
export function madeWith(collection: string): Made | undefined {
  const [, id, dimension, form] = /^routing_queries__([\w.-]+)__(\d+)__(v\d+)$/.exec(collection) ?? [];
  return id === undefined || form !== FORM ? undefined : { id, dimension: Number(dimension) };
}
