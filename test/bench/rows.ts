/** What the benchmark prints: one row per figure, with the peer it was measured against in the same run. */
export interface Row {
  readonly name: string;
  /** Of repeated measurements the median, for answers of the API the 95th percentile. */
  readonly value: number;
  readonly unit: string;
  readonly peer?: string;
  /** value / peer's value. */
  readonly ratio?: number;
  /** Where `value` is a 95th percentile: the median of the same measurements. */
  readonly median?: number;
  readonly spread?: Spread;
}

/** How far repeated measurements lie apart: the middle half of them is between the quartiles. */
export interface Spread {
  readonly rounds: number;
  readonly lower: number;
  readonly upper: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { rounds: values.length, lower: percentile(values, 0.25), upper: percentile(values, 0.75) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** The smallest value that at least `share` (0..1) of the values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
