/**
 * BM25 as Qdrant takes it: the client sends what a term weighs in its text, the server (`modifier: idf`) how rare it is
 * among all texts. https://qdrant.tech/documentation/concepts/indexing/#idf-modifier
 */
import type { SparseVector } from "../../knowledge-ports.ts";
import { hashOf } from "./hash.ts";
import { termsOf } from "./terms.ts";

/** Robertson's usual values: how soon repeating a term stops to count, and how much a long text has to show for it. */
const K1 = 1.2;
const B = 0.75;
/**
 * Terms of a text of middle length. A collection must be weighed with one value from its first chunk to its last, before
 * its mean is known. This is the mean of a platform's chunks (documents and manifests, cut by structure) as `termsOf` counts
 * them.
 */
export const AVERAGE_TERMS = 114;

/** Of a stored text. Empty when it has no terms. */
export function sparseDocument(text: string): SparseVector {
  const terms = termsOf(text);
  const length = K1 * (1 - B + (B * terms.length) / AVERAGE_TERMS);
  return vectorOf(terms, (count) => (count * (K1 + 1)) / (count + length));
}

/** Of a question: every term once, whatever stands behind it is the server's. */
export function sparseQuery(text: string): SparseVector {
  return vectorOf(new Set(termsOf(text)), () => 1);
}

function vectorOf(terms: Iterable<string>, weigh: (count: number) => number): SparseVector {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const weights = new Map<number, number>();
  for (const [term, count] of counts) {
    const id = hashOf(term);
    // Two terms with one id weigh what both weigh.
    weights.set(id, (weights.get(id) ?? 0) + weigh(count));
  }
  const sorted = [...weights].sort(([a], [b]) => a - b);
  return { indices: sorted.map(([id]) => id), values: sorted.map(([, weight]) => weight) };
}
