/** Sparse vectors of one name: an inverted index, and idf as the real server computes it. */
import { outOfRange } from "./errors.ts";
import { Postings } from "./postings.ts";
import type { Top } from "./top.ts";

export interface Sparse {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

export interface SparseVectors {
  set(slot: number, vector: Sparse): void;
  /** `vector`: what was set. */
  remove(slot: number, vector: Sparse): void;
  readonly count: () => number;
  /** Offers what shares a term with the query: all of it, or what `among` has. */
  scan(query: Sparse, top: Top, among?: ReadonlySet<number>): void;
}

/** Ascending by term, as they are compared. Throws what the real server throws for lists that do not fit together. */
export function sparseOf({ indices, values }: { indices: readonly number[]; values: readonly number[] }): Sparse {
  if (indices.length !== values.length) throw outOfRange("indices: must be the same length as values");
  if (ascending(indices)) return { indices: Uint32Array.from(indices), values: Float32Array.from(values) };
  if (new Set(indices).size !== indices.length) throw outOfRange("indices: must be unique");
  const order = indices.map((_, at) => at).sort((a, b) => (indices[a] as number) - (indices[b] as number));
  return {
    indices: Uint32Array.from(order, (at) => indices[at] as number),
    values: Float32Array.from(order, (at) => values[at] as number),
  };
}

function ascending(indices: readonly number[]): boolean {
  for (let at = 1; at < indices.length; at += 1) {
    if ((indices[at] as number) <= (indices[at - 1] as number)) return false;
  }
  return true;
}

export function sparseVectors(idf: boolean): SparseVectors {
  const lists = new Map<number, Postings>();
  let count = 0;
  let sums = new Float64Array(0);

  return {
    count: () => count,
    set(slot, { indices, values }) {
      count += 1;
      for (let at = 0; at < indices.length; at += 1) {
        const term = indices[at] as number;
        let list = lists.get(term);
        if (list === undefined) {
          list = new Postings();
          lists.set(term, list);
        }
        list.set(slot, values[at] as number);
      }
    },
    remove(slot, { indices }) {
      count -= 1;
      for (const term of indices) {
        const list = lists.get(term);
        list?.remove(slot);
        if (list?.count === 0) lists.delete(term);
      }
    },
    scan({ indices, values }, top, among) {
      const touched: number[] = [];
      for (const [at, term] of indices.entries()) {
        const list = lists.get(term);
        if (list === undefined) continue;
        const weight = (values[at] as number) * (idf ? inverseFrequency(count, list.count) : 1);
        const last = list.slots[list.count - 1] as number;
        if (last >= sums.length) sums = grown(sums, last + 1);
        for (let entry = 0; entry < list.count; entry += 1) {
          const slot = list.slots[entry] as number;
          if (among !== undefined && !among.has(slot)) continue;
          const before = sums[slot] as number;
          if (before === 0) touched.push(slot);
          sums[slot] = before + weight * (list.weights[entry] as number);
        }
      }
      for (const slot of touched) {
        const score = Math.fround(sums[slot] as number);
        // A slot is met twice when its sum came back to nothing in between.
        sums[slot] = 0;
        if (score !== 0) top.offer(slot, score);
      }
    },
  };
}

/** `n`: points that have a vector of this name; `df`: those that have the term. */
function inverseFrequency(n: number, df: number): number {
  return Math.log((n - df + 0.5) / (df + 0.5) + 1);
}

function grown(sums: Float64Array, needed: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.ceil(needed * 1.5));
  larger.set(sums);
  return larger;
}
