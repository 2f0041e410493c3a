/** The two regressions: logistic for whether a change holds, log-linear for how much of something it takes. */
import { vectorsOf } from "./features.ts";
import { cholesky, dot, forward, gram, solved } from "./linear.ts";
import type { Holds } from "./posterior.ts";
import { type Quantiles, SHARES, weightedQuantile } from "./quantiles.ts";
import type { Circumstances } from "./rows.ts";

/** Ridge penalty on everything but the constant. */
const PENALTY = 2;
const MOST_STEPS = 12;
const CLOSE_ENOUGH = 1e-6;
const Z = 1.959964;

export type HoldsOf = (circumstances: Circumstances) => Holds;
export type QuantilesOf = (circumstances: Circumstances) => Quantiles;

/** By iteratively reweighted least squares; the interval is Laplace's approximation. Throws RangeError for no rows. */
export function fitLogistic(rows: readonly (Circumstances & { readonly held: boolean })[]): HoldsOf {
  const vectors = vectorsOf(rows);
  const inputs = rows.map((row) => vectors.of(row));
  const penalty = penalties(vectors.names.length);
  const coefficients = new Float64Array(penalty.length);
  let lower = cholesky(gram(inputs, penalty));
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const predicted = inputs.map((input) => logistic(dot(coefficients, input)));
    // A weight of nothing would let the system fall apart where all is certain.
    const weights = Float64Array.from(predicted, (p) => Math.max(1e-5, p * (1 - p)));
    const gradient = coefficients.map((value, i) => -(penalty[i] ?? 0) * value);
    for (const [at, input] of inputs.entries()) {
      const error = (rows[at]?.held === true ? 1 : 0) - (predicted[at] ?? 0);
      for (let i = 0; i < gradient.length; i += 1) gradient[i] = (gradient[i] ?? 0) + error * (input[i] ?? 0);
    }
    lower = cholesky(gram(inputs, penalty, weights));
    const change = solved(lower, gradient);
    for (const [i, by] of change.entries()) coefficients[i] = (coefficients[i] ?? 0) + Math.max(-3, Math.min(3, by));
    if (change.every((by) => Math.abs(by) < CLOSE_ENOUGH)) break;
  }
  return (circumstances) => {
    const input = vectors.of(circumstances);
    const centre = dot(coefficients, input);
    const spread = Z * Math.hypot(...forward(lower, input));
    return { probability: logistic(centre), low: logistic(centre - spread), high: logistic(centre + spread) };
  };
}

/** Ridge regression of log(1 + value); the quantiles of what it leaves over say how far off it is. */
export function fitAmount(rows: readonly (Circumstances & { readonly value: number })[]): QuantilesOf {
  const vectors = vectorsOf(rows);
  const inputs = rows.map((row) => vectors.of(row));
  const penalty = penalties(vectors.names.length);
  const wanted = rows.map(({ value }) => Math.log1p(value));
  const right = new Float64Array(penalty.length);
  for (const [at, input] of inputs.entries()) {
    for (let i = 0; i < right.length; i += 1) right[i] = (right[i] ?? 0) + (wanted[at] ?? 0) * (input[i] ?? 0);
  }
  const lower = cholesky(gram(inputs, penalty));
  const coefficients = solved(lower, right);
  const left = inputs
    .map((input, at) => {
      // What would be left over had this row not been seen: rows that pull hard look closer than they are.
      const leverage = Math.min(
        0.9,
        forward(lower, input).reduce((sum, part) => sum + part * part, 0),
      );
      return { value: ((wanted[at] ?? 0) - dot(coefficients, input)) / (1 - leverage), weight: 1 };
    })
    .sort((a, b) => a.value - b.value);
  const offsets = SHARES.map((share) => weightedQuantile(left, share));
  return (circumstances) => {
    const centre = dot(coefficients, vectors.of(circumstances));
    const [p50, p90] = offsets.map((offset) => Math.max(0, Math.expm1(Math.min(30, centre + offset))));
    return { p50: p50 ?? 0, p90: p90 ?? 0 };
  };
}

function penalties(size: number): Float64Array {
  const all = new Float64Array(size).fill(PENALTY);
  // A little, so that the system stays solvable.
  all[0] = 1e-6;
  return all;
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-Math.max(-30, Math.min(30, x))));
}
