/** Medians and ninetieth percentiles of minutes, tokens and dollars: of changes like this one, with help of all others. */
import type { ForecastRow } from "./rows.ts";

export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
}

/** An amount that was measured of a past change. */
export interface Measured extends Pick<ForecastRow, "expert" | "kind"> {
  readonly value: number;
}

export const SHARES = [0.5, 0.9] as const;

/** How many outcomes those of the same expert, and those of everybody else, count for together. */
const HELP = 8;

/**
 * Quantiles of the weighted sample: outcomes of the same expert and kind count whole, all others together for a few, so
 * that a kind with little of its own is told by the rest and one with enough speaks for itself. Throws RangeError for no rows.
 */
export function poolOf(rows: readonly Measured[]): (of: Pick<ForecastRow, "expert" | "kind">) => Quantiles {
  const sorted = [...rows].sort((a, b) => a.value - b.value);
  const known = new Map<string, Quantiles>();
  return ({ expert, kind }) => {
    const key = JSON.stringify([expert, kind]);
    const quantiles = known.get(key) ?? quantilesOf(sorted, expert, kind);
    known.set(key, quantiles);
    return quantiles;
  };
}

function quantilesOf(sorted: readonly Measured[], expert: string, kind: string): Quantiles {
  const levels = sorted.map((row) => (row.expert !== expert ? 2 : row.kind !== kind ? 1 : 0));
  const counts = [0, 0, 0];
  for (const level of levels) counts[level] = (counts[level] ?? 0) + 1;
  const weights = counts.map((count, level) => (level === 0 ? 1 : Math.min(1, HELP / Math.max(1, count))));
  const weighted = sorted.map(({ value }, i) => ({ value, weight: weights[levels[i] ?? 2] ?? 0 }));
  return { p50: weightedQuantile(weighted, SHARES[0]), p90: weightedQuantile(weighted, SHARES[1]) };
}

/** Sorted by value. The smallest value at which `share` of the weight is reached, halfway between neighbours. */
export function weightedQuantile(
  sorted: readonly { readonly value: number; readonly weight: number }[],
  share: number,
): number {
  if (sorted.length === 0) throw new RangeError("no rows");
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  let before: { at: number; value: number } | undefined;
  for (const { value, weight } of sorted) {
    // The middle of its weight is where a value stands.
    const at = (below + weight / 2) / total;
    if (at >= share) {
      if (before === undefined) return value;
      return before.value + ((share - before.at) / (at - before.at)) * (value - before.value);
    }
    below += weight;
    before = { at, value };
  }
  return before?.value ?? 0;
}

/** The loss a quantile of that share is the best answer to (Koenker and Bassett 1978), of both quantiles together. */
export function pinballLoss({ p50, p90 }: Quantiles, value: number): number {
  const loss = (predicted: number, share: number): number =>
    value >= predicted ? share * (value - predicted) : (1 - share) * (predicted - value);
  return loss(p50, SHARES[0]) + loss(p90, SHARES[1]);
}
