/** Shares with their 95 % interval, and how surprising a difference between pairs is. */
import { wilson } from "../neighbours/wilson.ts";

export interface Share {
  /** 0..1; null when nothing was counted. */
  readonly share: number | null;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** With Wilson's score interval. */
export function shareOf(hits: number, n: number): Share {
  return { share: n === 0 ? null : hits / n, ...wilson(hits, n), n };
}

/**
 * McNemar's exact test of paired answers, two-sided: of the pairs where one side only was right, how likely so uneven a split is
 * when neither is better. 1 when there are none.
 */
export function mcNemar(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  if (n === 0) return 1;
  // In logarithms: a thousand pairs are too many for powers of two.
  let log = -n * Math.LN2;
  let tail = Math.exp(log);
  for (let k = 1; k <= fewer; k += 1) {
    log += Math.log((n - k + 1) / k);
    tail += Math.exp(log);
  }
  return Math.min(1, 2 * tail);
}
