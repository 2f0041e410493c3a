/**
 * A small dense autoencoder: it learns to write down a usual sample in a few numbers and to read it back, and is bad at
 * what is not usual. Two hidden layers of tanh around a narrow one, Adam, minibatches; typed arrays, seeded.
 */
import type { Breathe } from "./breather.ts";

export interface Autoencoder {
  /** Mean squared error of what it reads back. */
  score(vector: Float64Array): number;
}

const EPOCHS = 10;
const BATCH = 16;
const RATE = 0.01;
/** Beyond this an input teaches nothing but to be large. */
const LARGEST = 4;
const BETA = [0.9, 0.999] as const;

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly isTanh: boolean;
  /** Outputs by inputs, then one bias per output; likewise gradients and Adam's moments. */
  readonly weights: Float64Array;
  readonly gradients: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** `breathe` is awaited between batches. */
export async function trainAutoencoder(
  vectors: readonly Float64Array[],
  seed: number,
  breathe: Breathe,
): Promise<Autoencoder> {
  const features = vectors[0]?.length ?? 0;
  const random = seeded(seed);
  const layers = layersFor(features, random);
  const inputs = vectors.map(limited);
  const order = inputs.map((_, i) => i);
  let step = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    shuffle(order, random);
    for (let from = 0; from < order.length; from += BATCH) {
      const batch = order.slice(from, from + BATCH);
      for (const layer of layers) layer.gradients.fill(0);
      for (const at of batch) learn(layers, inputs[at] as Float64Array);
      step += 1;
      for (const layer of layers) adam(layer, batch.length, step, RATE / (1 + epoch / 8));
      const pause = breathe();
      if (pause !== undefined) await pause;
    }
  }
  return {
    score(vector) {
      // What is beyond the limit is an error by itself: the net may have learned to read the limit back.
      const read = outputsOf(layers, limited(vector)).at(-1) ?? vector;
      let sum = 0;
      for (let i = 0; i < vector.length; i += 1) sum += ((vector[i] ?? 0) - (read[i] ?? 0)) ** 2;
      return sum / Math.max(1, vector.length);
    },
  };
}

function layersFor(features: number, random: () => number): Layer[] {
  const wide = Math.min(24, Math.max(4, Math.ceil(features / 2)));
  const narrow = Math.max(1, Math.min(6, Math.ceil(features / 5)));
  const sizes = [features, wide, narrow, wide, features];
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i] ?? 0;
    const size = outputs * (inputs + 1);
    const reach = Math.sqrt(6 / (inputs + outputs));
    const weights = new Float64Array(size);
    for (let at = 0; at < outputs * inputs; at += 1) weights[at] = (random() * 2 - 1) * reach;
    const zeros = (): Float64Array => new Float64Array(size);
    const isTanh = i < sizes.length - 2;
    return { inputs, outputs, isTanh, weights, gradients: zeros(), first: zeros(), second: zeros() };
  });
}

/** The input, then what each layer makes of it. */
function outputsOf(layers: readonly Layer[], input: Float64Array): Float64Array[] {
  const all = [input];
  for (const { inputs, outputs, isTanh, weights } of layers) {
    const before = all.at(-1) ?? input;
    const values = new Float64Array(outputs);
    for (let to = 0; to < outputs; to += 1) {
      let sum = weights[outputs * inputs + to] ?? 0;
      const row = to * inputs;
      for (let from = 0; from < inputs; from += 1) sum += (weights[row + from] ?? 0) * (before[from] ?? 0);
      values[to] = isTanh ? Math.tanh(sum) : sum;
    }
    all.push(values);
  }
  return all;
}

/** Adds the gradients of one sample, by backpropagation. */
function learn(layers: readonly Layer[], input: Float64Array): void {
  const all = outputsOf(layers, input);
  const read = all.at(-1) ?? input;
  let errors = read.map((value, i) => (2 * (value - (input[i] ?? 0))) / input.length);
  for (let at = layers.length - 1; at >= 0; at -= 1) {
    const { inputs, outputs, isTanh, weights, gradients } = layers[at] as Layer;
    const before = all[at] ?? input;
    const made = all[at + 1] ?? input;
    const back = new Float64Array(inputs);
    for (let to = 0; to < outputs; to += 1) {
      const error = (errors[to] ?? 0) * (isTanh ? 1 - (made[to] ?? 0) ** 2 : 1);
      if (error === 0) continue;
      const row = to * inputs;
      gradients[outputs * inputs + to] = (gradients[outputs * inputs + to] ?? 0) + error;
      for (let from = 0; from < inputs; from += 1) {
        gradients[row + from] = (gradients[row + from] ?? 0) + error * (before[from] ?? 0);
        back[from] = (back[from] ?? 0) + error * (weights[row + from] ?? 0);
      }
    }
    errors = back;
  }
}

function adam({ weights, gradients, first, second }: Layer, batch: number, step: number, rate: number): void {
  const scales = [1 - BETA[0] ** step, 1 - BETA[1] ** step] as const;
  for (let i = 0; i < weights.length; i += 1) {
    const gradient = (gradients[i] ?? 0) / batch;
    const mean = BETA[0] * (first[i] ?? 0) + (1 - BETA[0]) * gradient;
    const square = BETA[1] * (second[i] ?? 0) + (1 - BETA[1]) * gradient ** 2;
    first[i] = mean;
    second[i] = square;
    weights[i] = (weights[i] ?? 0) - (rate * (mean / scales[0])) / (Math.sqrt(square / scales[1]) + 1e-8);
  }
}

function limited(vector: Float64Array): Float64Array {
  return vector.map((value) => Math.max(-LARGEST, Math.min(LARGEST, value)));
}

function shuffle(order: number[], random: () => number): void {
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
}

/** 0 (inclusive) to 1 (exclusive): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
