/** Figures of answers on rows whose expert is known. */
import { EXPERTS, type Expert } from "../../../shared/domain/improvement.ts";
import { generator } from "../intervals.ts";
import type { Case } from "./rows.ts";
import type { Answer, System } from "./systems.ts";

export interface Judged extends Answer {
  readonly label: Expert;
  readonly isRight: boolean;
}

export function judged({ answer }: System, cases: readonly Pick<Case, "text" | "label">[]): readonly Judged[] {
  return cases.map(({ text, label }) => {
    const given = answer(text);
    return { ...given, label, isRight: given.forced === label };
  });
}

export function rightOf(some: readonly Pick<Judged, "isRight">[]): number {
  return some.filter(({ isRight }) => isRight).length;
}

const BINS = 10;

type Bet = Pick<Judged, "confidence" | "isRight">;

/** Expected calibration error over ten bins of equal width (Naeini et al. 2015). */
export function calibrationError(bets: readonly Bet[]): number {
  const bins = Map.groupBy(bets, ({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)));
  return [...bins.values()].reduce((sum, bin) => {
    const said = bin.reduce((all, { confidence }) => all + confidence, 0);
    return sum + Math.abs(said - rightOf(bin)) / bets.length;
  }, 0);
}

const DRAWS = 200;

/** What the error would be on average if every confidence were true: so many rows cannot show less. */
export function leastCalibrationError(bets: readonly Bet[], seed: number): number {
  const random = generator(seed);
  let sum = 0;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    sum += calibrationError(bets.map(({ confidence }) => ({ confidence, isRight: random() < confidence })));
  }
  return sum / DRAWS;
}

/** Mean squared distance of the confidence from whether it was right: 0 is perfect, 1 surely wrong. */
export function brier(bets: readonly Bet[]): number {
  return bets.reduce((sum, { confidence, isRight }) => sum + (confidence - Number(isRight)) ** 2, 0) / bets.length;
}

const AIM = 0.9;

/** Rows that could be decided at 90 % right, most confident first; rows of one confidence come or go together. */
export function coverageAt90(bets: readonly Bet[]): number {
  const sorted = [...bets].sort((a, b) => b.confidence - a.confidence);
  let right = 0;
  let most = 0;
  sorted.forEach(({ confidence, isRight }, at) => {
    right += Number(isRight);
    const isEdge = sorted[at + 1]?.confidence !== confidence;
    if (isEdge && right / (at + 1) >= AIM) most = at + 1;
  });
  return most;
}

/** Mean over the experts of the harmonic mean of precision and recall; an expert nobody has and nobody names counts 0. */
export function macroF1(answers: readonly Pick<Judged, "label" | "forced">[]): number {
  const scores = EXPERTS.map((expert) => {
    const named = answers.filter(({ forced }) => forced === expert).length;
    const there = answers.filter(({ label }) => label === expert).length;
    const both = answers.filter(({ label, forced }) => label === expert && forced === expert).length;
    return both === 0 ? 0 : (2 * both) / (named + there);
  });
  return scores.reduce((sum, score) => sum + score, 0) / EXPERTS.length;
}

/** `architecture→security 5, …`: which experts' rows go where, most frequent first. */
export function confusion(answers: readonly Judged[], most = 6): string {
  const wrong = answers.filter(({ isRight }) => !isRight);
  const pairs = [...Map.groupBy(wrong, ({ label, forced }) => `${label}→${forced}`)];
  pairs.sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  return pairs
    .slice(0, most)
    .map(([pair, rows]) => `${pair} ${rows.length}`)
    .join(", ");
}

/** Of the pairs in which exactly one is right, whether one wins more than chance would let it (McNemar, exact, two-sided). */
export function mcnemar(first: readonly Judged[], second: readonly Judged[]): number {
  let [only, other] = [0, 0];
  first.forEach(({ isRight }, at) => {
    if (isRight && second[at]?.isRight === false) only += 1;
    if (!isRight && second[at]?.isRight === true) other += 1;
  });
  const n = only + other;
  const fewer = Math.min(only, other);
  let term = 0.5 ** n;
  let tail = 0;
  for (let k = 0; k <= fewer; k += 1) {
    tail += term;
    term = (term * (n - k)) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}

/** Milliseconds of `work` on each item, the first calls left out: they warm up. */
export function timesOf<Item>(items: readonly Item[], work: (item: Item) => unknown): readonly number[] {
  for (const item of items.slice(0, 20)) work(item);
  return items.map((item) => {
    const startedAt = performance.now();
    work(item);
    return performance.now() - startedAt;
  });
}

export function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
