/**
 * Probabilities as a grid: distributions over it are arrays that sum to 1, and a Beta prior that is drawn around another
 * probability is a matrix. Everything here depends on no data and is made once.
 */
import { logGamma } from "./log-gamma.ts";

const CELLS = 100;

/** Middle of each cell. */
export const PROBABILITIES: Float64Array = Float64Array.from({ length: CELLS }, (_, i) => (i + 0.5) / CELLS);
export const UNIFORM: Float64Array = new Float64Array(CELLS).fill(1 / CELLS);

/** How many outcomes a prior counts for. The larger, the more alike the kinds under it are. */
export const STRENGTHS = [3, 12, 48] as const;

const kernels = new Map<number, Float64Array>();

/** Rows: the parent's probability m; columns: the child's, by Beta(m * strength, (1 - m) * strength). Rows sum to 1. */
export function kernelOf(strength: number): Float64Array {
  const made = kernels.get(strength) ?? makeKernel(strength);
  kernels.set(strength, made);
  return made;
}

/** The parent's distribution as that of a child of whom nothing else is known. */
export function down(parent: Float64Array, strength: number): Float64Array {
  const kernel = kernelOf(strength);
  const child = new Float64Array(CELLS);
  for (let row = 0; row < CELLS; row += 1) {
    const weight = parent[row] ?? 0;
    if (weight < 1e-12) continue;
    for (let column = 0; column < CELLS; column += 1) {
      child[column] = (child[column] ?? 0) + weight * (kernel[row * CELLS + column] ?? 0);
    }
  }
  return child;
}

/** What a child's likelihood says of its parent. */
export function up(child: Float64Array, strength: number): Float64Array {
  const kernel = kernelOf(strength);
  const parent = new Float64Array(CELLS);
  for (let row = 0; row < CELLS; row += 1) {
    let sum = 0;
    for (let column = 0; column < CELLS; column += 1) sum += (kernel[row * CELLS + column] ?? 0) * (child[column] ?? 0);
    parent[row] = sum;
  }
  return parent;
}

/** Probability of `held` of `n` under each probability, over its largest value: logarithms would only be taken again. */
export function likelihood(held: number, n: number): Scaled {
  const logs = PROBABILITIES.map((p) => held * Math.log(p) + (n - held) * Math.log(1 - p));
  return exponentials(logs);
}

/** Values over the largest of them, and its logarithm. */
export interface Scaled {
  readonly values: Float64Array;
  readonly log: number;
}

export function exponentials(logs: Float64Array): Scaled {
  let largest = Number.NEGATIVE_INFINITY;
  for (const log of logs) largest = Math.max(largest, log);
  return { values: logs.map((log) => Math.exp(log - largest)), log: largest };
}

/** Sums to 1 afterwards. Throws RangeError when there is nothing to scale. */
export function normalised(values: Float64Array): Float64Array {
  let sum = 0;
  for (const value of values) sum += value;
  if (!(sum > 0)) throw new RangeError("a distribution without mass");
  return values.map((value) => value / sum);
}

export function meanOf(distribution: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < CELLS; i += 1) sum += (distribution[i] ?? 0) * (PROBABILITIES[i] ?? 0);
  return sum;
}

/** Where `share` of the mass lies below, linear within a cell. */
export function quantileOf(distribution: Float64Array, share: number): number {
  let below = 0;
  for (let i = 0; i < CELLS; i += 1) {
    const mass = distribution[i] ?? 0;
    if (below + mass >= share && mass > 0) return (i + (share - below) / mass) / CELLS;
    below += mass;
  }
  return 1;
}

function makeKernel(strength: number): Float64Array {
  const kernel = new Float64Array(CELLS * CELLS);
  for (let row = 0; row < CELLS; row += 1) {
    const mean = PROBABILITIES[row] ?? 0.5;
    const a = mean * strength;
    const b = strength - a;
    const scale = logGamma(strength) - logGamma(a) - logGamma(b);
    const logs = PROBABILITIES.map((p) => scale + (a - 1) * Math.log(p) + (b - 1) * Math.log(1 - p));
    kernel.set(normalised(exponentials(logs).values), row * CELLS);
  }
  return kernel;
}
