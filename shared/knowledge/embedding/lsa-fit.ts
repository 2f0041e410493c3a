/**
 * Fits the offline embedder to a platform's own texts (latent semantic analysis): words that stand in the same texts come to
 * lie in the same direction, so that a question finds what says the same in other words of the corpus.
 */
import { hashOf } from "./hash.ts";
import { latentSpace } from "./latent-space.ts";
import { type LsaModel, writeLsa } from "./lsa-file.ts";
import { type Slices, slices } from "./slices.ts";
import { termMatrix } from "./term-matrix.ts";

export interface LsaOptions {
  /** Length of the vectors; 256 unless given. */
  readonly rank?: number;
  /** Terms that are known at most, the most frequent; one costs `rank` bytes. 12,000 unless given. */
  readonly terms?: number;
  /** Texts that are looked at, at most; of more, a sample. 8,000 unless given: time grows with them. */
  readonly texts?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/**
 * The embedder as bytes, for `lsaEmbedder`. The same texts in any order make the same bytes; repeated ones count once.
 * Works in slices. Throws the signal's reason, RangeError for options that make no sense.
 */
export async function fitLsa(texts: readonly string[], options: LsaOptions = {}): Promise<Uint8Array> {
  const { rank = 256, terms = 12_000, texts: most = 8_000, seed = 1, signal, onProgress = () => undefined } = options;
  for (const [name, value] of Object.entries({ rank, terms, texts: most })) {
    if (!Number.isInteger(value) || value < 2) throw new RangeError(`${name} must be a whole number from 2: ${value}`);
  }
  signal?.throwIfAborted();
  const work = slices(signal);
  const matrix = await termMatrix(await sampleOf(texts, most, work), terms, work);
  onProgress(0.1);
  const progress = (share: number) => onProgress(0.1 + 0.85 * share);
  const directions = await latentSpace(matrix, { rank, seed, work, progress });
  signal?.throwIfAborted();
  const { scales, rows } = await quantised(directions, matrix.idf, work);
  const model: LsaModel = { dimension: rank, directions: directions.length, terms: matrix.terms, scales, rows };
  const bytes = writeLsa(model);
  onProgress(1);
  return bytes;
}

/** Chosen by what they say, not by where they stand: a corpus that grew keeps most of its sample. */
async function sampleOf(texts: readonly string[], most: number, work: Slices): Promise<string[]> {
  const different = [...new Set(texts)];
  if (different.length <= most) return different.sort();
  const hashed: { text: string; hash: number }[] = [];
  for (const text of different) {
    hashed.push({ text, hash: hashOf(text) });
    if (work.isOver()) await work.next();
  }
  const chosen = hashed.sort((a, b) => a.hash - b.hash || (a.text < b.text ? -1 : 1)).slice(0, most);
  return chosen.map(({ text }) => text).sort();
}

/** A term's row in signed bytes of its own scale: the largest is 127. */
async function quantised(
  directions: readonly Float64Array[],
  idf: Float64Array,
  work: Slices,
): Promise<Pick<LsaModel, "scales" | "rows">> {
  const width = directions.length;
  const scales = new Float32Array(idf.length);
  const rows = new Int8Array(idf.length * width);
  for (let term = 0; term < idf.length; term += 1) {
    let largest = 0;
    for (const direction of directions) largest = Math.max(largest, Math.abs(direction[term] as number));
    if (largest === 0) continue;
    const step = largest / 127;
    directions.forEach((direction, i) => {
      rows[term * width + i] = Math.round((direction[term] as number) / step);
    });
    scales[term] = step * (idf[term] as number);
    if (work.isOver()) await work.next();
  }
  return { scales, rows };
}
