/** How sure a figure is: 95 % intervals of shares and of means, the same for the same seed. */

export interface Interval {
  readonly value: number;
  readonly n: number;
  readonly low: number;
  readonly high: number;
}

/** 97.5 % point of the normal distribution. */
const Z = 1.959964;
const RESAMPLES = 2_000;

/** A share and its Wilson score interval (Wilson 1927), which stays within 0..1 for few rows and extreme shares. */
export function wilson(successes: number, n: number): Interval {
  if (!(Number.isInteger(n) && n > 0 && successes >= 0 && successes <= n)) {
    throw new RangeError(`no share: ${successes} of ${n}`);
  }
  const share = successes / n;
  const scale = 1 + Z ** 2 / n;
  const middle = (share + Z ** 2 / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return { value: share, n, low: successes === 0 ? 0 : middle - half, high: successes === n ? 1 : middle + half };
}

/** A figure over rows and its percentile bootstrap interval; `figure` is the mean unless given. Throws for no rows. */
export function bootstrap(
  rows: readonly number[],
  seed: number,
  figure: (rows: readonly number[]) => number = mean,
): Interval {
  if (rows.length === 0) throw new RangeError("no rows");
  const random = generator(seed);
  const figures = Array.from({ length: RESAMPLES }, () =>
    figure(rows.map(() => rows[Math.floor(random() * rows.length)] ?? 0)),
  ).sort((a, b) => a - b);
  const at = (share: number): number => figures[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] ?? 0;
  return { value: figure(rows), n: rows.length, low: at(0.025), high: at(0.975) };
}

export function mean(rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + row, 0) / rows.length;
}

/** Area under the ROC curve: the share of pairs in which the positive has the higher score, ties counted half. */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number {
  if (positives.length === 0 || negatives.length === 0) throw new RangeError("both kinds are needed");
  let wins = 0;
  for (const positive of positives) {
    for (const negative of negatives) wins += positive > negative ? 1 : positive === negative ? 0.5 : 0;
  }
  return wins / (positives.length * negatives.length);
}

/** 0 (inclusive) to 1 (exclusive): mulberry32. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A permutation without a fixed point where there is more than one item, so that every label is wrong. */
export function shuffled<Item>(items: readonly Item[], seed: number): readonly Item[] {
  const random = generator(seed);
  const order = [...items];
  // Sattolo's: one cycle through all.
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * at);
    [order[at], order[other]] = [order[other] as Item, order[at] as Item];
  }
  return order;
}
