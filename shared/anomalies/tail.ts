/** How rare a score is among those of usual samples: by rank, and beyond the highest tenth by how its tail falls off. */

const TAIL = 0.1;
/** Scores that are all alike still have an end that is not sharp. */
const LEAST_EXCESS = 0.02;
/** Nobody can say of anything that it is rarer: it would take years of samples. */
const MOST_SURPRISE = 8;

export interface Tail {
  /** -log10 of the probability of a score this high or higher; 0 to 8. */
  surprise(score: number): number;
}

/**
 * Beyond the highest tenth the tail is taken to fall off exponentially, by its mean excess: heavier than that of sums of
 * many small things, and no heavier. Throws RangeError for no scores.
 */
export function tailOf(scores: readonly number[]): Tail {
  if (scores.length === 0) throw new RangeError("no scores");
  const sorted = Float64Array.from(scores).sort();
  const from = Math.max(0, Math.min(sorted.length - 1, Math.floor(sorted.length * (1 - TAIL))));
  const edge = sorted[from] ?? 0;
  const excess = sorted.subarray(from).reduce((sum, score) => sum + score - edge, 0);
  // One less than were seen: the rarest of few is not the rarest of all.
  const mean = Math.max(excess / Math.max(1, sorted.length - from - 1), LEAST_EXCESS * Math.max(1, Math.abs(edge)));
  const share = (sorted.length - from + 1) / (sorted.length + 1);
  return {
    surprise(score) {
      if (score > edge) return Math.min(MOST_SURPRISE, -Math.log10(share) + (score - edge) / mean / Math.LN10);
      return -Math.log10((sorted.length - below(sorted, score) + 1) / (sorted.length + 1));
    },
  };
}

/** How many of the sorted are less. */
function below(sorted: Float64Array, score: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const half = (low + high) >> 1;
    if ((sorted[half] ?? 0) < score) low = half + 1;
    else high = half;
  }
  return low;
}
