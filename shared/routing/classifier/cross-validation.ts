/** What a kind of classifier is worth on rows it has not seen: folds by group, and figures over what they say together. */
import { EXPERTS } from "../../domain/improvement.ts";
import type { Dataset } from "./dataset.ts";
import type { Fit, Head } from "./head.ts";
import { softmaxInto } from "./head.ts";
import { scorerOf } from "./model-file.ts";
import {
  AIM,
  type Bet,
  betOf,
  brierOf,
  calibrationError,
  coverageAt90,
  type Judged,
  LEAST_SHARE,
  temperatureFor,
  thresholdFor,
} from "./temperature.ts";

export interface Trial {
  /** Measured with temperatures taken from the other folds. */
  readonly figures: Readonly<Record<string, number>>;
  /** Over all folds, of the school's own rows alone where they suffice: what serves. */
  readonly temperature: number;
  readonly threshold: number;
}

export interface TrialOptions {
  readonly seed: number;
  readonly folds: number;
  /** Of each labelled row. */
  readonly foldOf: Int32Array;
  /** Of each labelled row: 1 for the school's own. */
  readonly isOwn: Uint8Array;
  readonly fit: Fit;
  readonly pause: () => Promise<void>;
}

interface Held extends Judged {
  readonly fold: number;
  readonly isTerse: boolean;
  readonly isOwn: boolean;
}

export async function crossValidate(
  data: Dataset,
  { seed, folds, foldOf, isOwn, fit, pause }: TrialOptions,
): Promise<Trial> {
  const held: Held[] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    const among = data.rows.keys().filter((view) => foldOf[data.rows[view] ?? 0] !== fold);
    const head = await fit(data, { seed, among: Int32Array.from(among), pause });
    held.push(...judgedBy(head, data, foldOf, fold, isOwn));
    await pause();
  }
  const { by, temperature, aim } = calibrationOf(held);
  const bets = by.map(({ scores, label, weight }) => {
    return betOf(softmaxInto(scores.slice(), temperature), label, weight);
  });
  return { figures: figuresOf(cooled(held, folds)), temperature, threshold: thresholdFor(bets, aim) };
}

/** Judged rows of the school's own from which its own texts alone say how far the classifier can be believed. */
const ENOUGH = 100;
/** Shipped rows are more like each other than a school's texts are like them, so more is asked of them. */
const AIM_ABROAD = 0.95;

function calibrationOf(held: readonly Held[]) {
  const own = held.filter(({ isOwn }) => isOwn);
  const by = own.length < ENOUGH ? held : own;
  return { by, temperature: temperatureFor(by), aim: own.length < ENOUGH ? AIM_ABROAD : AIM };
}

function judgedBy(head: Head, judging: Dataset, foldOf: Int32Array, fold: number, own: Uint8Array): Held[] {
  const scorer = scorerOf(head);
  const held: Held[] = [];
  judging.rows.forEach((row, view) => {
    if (foldOf[row] !== fold) return;
    const scores = new Float64Array(EXPERTS.length);
    scorer(judging.indices, judging.values, judging.starts[view] ?? 0, judging.starts[view + 1] ?? 0, scores);
    const isTerse = judging.isTerse[view] === 1;
    const isOwn = own[row] === 1;
    held.push({ scores, label: judging.labels[view] ?? 0, weight: judging.weights[view] ?? 0, fold, isTerse, isOwn });
  });
  return held;
}

interface Cooled {
  readonly bet: Bet;
  readonly brier: number;
  readonly loss: number;
  readonly isTerse: boolean;
  readonly isOwn: boolean;
}

/** Shares of each fold with the temperature of the others, so that no row helps to judge itself. */
function cooled(held: readonly Held[], folds: number): readonly Cooled[] {
  return Array.from({ length: folds }, (_, fold) => {
    const { temperature } = calibrationOf(held.filter((each) => each.fold !== fold));
    const own = held.filter((each) => each.fold === fold);
    return own.map(({ scores, label, weight, isTerse, isOwn }) => {
      const shares = softmaxInto(scores.slice(), temperature);
      const loss = -Math.log(Math.max(shares[label] ?? 0, LEAST_SHARE));
      return { bet: betOf(shares, label, weight), brier: brierOf(shares, label), loss, isTerse, isOwn };
    });
  }).flat();
}

/** Of all rows; of those that are a title and nothing else (`terse.`); of the school's own (`own.`). */
function figuresOf(cases: readonly Cooled[]): Readonly<Record<string, number>> {
  const parts = {
    "": cases,
    "terse.": cases.filter(({ isTerse }) => isTerse),
    "own.": cases.filter(({ isOwn }) => isOwn),
  };
  return Object.fromEntries(
    Object.entries(parts).flatMap(([part, among]) =>
      among.length === 0
        ? []
        : Object.entries(measured(among)).map(([name, value]) => [`${part}${name}`, Number(value.toFixed(4))]),
    ),
  );
}

function measured(cases: readonly Cooled[]): Readonly<Record<string, number>> {
  const bets = cases.map(({ bet }) => bet);
  const weights = bets.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (value: (each: Cooled) => number) =>
    cases.reduce((sum, each) => sum + each.bet.weight * value(each), 0) / weights;
  return {
    accuracy: mean(({ bet }) => Number(bet.isRight)),
    ece: calibrationError(bets),
    brier: mean(({ brier }) => brier),
    logLoss: mean(({ loss }) => loss),
    coverageAt90: coverageAt90(bets),
  };
}
