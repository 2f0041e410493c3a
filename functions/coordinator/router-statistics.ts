/** What the router's rows say: worked out once for as long as no row is another, because every look at the page asks for it. */
import { compareArms, servedAccuracy } from "../../shared/routing/report/arms.ts";
import { calibrationOf } from "../../shared/routing/report/calibration.ts";
import { confusionOf, successOf } from "../../shared/routing/report/experts.ts";
import { type Judges, judgedRows, labelCounts, type ReportRow } from "../../shared/routing/report/judged.ts";
import { precisionsOf } from "../../shared/routing/report/tiers.ts";

type RouterStatistics = ReturnType<typeof workedOut>;

const kept = new WeakMap<readonly ReportRow[], Map<Judges, RouterStatistics>>();

/** `rows`: an array that nobody changes. */
export function statisticsOf(rows: readonly ReportRow[], judges: Judges): RouterStatistics {
  const byJudges = kept.get(rows) ?? new Map<Judges, RouterStatistics>();
  kept.set(rows, byJudges);
  const known = byJudges.get(judges) ?? workedOut(rows, judges);
  byJudges.set(judges, known);
  return known;
}

function workedOut(rows: readonly ReportRow[], judges: Judges) {
  const judged = judgedRows(rows, judges);
  return {
    labels: labelCounts(rows),
    comparison: compareArms(judged),
    accuracy: servedAccuracy(judged),
    precisions: precisionsOf(judged),
    confusion: confusionOf(judged),
    calibration: calibrationOf(judged),
    experts: successOf(rows, judged),
  };
}
