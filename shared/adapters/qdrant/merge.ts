/** One order of the hits of several corpora. */
import type { Hit } from "../../knowledge-ports.ts";

/**
 * The first of every corpus, then the second of every corpus, and so on: scores of different collections do not compare. Within
 * a rank the nearer vector goes first. `rank` counts anew, from 1.
 */
export function merged(lists: readonly (readonly Hit[])[]): readonly Hit[] {
  const all = lists.flat().sort((a, b) => a.rank - b.rank || cosineOf(b) - cosineOf(a) || compare(a, b));
  return ranked(all);
}

export function ranked(hits: readonly Hit[]): readonly Hit[] {
  return hits.map((hit, index) => ({ ...hit, rank: index + 1 }));
}

function cosineOf({ cosine = -1 }: Hit): number {
  return cosine;
}

function compare({ chunk: a }: Hit, { chunk: b }: Hit): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
