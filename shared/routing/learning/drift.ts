/** Whether a model can still be believed: its confidence against what turned out, beyond what few rows would show by chance. */
import { seeded } from "../classifier/random.ts";
import { eceOf, type Scored } from "./measures.ts";

/** Fewer rows say nothing of ten bins. */
export const LEAST_FOR_DRIFT = 50;
/** Calibration error that is surely exceeded when it has drifted. */
export const DRIFT = 0.1;
const DRAWS = 400;
const UPPER = 0.975;

/**
 * Calibration error and its lower 95 % bound. The estimate is too high for few rows, and that of a bootstrap sample is too
 * high again by as much: the basic bootstrap (Davison and Hinkley 1997) takes that off. The same rows give the same bound.
 */
export function calibrationBound(scores: readonly Pick<Scored, "confidence" | "right">[]): {
  readonly ece: number;
  readonly low: number;
} {
  const ece = eceOf(scores);
  if (scores.length === 0) return { ece, low: 0 };
  const random = seeded(scores.length);
  const drawn = Array.from({ length: DRAWS }, () => {
    const sample = scores.map(() => scores[Math.floor(random() * scores.length)] as Scored);
    return eceOf(sample);
  }).sort((a, b) => a - b);
  const high = drawn[Math.ceil(UPPER * DRAWS) - 1] ?? ece;
  return { ece, low: Math.max(0, 2 * ece - high) };
}

export function hasDrifted(scores: readonly Pick<Scored, "confidence" | "right">[]): boolean {
  return scores.length >= LEAST_FOR_DRIFT && calibrationBound(scores).low > DRIFT;
}
