/** How good a classifier is on rows it has not seen. */
import { EXPERTS } from "../../domain/improvement.ts";
import type { Classifier, LabelledRow } from "../../routing-ports.ts";
import { labelOf } from "./dataset.ts";
import { type Bet, betOf, brierOf, calibrationError, coverageAt90 } from "./temperature.ts";

export interface Figures {
  readonly n: number;
  /** Of all rows, the unsure ones too. */
  readonly accuracy: number;
  /** Expected calibration error, ten bins. */
  readonly ece: number;
  /** 0 (perfect) to 2. */
  readonly brier: number;
  /** Share of the rows, most certain first, of which at least 90 % are right. */
  readonly coverageAt90: number;
  /** `[label][answer]`, both in the order of EXPERTS: how many rows. */
  readonly confusion: readonly (readonly number[])[];
}

/** Every row counts the same, whatever its weight. Throws RangeError for no rows. */
export function evaluateOn(classifier: Classifier, rows: readonly LabelledRow[]): Figures {
  if (rows.length === 0) throw new RangeError("no rows to judge a classifier by");
  const confusion = EXPERTS.map(() => EXPERTS.map(() => 0));
  const bets: Bet[] = [];
  let brier = 0;
  for (const row of rows) {
    const label = labelOf(row);
    const ranked = classifier.predict(row.text);
    const shares = EXPERTS.map((expert) => ranked.find((each) => each.expert === expert)?.share ?? 0);
    const answer = EXPERTS.indexOf(ranked[0]?.expert ?? EXPERTS[0]);
    const counts = confusion[label];
    if (counts !== undefined) counts[answer] = (counts[answer] ?? 0) + 1;
    bets.push(betOf(shares, label, 1));
    brier += brierOf(shares, label);
  }
  return {
    n: rows.length,
    accuracy: bets.filter(({ isRight }) => isRight).length / rows.length,
    ece: calibrationError(bets),
    brier: brier / rows.length,
    coverageAt90: coverageAt90(bets),
    confusion,
  };
}
