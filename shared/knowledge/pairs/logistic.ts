/** Logistic regression, small enough to read: full-batch gradient descent, so the same rows give the same weights. */

export interface Logistic {
  readonly bias: number;
  /** One per feature. */
  readonly weights: readonly number[];
}

export interface Row {
  readonly features: readonly number[];
  readonly isTrue: boolean;
}

const ROUNDS = 4_000;
const STEP = 0.5;

export function logit({ bias, weights }: Logistic, features: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * (features[i] ?? 0), bias);
}

/** 0..1 */
export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/**
 * Weights with the least regularised log loss. `decay` is the L2 penalty per row; the bias pays none. `signs`: features
 * whose weight may only be positive (1) or negative (-1).
 */
export function fitLogistic(rows: readonly Row[], decay: number, signs: readonly number[] = []): Logistic {
  const size = rows[0]?.features.length ?? 0;
  const weights = new Float64Array(size);
  let bias = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const gradient = new Float64Array(size);
    let ofBias = 0;
    for (const { features, isTrue } of rows) {
      let value = bias;
      for (let i = 0; i < size; i += 1) value += (weights[i] ?? 0) * (features[i] ?? 0);
      const error = sigmoid(value) - Number(isTrue);
      ofBias += error;
      for (let i = 0; i < size; i += 1) gradient[i] = (gradient[i] ?? 0) + error * (features[i] ?? 0);
    }
    bias -= (STEP * ofBias) / rows.length;
    for (let i = 0; i < size; i += 1) {
      const weight = weights[i] ?? 0;
      const moved = weight - STEP * ((gradient[i] ?? 0) / rows.length + decay * weight);
      weights[i] = moved * (signs[i] ?? 0) < 0 ? 0 : moved;
    }
  }
  return { bias: rounded(bias), weights: [...weights].map(rounded) };
}

/** Platt scaling: what a logit of rows the model has not seen is worth as a probability. */
export function calibrate(seen: readonly { readonly logit: number; readonly isTrue: boolean }[]): Logistic {
  return fitLogistic(
    seen.map(({ logit: value, isTrue }) => ({ features: [value], isTrue })),
    0,
  );
}

/** What is committed does not depend on the last bits of a floating-point unit. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}
