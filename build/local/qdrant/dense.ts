/** Dense vectors of one name, in slabs of a fixed size: growing copies nothing, and a slot is overwritten in place. */
import type { Top } from "./top.ts";

const SLAB = 256;

export interface DenseVectors {
  readonly dimension: number;
  set(slot: number, vector: Float32Array): void;
  clear(slot: number): void;
  has(slot: number): boolean;
  get(slot: number): Float32Array;
  /** How many slots hold one. */
  readonly count: () => number;
  /** Offers every vector, or those of `among`, with its dot product: the cosine, when both have length 1. */
  scan(query: Float32Array, top: Top, among?: Iterable<number>): void;
}

export function denseVectors(dimension: number): DenseVectors {
  const slabs: Float32Array[] = [];
  const present: Uint8Array[] = [];
  let count = 0;

  function has(slot: number): boolean {
    return present[Math.floor(slot / SLAB)]?.[slot % SLAB] === 1;
  }
  function mark(slot: number, value: 0 | 1): void {
    const flags = present[Math.floor(slot / SLAB)];
    if (flags === undefined || flags[slot % SLAB] === value) return;
    flags[slot % SLAB] = value;
    count += value === 1 ? 1 : -1;
  }
  return {
    dimension,
    has,
    count: () => count,
    set(slot, vector) {
      const at = Math.floor(slot / SLAB);
      while (slabs.length <= at) {
        slabs.push(new Float32Array(SLAB * dimension));
        present.push(new Uint8Array(SLAB));
      }
      (slabs[at] as Float32Array).set(vector, (slot % SLAB) * dimension);
      mark(slot, 1);
    },
    clear: (slot) => mark(slot, 0),
    get(slot) {
      const from = (slot % SLAB) * dimension;
      return (slabs[Math.floor(slot / SLAB)] as Float32Array).subarray(from, from + dimension);
    },
    scan(query, top, among) {
      if (among !== undefined) {
        for (const slot of among) {
          if (!has(slot)) continue;
          const slab = slabs[Math.floor(slot / SLAB)] as Float32Array;
          top.offer(slot, dot(query, slab, (slot % SLAB) * dimension));
        }
        return;
      }
      for (const [at, slab] of slabs.entries()) {
        const flags = present[at] as Uint8Array;
        for (let row = 0; row < SLAB; row += 1) {
          if (flags[row] !== 1) continue;
          const score = dot(query, slab, row * dimension);
          if (score >= top.floor()) top.offer(at * SLAB + row, score);
        }
      }
    },
  };
}

/** Four sums: one alone would wait for itself at every step. In single precision at the end, as the real server scores. */
function dot(query: Float32Array, slab: Float32Array, from: number): number {
  const length = query.length;
  const even = length - (length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = 0, there = from; at < even; at += 4, there += 4) {
    a += (query[at] as number) * (slab[there] as number);
    b += (query[at + 1] as number) * (slab[there + 1] as number);
    c += (query[at + 2] as number) * (slab[there + 2] as number);
    d += (query[at + 3] as number) * (slab[there + 3] as number);
  }
  for (let at = even; at < length; at += 1) a += (query[at] as number) * (slab[from + at] as number);
  return Math.fround(a + b + c + d);
}

/** Length 1, as the real server stores what is compared by cosine; zeros stay as they are. */
export function normalised(vector: readonly number[]): Float32Array {
  const copy = new Float32Array(vector.length);
  copy.set(vector);
  let sum = 0;
  for (let at = 0; at < copy.length; at += 1) sum += (copy[at] as number) * (copy[at] as number);
  // What has length 1 already is kept bit by bit.
  if (sum === 0 || Math.abs(sum - 1) < 1e-6) return copy;
  const length = Math.sqrt(sum);
  for (let at = 0; at < copy.length; at += 1) copy[at] = (copy[at] as number) / length;
  return copy;
}
