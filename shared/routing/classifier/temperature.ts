/** How far scores can be believed: temperature (Guo et al. 2017), calibration error, and the threshold from which to serve. */
import { softmaxInto } from "./head.ts";

/** A row that was judged by a model which had not seen it. */
export interface Judged {
  /** Before softmax. */
  readonly scores: Float64Array;
  readonly label: number;
  readonly weight: number;
}

/** The best answer, what it was given, and whether it was right. */
export interface Bet {
  readonly share: number;
  readonly isRight: boolean;
  readonly weight: number;
}

/** What a share counts at least when its logarithm is taken. */
export const LEAST_SHARE = 1e-12;
const COLDEST = 0.2;
const HOTTEST = 20;
const STEPS = 40;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const BINS = 10;

/** What decisions of the classifier alone have to reach, and how sure it is that they do: one-sided, 90 %. */
export const AIM = 0.9;
const Z = 1.2816;
/** Below this an answer is not even more likely right than wrong. */
const LEAST = 0.5;
/** No share reaches it: the classifier serves nothing. */
export const NEVER = 1;

/**
 * The temperature with the least log loss, by golden section over its logarithm. As in Platt (1999) no row is taken to be
 * more certain than so many rows can tell, so that no wrong answer among them does not mean there will be none. 1 for no rows.
 */
export function temperatureFor(judged: readonly Judged[]): number {
  if (judged.length === 0) return 1;
  const doubt = 1 / (judged.length + 2);
  let low = Math.log(COLDEST);
  let high = Math.log(HOTTEST);
  for (let step = 0; step < STEPS; step += 1) {
    const left = high - GOLDEN * (high - low);
    const right = low + GOLDEN * (high - low);
    if (logLoss(judged, Math.exp(left), doubt) < logLoss(judged, Math.exp(right), doubt)) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}

/** Mean over the weights; `doubt` is what all experts share of every label. */
function logLoss(judged: readonly Judged[], temperature: number, doubt: number): number {
  let loss = 0;
  let weights = 0;
  for (const { scores, label, weight } of judged) {
    const shares = softmaxInto(scores.slice(), temperature);
    shares.forEach((share, i) => {
      const aim = doubt / shares.length + (i === label ? 1 - doubt : 0);
      loss -= weight * aim * Math.log(Math.max(share, LEAST_SHARE));
    });
    weights += weight;
  }
  return weights === 0 ? 0 : loss / weights;
}

/** The highest share of a row and whether it is the label's. */
export function betOf(shares: ArrayLike<number>, label: number, weight: number): Bet {
  let best = 0;
  for (let i = 1; i < shares.length; i += 1) if ((shares[i] ?? 0) > (shares[best] ?? 0)) best = i;
  return { share: shares[best] ?? 0, isRight: best === label, weight };
}

/** Sum over the experts of the squared distance to what was right: 0 is perfect, 2 is surely wrong. */
export function brierOf(shares: ArrayLike<number>, label: number): number {
  let sum = 0;
  for (let i = 0; i < shares.length; i += 1) sum += ((shares[i] ?? 0) - (i === label ? 1 : 0)) ** 2;
  return sum;
}

/** Expected calibration error over ten bins of equal width (Naeini et al. 2015); 0 for no rows. */
export function calibrationError(bets: readonly Bet[]): number {
  const bins = Array.from({ length: BINS }, () => ({ weight: 0, share: 0, right: 0 }));
  let total = 0;
  for (const { share, isRight, weight } of bets) {
    const bin = bins[Math.min(BINS - 1, Math.floor(share * BINS))];
    if (bin === undefined) continue;
    bin.weight += weight;
    bin.share += weight * share;
    bin.right += isRight ? weight : 0;
    total += weight;
  }
  if (total === 0) return 0;
  return bins.reduce((sum, { share, right }) => sum + Math.abs(share - right), 0) / total;
}

/** The largest share of the rows, most certain first, of which at least 90 % are right. */
export function coverageAt90(bets: readonly Bet[]): number {
  let best = 0;
  const total = walk(bets, ({ right, weight }) => {
    if (right / weight >= AIM) best = weight;
  });
  return total === 0 ? 0 : best / total;
}

/**
 * The lowest share from which on answers are right as often as `aim` (0..1) says, by the lower end of the Wilson interval;
 * never under one half. `NEVER` when there is none, or the rows are too few to say so.
 */
export function thresholdFor(bets: readonly Bet[], aim: number = AIM): number {
  let threshold = NEVER;
  walk(bets, ({ right, weight, squares, share }) => {
    // Rows that count more than others are fewer rows than they weigh (Kish 1965).
    const rows = Math.min(weight, weight ** 2 / squares);
    if (share >= LEAST && wilsonLow((right / weight) * rows, rows) >= aim) threshold = share;
  });
  return threshold;
}

interface Seen {
  readonly right: number;
  readonly weight: number;
  readonly squares: number;
  readonly share: number;
}

/** Down from the most certain; `look` is called where the next is less certain. Returns the weight of all. */
function walk(bets: readonly Bet[], look: (seen: Seen) => void): number {
  const sorted = bets.filter((bet) => bet.weight > 0).sort((a, b) => b.share - a.share);
  let right = 0;
  let weight = 0;
  let squares = 0;
  sorted.forEach((bet, i) => {
    weight += bet.weight;
    squares += bet.weight ** 2;
    right += bet.isRight ? bet.weight : 0;
    if (sorted[i + 1]?.share !== bet.share) look({ right, weight, squares, share: bet.share });
  });
  return weight;
}

function wilsonLow(right: number, n: number): number {
  const share = right / n;
  const spread = Z * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return (share + Z ** 2 / (2 * n) - spread) / (1 + Z ** 2 / n);
}
