/** What is learned from the outcomes: which of two ways of telling serves is decided by rows it has not seen. */
import { average, isLess, outOfFold } from "./folds.ts";
import { fitPosterior, type Posterior } from "./posterior.ts";
import { type Measured, pinballLoss, poolOf } from "./quantiles.ts";
import { fitAmount, fitLogistic, type HoldsOf, type QuantilesOf } from "./regressions.ts";
import type { Circumstances, ForecastRow } from "./rows.ts";

/** Below these nothing is said. */
export const ENOUGH_OUTCOMES = 50;
export const ENOUGH_AMOUNTS = 20;

/** From these on a regression may serve, if it is better. */
const REGRESSION_ROWS = 200;
const REGRESSION_FAILURES = 20;
const REGRESSION_AMOUNTS = 100;
/** Of the newest: more make the fit slow and hardly better. */
const MOST_ROWS = 1_000;

/** Mean losses on rows that were not seen; `constant`: always the mean, or the quantiles of all. */
export interface Losses {
  readonly served: number;
  readonly constant: number;
}

export interface HoldsModel {
  readonly by: "posterior" | "regression";
  readonly of: HoldsOf;
  readonly posterior: Posterior;
  readonly n: number;
  /** Brier scores. */
  readonly losses: Losses;
}
export interface AmountModel {
  readonly by: "pooled" | "regression";
  readonly of: QuantilesOf;
  readonly n: number;
  /** Pinball losses. */
  readonly losses: Losses;
}

/** Undefined: not enough outcomes. Newest first. */
export function fitHolds(rows: readonly ForecastRow[]): HoldsModel | undefined {
  if (rows.length < ENOUGH_OUTCOMES) return undefined;
  const posterior = fitPosterior(rows);
  const recent = rows.slice(0, MOST_ROWS);
  const failures = recent.filter(({ held }) => !held).length;
  const losses = (tell: (rows: readonly ForecastRow[]) => (row: ForecastRow) => number): number[] =>
    outOfFold(recent, tell).map((probability, at) => (probability - (recent[at]?.held === true ? 1 : 0)) ** 2);
  const constant = average(
    losses((seen) => {
      const share = average(seen.map(({ held }) => (held ? 1 : 0)));
      return () => share;
    }),
  );
  const ofPosterior = losses((seen) => {
    const fitted = fitPosterior(seen);
    return (row) => fitted.holds(row).probability;
  });
  const plain = {
    by: "posterior",
    of: (row: Circumstances) => posterior.holds(row),
    posterior,
    n: rows.length,
  } as const;
  if (recent.length >= REGRESSION_ROWS && failures >= REGRESSION_FAILURES) {
    const ofRegression = losses((seen) => {
      const fitted = fitLogistic(seen);
      return (row) => fitted(row).probability;
    });
    if (isLess(ofRegression, ofPosterior)) {
      const served = { served: average(ofRegression), constant };
      return { ...plain, by: "regression", of: fitLogistic(recent), n: recent.length, losses: served };
    }
  }
  return { ...plain, losses: { served: average(ofPosterior), constant } };
}

/** Undefined: not enough rows that have the amount. Newest first. */
export function fitQuantiles(
  rows: readonly ForecastRow[],
  amountOf: (row: ForecastRow) => number | undefined,
): AmountModel | undefined {
  const measured = rows
    .flatMap((row) => {
      const value = amountOf(row);
      return value === undefined ? [] : [{ ...row, value }];
    })
    .slice(0, MOST_ROWS);
  if (measured.length < ENOUGH_AMOUNTS) return undefined;
  const losses = (tell: (rows: readonly (ForecastRow & Measured)[]) => QuantilesOf): number[] =>
    outOfFold(measured, tell).map((quantiles, at) => pinballLoss(quantiles, measured[at]?.value ?? 0));
  const constant = average(
    losses((seen) => {
      const all = poolOf(seen)({ expert: "", kind: "" });
      return () => all;
    }),
  );
  const ofPooled = losses(poolOf);
  const plain = { by: "pooled", of: poolOf(measured), n: measured.length } as const;
  if (measured.length >= REGRESSION_AMOUNTS) {
    const ofRegression = losses(fitAmount);
    if (isLess(ofRegression, ofPooled)) {
      return {
        ...plain,
        by: "regression",
        of: fitAmount(measured),
        losses: { served: average(ofRegression), constant },
      };
    }
  }
  return { ...plain, losses: { served: average(ofPooled), constant } };
}
