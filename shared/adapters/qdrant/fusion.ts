/**
 * How the lists by words and by vectors become one. Qdrant counts 1 / (k + (rank + 1) / weight - 1), rank from 0: with k of 1
 * the weight over the rank. With a large k a weight stretches its list instead: at k 61 and 2:1 a step down by words costs
 * half of a step down by vectors, so that the order is that of the list that weighs less, and the first of one list alone
 * comes after whatever both lists have somewhere.
 * https://qdrant.tech/documentation/concepts/hybrid-queries/#reciprocal-rank-fusion-rrf
 */
import { isOffline } from "../../knowledge/indexing/offline.ts";

export interface Rrf {
  /** Whole, from 1. */
  readonly k: number;
  /** BM25, dense. */
  readonly weights: readonly [number, number];
}

/**
 * Words find what is written on a platform better than vectors fitted to it do. On 112 questions kept for tuning, this had a
 * mean reciprocal rank of 0.84, BM25 alone 0.84, k of 2 with even weights 0.81, k of 61 with 2:1 0.78.
 */
const FITTED: Rrf = { k: 1, weights: [2, 1] };
/**
 * Hashed words are as good as BM25, and wrong elsewhere: what both have counts. Of those questions and 43 descriptions of
 * improvements, it had most in the first five and the first three.
 */
const HASHED: Rrf = { k: 20, weights: [1, 1] };
/** Vectors of a trained model are no worse than words: Qdrant's own k, and nobody is preferred. */
const TRAINED: Rrf = { k: 2, weights: [1, 1] };

/** `embedder`: the one the collection was made with. */
export function fusionFor(embedder: { readonly id: string }): Rrf {
  if (!isOffline(embedder)) return TRAINED;
  return embedder.id.startsWith("lsa-") ? FITTED : HASHED;
}
