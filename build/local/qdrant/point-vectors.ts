/** Vectors as requests have them, checked against the collection, and as answers have them. */
import type { Collection } from "./collection.ts";
import type { CollectionConfig } from "./collection-config.ts";
import { normalised } from "./dense.ts";
import { unsupported, wrongInput } from "./errors.ts";
import { type Sparse, sparseOf } from "./sparse.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `vector`: a valid VectorStruct. Throws QdrantError with the real server's words. */
export function vectorsOfPoint(
  vector: unknown,
  config: CollectionConfig,
): { dense: Map<string, Float32Array>; sparse: Map<string, Sparse> } {
  const named = Array.isArray(vector) ? { "": vector } : (vector as Fields);
  const dense = new Map<string, Float32Array>();
  const sparse = new Map<string, Sparse>();
  for (const [name, value] of Object.entries(named)) {
    if (name in config.dense) dense.set(name, denseValue(name, value, config));
    else if (name in config.sparse) sparse.set(name, sparseValue(name, value));
    else throw wrongInput(`Not existing vector name error: ${name}`);
  }
  return { dense, sparse };
}

export function denseValue(name: string, value: unknown, config: CollectionConfig): Float32Array {
  const params = config.dense[name];
  if (params === undefined) throw wrongInput(`Not existing vector name error: ${name}`);
  if (!isNumbers(value)) {
    const given = Array.isArray(value) ? "a multivector" : "not a list of numbers";
    throw wrongInput(`Conversion between multi and regular vectors failed: vector ${name} is ${given}`);
  }
  if (value.length !== params.size) {
    throw wrongInput(`Vector dimension error: expected dim: ${params.size}, got ${value.length}`);
  }
  return params.distance === "Cosine" ? normalised(value) : Float32Array.from(value);
}

export function sparseValue(name: string, value: unknown): Sparse {
  const { indices, values, ...others } = (value ?? {}) as { indices?: number[]; values?: number[] };
  if (!isNumbers(indices) || !isNumbers(values)) {
    throw wrongInput(`Conversion between sparse and regular vectors failed: vector ${name} needs indices and values`);
  }
  if (Object.keys(others).length > 0) throw unsupported(`${Object.keys(others).join(", ")} in a vector`);
  return sparseOf({ indices, values });
}

/** `wanted`: a WithVector. Undefined when none is asked for. */
export function vectorsOut(collection: Collection, slot: number, wanted: unknown): unknown {
  if (wanted == null || wanted === false) return undefined;
  const names = Array.isArray(wanted) ? wanted.map(String) : undefined;
  const out: Record<string, unknown> = {};
  for (const [name, vectors] of collection.dense) {
    if (names !== undefined && !names.includes(name)) continue;
    if (vectors.has(slot)) out[name] = Array.from(vectors.get(slot));
  }
  const sparse = collection.sparse.size === 0 ? [] : collection.table.sparse(slot);
  for (const [name, { indices, values }] of sparse) {
    if (names !== undefined && !names.includes(name)) continue;
    out[name] = { indices: Array.from(indices), values: Array.from(values) };
  }
  // A collection with one vector without a name answers it bare.
  return "" in out && Object.keys(out).length === 1 ? out[""] : out;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === "number");
}
