/** What a share of few samples is worth: https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval */

/** Of 95 %, two-sided. */
const Z = 1.959_963_984_540_054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Both within 0..1; of no samples nothing is known. Throws RangeError unless 0 <= successes <= samples. */
export function wilson(successes: number, samples: number): Interval {
  if (!(successes >= 0 && successes <= samples)) throw new RangeError(`${successes} of ${samples}`);
  if (samples === 0) return { low: 0, high: 1 };
  const share = successes / samples;
  const spread = Z ** 2 / samples;
  const middle = share + spread / 2;
  const reach = Z * Math.sqrt((share * (1 - share)) / samples + spread / (4 * samples));
  return {
    low: Math.max(0, (middle - reach) / (1 + spread)),
    high: Math.min(1, (middle + reach) / (1 + spread)),
  };
}
