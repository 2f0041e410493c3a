/** A small neural network on sparse rows: one hidden layer of rectified units with dropout, AdaGrad, L2. */
import { EXPERTS } from "../../domain/improvement.ts";
import type { Dataset } from "./dataset.ts";
import { featureCount } from "./features.ts";
import type { FitOptions, Head, Matrix, Scorer } from "./head.ts";
import { softmaxInto } from "./head.ts";
import { seeded, shuffle } from "./random.ts";
import { errorsFor, scratchFor } from "./softmax.ts";

const CLASSES = EXPERTS.length;
export const MLP = {
  bits: 13,
  hidden: 32,
  epochs: 8,
  step: 0.05,
  decay: 1e-4,
  smoothing: 0.05,
  leftOut: 0.2,
  dropout: 0.3,
};

export async function fitMlp(data: Dataset, { seed, among, pause }: FitOptions): Promise<Head> {
  const random = seeded(seed);
  const { hidden } = MLP;
  const first = drawn(featureCount(data.bits), hidden, 0.1, random);
  const second = drawn(hidden + 1, CLASSES, Math.sqrt(2 / hidden), random);
  const [w1, w2] = [first.values, second.values];
  const squares1 = new Float32Array(w1.length).fill(1e-3);
  const squares2 = new Float32Array(w2.length).fill(1e-3);
  const units = new Float64Array(hidden);
  const back = new Float64Array(hidden);
  const order = among.slice();
  const scratch = scratchFor(data, MLP.leftOut);
  const { indices, values, error } = scratch;
  for (let epoch = 0; epoch < MLP.epochs; epoch += 1) {
    shuffle(order, random);
    for (const row of order) {
      const count = scratch.take(row, random);
      hiddenInto(units, w1, indices, values, 0, count);
      for (let h = 0; h < hidden; h += 1) {
        units[h] = random() < MLP.dropout ? 0 : Math.max(0, units[h] ?? 0) / (1 - MLP.dropout);
      }
      outputInto(error, units, w2);
      softmaxInto(error);
      const counts = data.weights[row] ?? 0;
      errorsFor(error, data.labels[row] ?? 0, MLP.smoothing, counts);
      backThrough(back, units, error, w2);
      learnOutput(units, error, w2, squares2, counts);
      for (let at = 0; at < count; at += 1) {
        const from = (indices[at] ?? 0) * hidden;
        const value = values[at] ?? 0;
        for (let h = 0; h < hidden; h += 1) {
          const slope = back[h] ?? 0;
          if (slope !== 0) step(w1, squares1, from + h, slope * value, counts);
        }
      }
    }
    await pause();
  }
  return { kind: "mlp", bits: data.bits, layers: [first, second] };
}

/** `counts`: what the row counts; what it does not, it does not wear off either. */
function step(weights: Float32Array, squares: Float32Array, at: number, slope: number, counts: number): void {
  const weight = weights[at] ?? 0;
  const gradient = slope + MLP.decay * counts * weight;
  const square = (squares[at] ?? 0) + gradient * gradient;
  squares[at] = square;
  weights[at] = weight - (MLP.step * gradient) / Math.sqrt(square);
}

function drawn(rows: number, columns: number, spread: number, random: () => number): Matrix {
  return { rows, columns, values: Float32Array.from({ length: rows * columns }, () => (random() * 2 - 1) * spread) };
}

function hiddenInto(
  units: Float64Array,
  weights: Float32Array,
  indices: Int32Array,
  values: Float32Array,
  from: number,
  to: number,
): void {
  const size = units.length;
  units.fill(0);
  for (let at = from; at < to; at += 1) {
    const start = (indices[at] ?? 0) * size;
    const value = values[at] ?? 0;
    for (let h = 0; h < size; h += 1) units[h] = (units[h] ?? 0) + value * (weights[start + h] ?? 0);
  }
}

/** The last row of `weights` is the bias. */
function outputInto(scores: Float64Array, units: Float64Array, weights: Float32Array): void {
  const bias = units.length * CLASSES;
  for (let c = 0; c < CLASSES; c += 1) scores[c] = weights[bias + c] ?? 0;
  for (let h = 0; h < units.length; h += 1) {
    const unit = units[h] ?? 0;
    if (unit === 0) continue;
    for (let c = 0; c < CLASSES; c += 1) scores[c] = (scores[c] ?? 0) + unit * (weights[h * CLASSES + c] ?? 0);
  }
}

function backThrough(back: Float64Array, units: Float64Array, error: Float64Array, weights: Float32Array): void {
  for (let h = 0; h < back.length; h += 1) {
    let slope = 0;
    // A unit that was dropped or below zero had no part in it.
    if ((units[h] ?? 0) > 0) {
      for (let c = 0; c < CLASSES; c += 1) slope += (error[c] ?? 0) * (weights[h * CLASSES + c] ?? 0);
    }
    back[h] = slope / (1 - MLP.dropout);
  }
}

function learnOutput(
  units: Float64Array,
  error: Float64Array,
  weights: Float32Array,
  squares: Float32Array,
  counts: number,
): void {
  for (let h = 0; h <= units.length; h += 1) {
    const unit = h === units.length ? 1 : (units[h] ?? 0);
    if (unit === 0) continue;
    for (let c = 0; c < CLASSES; c += 1) step(weights, squares, h * CLASSES + c, (error[c] ?? 0) * unit, counts);
  }
}

export function mlpScorer([first, second]: readonly Matrix[]): Scorer {
  if (first === undefined || second === undefined) throw new RangeError("an mlp has two layers");
  const units = new Float64Array(first.columns);
  return (indices, values, from, to, scores) => {
    hiddenInto(units, first.values, indices, values, from, to);
    for (let h = 0; h < units.length; h += 1) units[h] = Math.max(0, units[h] ?? 0);
    outputInto(scores, units, second.values);
  };
}
