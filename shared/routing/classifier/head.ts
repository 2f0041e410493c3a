/** What turns features into a score per expert. Two kinds are trained on the same rows; the better one serves. */
import type { Dataset } from "./dataset.ts";
import type { SparseVector } from "./features.ts";

export const KINDS = ["softmax", "mlp"] as const;
export type Kind = (typeof KINDS)[number];

/** A matrix, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** All that is learned. Softmax: one matrix of features by experts; mlp: features by hidden, hidden (and bias) by experts. */
export interface Head {
  readonly kind: Kind;
  readonly bits: number;
  readonly layers: readonly Matrix[];
}

/** Writes the scores (before softmax) of the features `from` to before `to` into `scores`. */
export type Scorer = (
  indices: Int32Array,
  values: Float32Array,
  from: number,
  to: number,
  scores: Float64Array,
) => void;

export interface FitOptions {
  readonly seed: number;
  /** Which sparse rows to learn from. */
  readonly among: Int32Array;
  /** Called between rounds; throws to give up. */
  readonly pause: () => Promise<void>;
}

export type Fit = (data: Dataset, options: FitOptions) => Promise<Head>;

/** Scores of one vector. */
export function scoresOf(scorer: Scorer, { indices, values }: SparseVector, classes: number): Float64Array {
  const scores = new Float64Array(classes);
  scorer(indices, values, 0, indices.length, scores);
  return scores;
}

/** Shares that sum to 1, in place; `temperature` over 1 makes them more alike. */
export function softmaxInto(scores: Float64Array, temperature = 1): Float64Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > highest) highest = score;
  let total = 0;
  for (let i = 0; i < scores.length; i += 1) {
    const share = Math.exp(((scores[i] ?? 0) - highest) / temperature);
    scores[i] = share;
    total += share;
  }
  for (let i = 0; i < scores.length; i += 1) scores[i] = (scores[i] ?? 0) / total;
  return scores;
}
