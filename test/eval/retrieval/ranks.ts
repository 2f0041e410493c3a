/** From hits to ranks: where the first right file stands, by words, by vectors and by their fusion. */
import type { Hit } from "../../../shared/knowledge-ports.ts";
import type { Query } from "./queries.ts";

/** 1 is the best; Infinity: not among the hits. */
export type Rank = number;

/** Rank of the first right file, every file counted once. */
export function fileRank(hits: readonly Hit[], { files }: Pick<Query, "files">): Rank {
  const paths = [...new Set(hits.map(({ chunk }) => chunk.path))];
  const at = paths.findIndex((path) => files.includes(path));
  return at === -1 ? Infinity : at + 1;
}

/** Rank among the chunks of the first that is in the right file and holds the section. */
export function sectionRank(hits: readonly Hit[], { files, section = "" }: Pick<Query, "files" | "section">): Rank {
  const at = hits.findIndex(
    ({ chunk }) => chunk.path === files[0] && (chunk.place.includes(section) || chunk.text.includes(section)),
  );
  return at === -1 ? Infinity : at + 1;
}

/** The order of one list alone. */
export function only(list: "dense" | "sparse", hits: readonly Hit[]): readonly Hit[] {
  return hits.filter(({ by }) => by[list] !== undefined).sort((a, b) => (a.by[list] ?? 0) - (b.by[list] ?? 0));
}

/** Another fusion of the same two lists: 1 / (k + rank / weight - 1), rank from 1. */
export function fused(hits: readonly Hit[], k: number, weights: { readonly sparse: number; readonly dense: number }) {
  const part = (rank: number | undefined, weight: number): number =>
    rank === undefined || weight === 0 ? 0 : 1 / (k + rank / weight - 1);
  const score = ({ by }: Hit): number => part(by.sparse, weights.sparse) + part(by.dense, weights.dense);
  return [...hits].sort((a, b) => score(b) - score(a));
}

export function reciprocal(rank: Rank): number {
  return rank === Infinity ? 0 : 1 / rank;
}
