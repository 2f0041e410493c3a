/** Histograms of the router as the counters keep them: one count per bucket, not cumulative. */

/** Upper bounds of `route_ms:<tier>:<le>`, in milliseconds. */
export const TIME_BOUNDS = [1, 5, 10, 50, 100, 500, 2_000, 10_000] as const;
/** Upper bounds of `route_complexity:<le>`. */
export const COMPLEXITY_BOUNDS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100] as const;

export interface Histogram {
  readonly bounds: readonly number[];
  /** One more than bounds: the last is of what is over all of them. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly n: number;
}

type Count = (field: string) => number;

/** `field`: the counters' name before the bound; `sum`: in the unit of the bounds. */
export function histogramOf(count: Count, field: string, bounds: readonly number[], sum: number): Histogram {
  const counts = [...bounds.map(String), "inf"].map((le) => count(`${field}:${le}`));
  return { bounds, counts, sum, n: counts.reduce((all, one) => all + one, 0) };
}

/** Time a tier takes to vote, in milliseconds; its sum is counted in thousandths. */
export function tierTimes(count: Count, tier: string): Histogram {
  return histogramOf(count, `route_ms:${tier}`, TIME_BOUNDS, count(`route_ms_sum:${tier}`) / 1_000);
}

export function complexityScores(count: Count): Histogram {
  return histogramOf(count, "route_complexity", COMPLEXITY_BOUNDS, count("route_complexity_sum"));
}

/**
 * The value under which a share `q` (0..1) lies, even within its bucket, as Prometheus reckons; what is over the last bound
 * counts as that bound. Null when nothing was counted.
 */
export function quantile({ bounds, counts, n }: Histogram, q: number): number | null {
  if (n === 0) return null;
  const rank = q * n;
  let below = 0;
  for (const [i, bound] of bounds.entries()) {
    const here = counts[i] ?? 0;
    if (here > 0 && below + here >= rank) {
      const from = i === 0 ? 0 : (bounds[i - 1] ?? 0);
      return from + (bound - from) * Math.max(0, (rank - below) / here);
    }
    below += here;
  }
  return bounds.at(-1) ?? null;
}
