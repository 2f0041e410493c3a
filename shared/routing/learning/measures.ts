/** Figures of a classifier on labelled rows, and of two on the same rows. */
import type { Classifier, LabelledRow } from "../../routing-ports.ts";

/** One answer: what it was given, and whether it was right. */
export interface Scored {
  /** Of the best, 0..1. */
  readonly confidence: number;
  readonly right: boolean;
  /** Squared distance of all six shares from the truth, 0..2. */
  readonly brier: number;
  readonly answer: string;
}

const BINS = 10;

export function scoresOf(classifier: Classifier, rows: readonly Pick<LabelledRow, "text" | "label">[]): Scored[] {
  return rows.map(({ text, label }) => {
    const ranked = classifier.predict(text);
    const [best] = ranked;
    const given = ranked.reduce((all, { share }) => all + share * share, 0);
    const ofLabel = ranked.find(({ expert }) => expert === label)?.share ?? 0;
    return {
      confidence: best?.share ?? 0,
      right: best?.expert === label,
      brier: given - ofLabel * ofLabel + (1 - ofLabel) ** 2,
      answer: best?.expert ?? "",
    };
  });
}

export function rightOf(scores: readonly Pick<Scored, "right">[]): number {
  return scores.reduce((all, { right }) => all + (right ? 1 : 0), 0);
}

/** 0 for no rows. */
export function brierOf(scores: readonly Scored[]): number {
  return scores.length === 0 ? 0 : scores.reduce((all, { brier }) => all + brier, 0) / scores.length;
}

/** Expected calibration error over ten bins of equal width (Guo et al. 2017); 0 for no rows. */
export function eceOf(scores: readonly Pick<Scored, "confidence" | "right">[]): number {
  const gaps = Array.from({ length: BINS }, () => 0);
  for (const { confidence, right } of scores) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(confidence * BINS)));
    gaps[bin] = (gaps[bin] ?? 0) + confidence - (right ? 1 : 0);
  }
  return scores.length === 0 ? 0 : gaps.reduce((all, gap) => all + Math.abs(gap), 0) / scores.length;
}

/** Of pairs: how often only the one, and only the other, was right. */
export function discordant(first: readonly Scored[], second: readonly Scored[]): { first: number; second: number } {
  const only = { first: 0, second: 0 };
  first.forEach(({ right }, i) => {
    const other = second[i]?.right ?? false;
    if (right && !other) only.first += 1;
    if (!right && other) only.second += 1;
  });
  return only;
}

/**
 * How far answers and labels agree beyond chance: Cohen's kappa, and its distance from none in standard errors (Fleiss,
 * Cohen and Everitt 1969). Undefined where labels or answers are nearly all the same: chance would agree as well.
 */
export function agreement(labels: readonly string[], answers: readonly string[]): Agreement | undefined {
  const n = labels.length;
  if (n === 0) return undefined;
  const kinds = [...new Set([...labels, ...answers])];
  const shares = kinds.map((kind) => ({
    label: labels.filter((label) => label === kind).length / n,
    answer: answers.filter((answer) => answer === kind).length / n,
  }));
  const chance = shares.reduce((all, { label, answer }) => all + label * answer, 0);
  if (chance > MOST_CHANCE) return undefined;
  const observed = labels.filter((label, i) => label === answers[i]).length / n;
  const spread = shares.reduce((all, { label, answer }) => all + label * answer * (label + answer), 0);
  const error = Math.sqrt(Math.max(0, chance + chance * chance - spread) / n) / (1 - chance);
  const kappa = (observed - chance) / (1 - chance);
  return { kappa, z: error === 0 ? 0 : kappa / error };
}

export interface Agreement {
  readonly kappa: number;
  readonly z: number;
}

const MOST_CHANCE = 0.8;
