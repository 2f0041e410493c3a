/**
 * The directions in which texts differ most: an orthonormal basis of the dominant right singular subspace of a term matrix,
 * by randomised subspace iteration (Halko, Martinsson, Tropp 2011, algorithm 4.4). Cosines between projections are the
 * same in every basis of a subspace, so the singular vectors themselves are never needed.
 */
import type { Slices } from "./slices.ts";
import type { TermMatrix } from "./term-matrix.ts";

/** Times the matrix is applied to the random beginning; each brings out what is large. */
const ITERATIONS = 2;
/** Vectors that are taken out of another together. */
const AT_ONCE = 4;
/** What is left of a vector when the others are taken out of it: less is rounding. */
const DEPENDENT = 1e-9;

/** Column vectors over the terms; fewer than `rank` where the texts do not differ in so many ways. */
export async function latentSpace(
  matrix: TermMatrix,
  { rank, seed, work, progress }: { rank: number; seed: number; work: Slices; progress: (share: number) => void },
): Promise<Float64Array[]> {
  const size = Math.min(rank, matrix.rows, matrix.terms.length);
  const beginning = Array.from({ length: size }, () => new Float64Array(matrix.terms.length));
  const random = signs(seed);
  let basis = await mapped(beginning, (vector) => filled(vector, random), work);
  for (let i = 1; i <= ITERATIONS; i += 1) {
    const texts = await mapped(basis, (vector) => times(matrix, vector), work);
    await orthonormalise(texts, 1, work);
    basis = await mapped(texts, (vector) => transposedTimes(matrix, vector), work);
    progress(i / (ITERATIONS + 1));
  }
  await orthonormalise(basis, 2, work);
  progress(1);
  return basis;
}

async function mapped(
  vectors: readonly Float64Array[],
  map: (vector: Float64Array) => Float64Array,
  work: Slices,
): Promise<Float64Array[]> {
  const all: Float64Array[] = [];
  for (const vector of vectors) {
    all.push(map(vector));
    if (work.isOver()) await work.next();
  }
  return all;
}

function times({ rows, starts, columns, values }: TermMatrix, vector: Float64Array): Float64Array {
  const product = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let sum = 0;
    const end = starts[row + 1] as number;
    for (let i = starts[row] as number; i < end; i += 1) {
      sum += (values[i] as number) * (vector[columns[i] as number] as number);
    }
    product[row] = sum;
  }
  return product;
}

function transposedTimes({ terms, rows, starts, columns, values }: TermMatrix, vector: Float64Array): Float64Array {
  const product = new Float64Array(terms.length);
  for (let row = 0; row < rows; row += 1) {
    const factor = vector[row] as number;
    const end = starts[row + 1] as number;
    for (let i = starts[row] as number; i < end; i += 1) {
      const column = columns[i] as number;
      product[column] = (product[column] as number) + factor * (values[i] as number);
    }
  }
  return product;
}

/**
 * Gram-Schmidt in place; between iterations once is enough, rounding wants the last one twice. Vectors that depend on those
 * before them are taken out: a few texts, or the same words again and again, span fewer directions.
 */
async function orthonormalise(vectors: Float64Array[], passes: number, work: Slices): Promise<void> {
  let kept = 0;
  for (const vector of vectors) {
    const before = lengthOf(vector);
    for (let pass = 0; pass < passes; pass += 1) {
      for (let from = 0; from < kept; from += AT_ONCE) {
        takeOut(vector, vectors.slice(from, Math.min(from + AT_ONCE, kept)));
        if (work.isOver()) await work.next();
      }
    }
    const length = lengthOf(vector);
    if (!(length > before * DEPENDENT)) continue;
    for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] as number) / length;
    vectors[kept] = vector;
    kept += 1;
  }
  vectors.length = kept;
}

const NOTHING = new Float64Array(0);

/** Up to AT_ONCE orthonormal vectors out of one, which is then read twice instead of twice for each. */
function takeOut(vector: Float64Array, [a = NOTHING, b = a, c = a, d = a]: readonly Float64Array[]): void {
  let [ofA, ofB, ofC, ofD] = [0, 0, 0, 0];
  for (let i = 0; i < vector.length; i += 1) {
    const value = vector[i] as number;
    ofA += value * (a[i] as number);
    ofB += value * (b[i] as number);
    ofC += value * (c[i] as number);
    ofD += value * (d[i] as number);
  }
  // Where there are fewer, the first one stands in for the others.
  if (b === a) ofB = 0;
  if (c === a) ofC = 0;
  if (d === a) ofD = 0;
  for (let i = 0; i < vector.length; i += 1) {
    const own = ofA * (a[i] as number) + ofB * (b[i] as number) + ofC * (c[i] as number) + ofD * (d[i] as number);
    vector[i] = (vector[i] as number) - own;
  }
}

function lengthOf(vector: Float64Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i += 1) squares += (vector[i] as number) ** 2;
  return Math.sqrt(squares);
}

function filled(vector: Float64Array, next: () => number): Float64Array {
  for (let i = 0; i < vector.length; i += 1) vector[i] = next();
  return vector;
}

/** -1 and 1, the same for the same seed (mulberry32). */
function signs(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) & 1) === 0 ? 1 : -1;
  };
}
