/** The embedder that was fitted to a platform's own texts; see lsa-fit.ts. */
import type { Embedder } from "../../knowledge-ports.ts";
import { hashed } from "./hashing.ts";
import { type LsaModel, lsaId, readLsa } from "./lsa-file.ts";
import { slices } from "./slices.ts";
import { countsOf, frequencyWeight } from "./term-matrix.ts";
import { termsOf } from "./terms.ts";
import { unit } from "./unit.ts";

/** Of the bytes `fitLsa` makes. Throws PermanentError when they are damaged or of another version. */
export function lsaEmbedder(bytes: Uint8Array): Embedder {
  const model = readLsa(bytes);
  const numbers = new Map(model.terms.map((term, number) => [term, number]));
  return {
    id: lsaId(bytes),
    dimension: model.dimension,
    async embed(texts, _purpose, signal) {
      signal?.throwIfAborted();
      const work = slices(signal);
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        const terms = termsOf(text);
        // Of unknown words alone nothing is known but the words: they are near to the same words, and to nothing else.
        vectors.push(projected(model, numbers, terms) ?? hashed(terms, model.dimension));
        if (work.isOver()) await work.next();
      }
      return vectors;
    },
  };
}

/** Of length 1; undefined when no term is known. */
function projected(
  { dimension, directions, scales, rows }: LsaModel,
  numbers: ReadonlyMap<string, number>,
  terms: readonly string[],
): Float32Array | undefined {
  const vector = new Float64Array(dimension);
  for (const [term, count] of countsOf(terms)) {
    const number = numbers.get(term);
    if (number === undefined) continue;
    const weight = frequencyWeight(count) * (scales[number] as number);
    const from = number * directions;
    for (let i = 0; i < directions; i += 1) vector[i] = (vector[i] as number) + weight * (rows[from + i] as number);
  }
  return unit(vector);
}
