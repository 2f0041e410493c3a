/** Seven decimals are what single precision holds of a vector of length 1; more would only be sent. */
export function numbersOf(vector: Float32Array): number[] {
  return Array.from(vector, (value) => Math.round(value * 1e7) / 1e7);
}
