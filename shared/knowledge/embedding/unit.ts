/** Vectors of length 1. */

/** The same direction with length 1; undefined for one that has none. */
export function unit(vector: Float64Array | Float32Array): Float32Array | undefined {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  return length > 0 && Number.isFinite(length) ? Float32Array.from(vector, (value) => value / length) : undefined;
}
