/** Vectors of one point as bytes and back. Which names are there is said by a mask, in the order of the configuration. */
import type { Sparse } from "./sparse.ts";

export type DenseOfPoint = ReadonlyMap<string, Float32Array>;
export type SparseOfPoint = ReadonlyMap<string, Sparse>;

export function packDense(names: readonly string[], vectors: DenseOfPoint): Uint8Array {
  const there = names.flatMap((name) => vectors.get(name) ?? []);
  const bytes = new ArrayBuffer(4 + there.reduce((sum, vector) => sum + vector.byteLength, 0));
  new Uint32Array(bytes, 0, 1)[0] = maskOf(names, vectors);
  let at = 4;
  for (const vector of there) {
    new Float32Array(bytes, at, vector.length).set(vector);
    at += vector.byteLength;
  }
  return new Uint8Array(bytes);
}

export function unpackDense(names: readonly string[], sizes: readonly number[], packed: Uint8Array): DenseOfPoint {
  const bytes = aligned(packed);
  const vectors = new Map<string, Float32Array>();
  let at = 4;
  for (const [index, name] of maskedNames(names, bytes)) {
    const size = sizes[index] as number;
    vectors.set(name, new Float32Array(bytes, at, size));
    at += size * 4;
  }
  return vectors;
}

export function packSparse(names: readonly string[], vectors: SparseOfPoint): Uint8Array {
  const there = names.flatMap((name) => vectors.get(name) ?? []);
  const words = there.reduce((sum, { indices }) => sum + 1 + 2 * indices.length, 1);
  const bytes = new ArrayBuffer(words * 4);
  new Uint32Array(bytes, 0, 1)[0] = maskOf(names, vectors);
  let at = 4;
  for (const { indices, values } of there) {
    new Uint32Array(bytes, at, 1)[0] = indices.length;
    new Uint32Array(bytes, at + 4, indices.length).set(indices);
    new Float32Array(bytes, at + 4 + indices.byteLength, values.length).set(values);
    at += 4 + 2 * indices.byteLength;
  }
  return new Uint8Array(bytes);
}

export function unpackSparse(names: readonly string[], packed: Uint8Array): SparseOfPoint {
  const bytes = aligned(packed);
  const vectors = new Map<string, Sparse>();
  let at = 4;
  for (const [, name] of maskedNames(names, bytes)) {
    const length = new Uint32Array(bytes, at, 1)[0] as number;
    const indices = new Uint32Array(bytes, at + 4, length);
    vectors.set(name, { indices, values: new Float32Array(bytes, at + 4 + length * 4, length) });
    at += 4 + 8 * length;
  }
  return vectors;
}

function maskOf(names: readonly string[], vectors: ReadonlyMap<string, unknown>): number {
  return names.reduce((mask, name, index) => (vectors.has(name) ? mask | (1 << index) : mask), 0);
}

function maskedNames(names: readonly string[], bytes: ArrayBuffer): (readonly [number, string])[] {
  const mask = new Uint32Array(bytes, 0, 1)[0] as number;
  return names.flatMap((name, index) => ((mask & (1 << index)) === 0 ? [] : [[index, name] as const]));
}

/** Numbers of four bytes can only be read where an address says so. */
function aligned({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  if (byteOffset === 0 && byteLength === buffer.byteLength) return buffer as ArrayBuffer;
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
