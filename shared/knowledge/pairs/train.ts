/** Makes the pairwise model from labelled pairs. The same pairs give the same model, to the last digit. */
import { createHash } from "node:crypto";
import { FEATURES, type Frequencies, featuresOf, isBarred, SIGNS } from "./features.ts";
import { calibrate, fitLogistic, logit, type Row, sigmoid } from "./logistic.ts";
import { readStatement, type Statement } from "./statement.ts";

export const VERDICTS = ["duplicate", "related", "distinct"] as const;
export type PairVerdict = (typeof VERDICTS)[number];

export interface LabelledPair {
  /** Pairs of one group share a text or a matter: they are never on both sides of a split. */
  readonly group: string;
  readonly a: string;
  readonly b: string;
  readonly verdict: PairVerdict;
}

/** One question the model answers: weights, and what a logit is worth as a probability. */
export interface Answer {
  readonly bias: number;
  /** By feature. */
  readonly weights: Readonly<Record<string, number>>;
  /** Platt's: the logit times `scale` plus `shift` is that of a probability. */
  readonly scale: number;
  readonly shift: number;
}

export interface PairModel {
  readonly version: 1;
  /** sha256 of the pairs it was made from. */
  readonly set: string;
  readonly pairs: number;
  readonly frequencies: Frequencies;
  /** Do they say the same? */
  readonly same: Answer;
  /** Are they about the same matter at all? */
  readonly about: Answer;
  /** From `block` on they say the same, from `doubt` on a person looks. */
  readonly block: number;
  readonly doubt: number;
}

const FOLDS = 5;
const DECAY = 0.002;
/** Of pairs the model had not seen so many above `block` must be duplicates, and so many duplicates be above `doubt`. */
const PRECISION = 0.97;
const FOUND = 0.8;
/** Guards and synonyms were written with these pairs in view, which flatters them: the odds must be better by this much. */
const MARGIN = 1.5;

export function setHash(pairs: readonly LabelledPair[]): string {
  const lines = pairs.map(({ group, a, b, verdict }) => JSON.stringify([group, a, b, verdict]));
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/** Throws RangeError for a set without a group of each verdict. */
export function trainPairs(pairs: readonly LabelledPair[]): PairModel {
  for (const verdict of VERDICTS) {
    if (!pairs.some((pair) => pair.verdict === verdict)) throw new RangeError(`no pair is ${verdict}`);
  }
  const read = pairs.map((pair) => ({ ...pair, one: readStatement(pair.a), other: readStatement(pair.b) }));
  const frequencies = frequenciesOf(read.flatMap(({ one, other }) => [one, other]));
  const rows = read.map(({ one, other, verdict, group }) => ({
    features: featuresOf(one, other, frequencies),
    verdict,
    group,
  }));
  const same = answer(rows.map(({ verdict, ...row }) => ({ ...row, isTrue: verdict === "duplicate" })));
  const about = answer(rows.map(({ verdict, ...row }) => ({ ...row, isTrue: verdict !== "distinct" })));
  return {
    version: 1,
    set: setHash(pairs),
    pairs: pairs.length,
    frequencies,
    same: same.answer,
    about: about.answer,
    ...thresholdsOf(same.unseen),
  };
}

function frequenciesOf(statements: readonly Statement[]): Frequencies {
  const counts = new Map<string, number>();
  for (const { concepts } of statements) {
    for (const concept of concepts) counts.set(concept, (counts.get(concept) ?? 0) + 1);
  }
  // What only one text says is as rare as what none says.
  const of = Object.fromEntries([...counts].filter(([, count]) => count > 1).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { documents: statements.length, of };
}

/** 0..1 */
export function answered({ bias, weights, scale, shift }: Answer, features: readonly number[]): number {
  const value = FEATURES.reduce((sum, name, i) => sum + (weights[name] ?? 0) * (features[i] ?? 0), bias);
  return sigmoid(scale * value + shift);
}

interface Scored {
  readonly probability: number;
  readonly isTrue: boolean;
  readonly isBarred: boolean;
}

/** Weights from all rows; the calibration from folds that never saw the row they judge. */
function answer(rows: readonly (Row & { readonly group: string })[]): { answer: Answer; unseen: readonly Scored[] } {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const foldOf = new Map(groups.map((group, i) => [group, i % FOLDS]));
  const seen = Array.from({ length: FOLDS }, (_, fold) => {
    const model = fitLogistic(
      rows.filter(({ group }) => foldOf.get(group) !== fold),
      DECAY,
      SIGNS,
    );
    const left = rows.filter(({ group }) => foldOf.get(group) === fold);
    return left.map(({ features, isTrue }) => ({
      logit: logit(model, features),
      isTrue,
      isBarred: isBarred(features),
    }));
  }).flat();
  const calibration = calibrate(seen);
  const unseen = seen.map((one) => ({
    probability: sigmoid(logit(calibration, [one.logit])),
    isTrue: one.isTrue,
    isBarred: one.isBarred,
  }));
  const { bias, weights } = fitLogistic(rows, DECAY, SIGNS);
  return {
    answer: {
      bias,
      weights: Object.fromEntries(FEATURES.map((name, i) => [name, weights[i] ?? 0])),
      scale: calibration.weights[0] ?? 1,
      shift: calibration.bias,
    },
    unseen,
  };
}

/** The lowest probability above which nearly all are duplicates, and the one that nearly no duplicate is below. */
function thresholdsOf(scored: readonly Scored[]): { readonly block: number; readonly doubt: number } {
  const ranked = scored.filter((one) => !one.isBarred).sort((a, b) => b.probability - a.probability);
  const duplicates = ranked.filter(({ isTrue }) => isTrue);
  let hits = 0;
  let block = 1;
  for (const [i, { probability, isTrue }] of ranked.entries()) {
    hits += Number(isTrue);
    if (hits / (i + 1) >= PRECISION) block = probability;
  }
  const doubt =
    duplicates[Math.min(duplicates.length - 1, Math.floor(duplicates.length * FOUND))]?.probability ?? block;
  const safe = (MARGIN * block) / (MARGIN * block + 1 - block);
  return { block: Number(safe.toFixed(3)), doubt: Number(Math.min(doubt, block).toFixed(3)) };
}
