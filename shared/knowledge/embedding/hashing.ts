/**
 * The embedder that needs nothing: terms, pairs of neighbours and pieces of words fall on coordinates by their hashes. It
 * knows no meaning and no rarity; it serves until there is a corpus to fit one on.
 */
import type { Embedder } from "../../knowledge-ports.ts";
import { hashOf } from "./hash.ts";
import { slices } from "./slices.ts";
import { termsOf } from "./terms.ts";
import { unit } from "./unit.ts";

/** Fewer make different words the same too often. */
export const HASHING_DIMENSION = 1_024;
const PIECE = 4;
/** A pair of neighbours says less than a word by itself, a piece of a word less still. */
const WEIGHTS = { term: 1, pair: 0.5, piece: 0.25 } as const;

/** Throws RangeError unless `dimension` is a whole number from 2. */
export function hashingEmbedder(dimension: number = HASHING_DIMENSION): Embedder {
  if (!Number.isInteger(dimension) || dimension < 2) throw new RangeError(`no dimension: ${dimension}`);
  return {
    id: `hash-${dimension}`,
    dimension,
    async embed(texts, _purpose, signal) {
      signal?.throwIfAborted();
      const work = slices(signal);
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        vectors.push(hashed(termsOf(text), dimension));
        if (work.isOver()) await work.next();
      }
      return vectors;
    },
  };
}

/** Of length 1. A text without terms has a direction of its own, which it shares with nothing but others of its kind. */
export function hashed(terms: readonly string[], dimension: number): Float32Array {
  const features = new Map<string, number>();
  const add = (feature: string, weight: number) => features.set(feature, (features.get(feature) ?? 0) + weight);
  terms.forEach((term, i) => {
    add(term, WEIGHTS.term);
    if (i > 0) add(`${terms[i - 1]} ${term}`, WEIGHTS.pair);
    for (const piece of piecesOf(term)) add(`#${piece}`, WEIGHTS.piece);
  });
  const vector = new Float64Array(dimension);
  for (const [feature, weight] of features) {
    const hash = hashOf(feature);
    const at = hash % dimension;
    // The sign is of a hash of its own: where both come from one, they are not independent for even dimensions.
    const sign = (hashOf(feature, 1) & 1) === 0 ? 1 : -1;
    vector[at] = (vector[at] ?? 0) + sign * (Math.log1p(weight) / Math.LN2);
  }
  return unit(vector) ?? nothing(dimension);
}

function nothing(dimension: number): Float32Array {
  const vector = new Float32Array(dimension);
  vector[hashOf("") % dimension] = 1;
  return vector;
}

/** `^ngin`, `nginx`, `ginx$`: what is left of a word that is misspelt or built of others. */
function piecesOf(term: string): string[] {
  const marked = `^${term}$`;
  return Array.from({ length: Math.max(0, marked.length - PIECE + 1) }, (_, i) => marked.slice(i, i + PIECE));
}
