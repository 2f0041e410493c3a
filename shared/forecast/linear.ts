/** Small dense linear algebra for regressions: symmetric positive definite systems by Cholesky's decomposition. */

/** Square, row by row. */
export type Matrix = readonly Float64Array[];

/** X' W X + diag(penalty); `weights` are 1 unless given. */
export function gram(rows: Matrix, penalty: Float64Array, weights?: Float64Array): Float64Array[] {
  const size = penalty.length;
  const sums = Array.from({ length: size }, () => new Float64Array(size));
  for (const [at, row] of rows.entries()) {
    const weight = weights?.[at] ?? 1;
    for (let i = 0; i < size; i += 1) {
      const scaled = (row[i] ?? 0) * weight;
      if (scaled === 0) continue;
      const sum = sums[i] as Float64Array;
      for (let j = 0; j <= i; j += 1) sum[j] = (sum[j] ?? 0) + scaled * (row[j] ?? 0);
    }
  }
  for (let i = 0; i < size; i += 1) {
    for (let j = i + 1; j < size; j += 1) (sums[i] as Float64Array)[j] = sums[j]?.[i] ?? 0;
    (sums[i] as Float64Array)[i] = (sums[i]?.[i] ?? 0) + (penalty[i] ?? 0);
  }
  return sums;
}

/** Lower triangle L with L L' = matrix. Throws RangeError when it is not positive definite. */
export function cholesky(matrix: Matrix): Float64Array[] {
  const lower = matrix.map((row) => new Float64Array(row.length));
  for (const [i, row] of lower.entries()) {
    for (let j = 0; j <= i; j += 1) {
      const other = lower[j] as Float64Array;
      let sum = matrix[i]?.[j] ?? 0;
      for (let k = 0; k < j; k += 1) sum -= (row[k] ?? 0) * (other[k] ?? 0);
      if (i !== j) row[j] = sum / (other[j] ?? 1);
      else if (sum > 0) row[j] = Math.sqrt(sum);
      else throw new RangeError("the matrix is not positive definite");
    }
  }
  return lower;
}

/** z with L z = vector; its squared length is vector' matrix^-1 vector. */
export function forward(lower: Matrix, vector: Float64Array): Float64Array {
  const found = new Float64Array(vector.length);
  for (const [i, row] of lower.entries()) {
    let sum = vector[i] ?? 0;
    for (let k = 0; k < i; k += 1) sum -= (row[k] ?? 0) * (found[k] ?? 0);
    found[i] = sum / (row[i] ?? 1);
  }
  return found;
}

/** x with matrix x = vector, by its decomposition. */
export function solved(lower: Matrix, vector: Float64Array): Float64Array {
  const found = forward(lower, vector);
  for (let i = found.length - 1; i >= 0; i -= 1) {
    let sum = found[i] ?? 0;
    for (let k = i + 1; k < found.length; k += 1) sum -= (lower[k]?.[i] ?? 0) * (found[k] ?? 0);
    found[i] = sum / (lower[i]?.[i] ?? 1);
  }
  return found;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
