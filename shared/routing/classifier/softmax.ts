/** Multinomial logistic regression on sparse rows: AdaGrad (Duchi et al. 2011), L2, label smoothing, features left out at random. */
import { EXPERTS } from "../../domain/improvement.ts";
import type { Dataset } from "./dataset.ts";
import { featureCount, isHidden } from "./features.ts";
import { type FitOptions, type Head, type Matrix, type Scorer, softmaxInto } from "./head.ts";
import { seeded, shuffle } from "./random.ts";

const CLASSES = EXPERTS.length;
export const SOFTMAX = { bits: 16, epochs: 8, step: 0.3, decay: 1e-3, smoothing: 0.05, leftOut: 0.2, runs: 2 };

/** The mean of `runs` fits in other orders: with a linear head the mean of the weights is the mean of the scores. */
export async function fitSoftmax(data: Dataset, options: FitOptions): Promise<Head> {
  const size = featureCount(data.bits) * CLASSES;
  const mean = new Float32Array(size);
  for (let run = 0; run < SOFTMAX.runs; run += 1) {
    const weights = await fitOnce(data, { ...options, seed: options.seed + run });
    for (let i = 0; i < size; i += 1) mean[i] = (mean[i] ?? 0) + (weights[i] ?? 0) / SOFTMAX.runs;
  }
  return {
    kind: "softmax",
    bits: data.bits,
    layers: [{ rows: featureCount(data.bits), columns: CLASSES, values: mean }],
  };
}

async function fitOnce(data: Dataset, { seed, among, pause }: FitOptions): Promise<Float32Array> {
  const random = seeded(seed);
  const size = featureCount(data.bits) * CLASSES;
  const weights = new Float32Array(size);
  const squares = new Float32Array(size).fill(1e-2);
  const scorer = linearScorer({ rows: size / CLASSES, columns: CLASSES, values: weights });
  const order = among.slice();
  const scratch = scratchFor(data);
  for (let epoch = 0; epoch < SOFTMAX.epochs; epoch += 1) {
    shuffle(order, random);
    for (const row of order) {
      const count = scratch.take(row, random);
      const error = scratch.error;
      error.fill(0);
      scorer(scratch.indices, scratch.values, 0, count, error);
      softmaxInto(error);
      const counts = data.weights[row] ?? 0;
      errorsFor(error, data.labels[row] ?? 0, SOFTMAX.smoothing, counts);
      const decay = SOFTMAX.decay * counts;
      for (let at = 0; at < count; at += 1) {
        const from = (scratch.indices[at] ?? 0) * CLASSES;
        const value = scratch.values[at] ?? 0;
        for (let c = 0; c < CLASSES; c += 1) {
          const weight = weights[from + c] ?? 0;
          const gradient = (error[c] ?? 0) * value + decay * weight;
          const square = (squares[from + c] ?? 0) + gradient * gradient;
          squares[from + c] = square;
          weights[from + c] = weight - (SOFTMAX.step * gradient) / Math.sqrt(square);
        }
      }
    }
    await pause();
  }
  return weights;
}

/** Turns shares into what each was too much, times the row's weight. */
export function errorsFor(shares: Float64Array, label: number, smoothing: number, weight: number): void {
  for (let c = 0; c < CLASSES; c += 1) {
    const aim = smoothing / CLASSES + (c === label ? 1 - smoothing : 0);
    shares[c] = ((shares[c] ?? 0) - aim) * weight;
  }
}

/** How often a row has to do without its claim, and without what the keyword tier says. */
const WITHOUT = { category: 0.5, keywords: 0.25 } as const;

/**
 * Room for one row with some of its features left out, others at every visit: the rest has to do, as with words nobody has
 * seen. Of the hashed ones each by itself, the claim and the keywords' shares as a whole.
 */
export function scratchFor(data: Dataset, leftOut: number = SOFTMAX.leftOut) {
  let longest = 0;
  for (let row = 0; row + 1 < data.starts.length; row += 1) {
    longest = Math.max(longest, (data.starts[row + 1] ?? 0) - (data.starts[row] ?? 0));
  }
  const indices = new Int32Array(longest);
  const values = new Float32Array(longest);
  const hashed = 2 ** data.bits;
  function take(row: number, random: () => number): number {
    let count = 0;
    const blind = { category: random() < WITHOUT.category, keywords: random() < WITHOUT.keywords };
    const to = data.starts[row + 1] ?? 0;
    for (let at = data.starts[row] ?? 0; at < to; at += 1) {
      const index = data.indices[at] ?? 0;
      const isHashed = index < hashed;
      if (isHashed ? random() < leftOut : isHidden(index, data.bits, blind)) continue;
      indices[count] = index;
      values[count] = (data.values[at] ?? 0) / (isHashed ? 1 - leftOut : 1);
      count += 1;
    }
    return count;
  }
  return { indices, values, error: new Float64Array(CLASSES), take };
}

export function linearScorer({ columns, values: weights }: Matrix): Scorer {
  return (indices, values, from, to, scores) => {
    for (let at = from; at < to; at += 1) {
      const start = (indices[at] ?? 0) * columns;
      const value = values[at] ?? 0;
      for (let c = 0; c < columns; c += 1) scores[c] = (scores[c] ?? 0) + value * (weights[start + c] ?? 0);
    }
  };
}
