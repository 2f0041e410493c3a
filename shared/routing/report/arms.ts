/** The two arms of the router on the same improvements: who would have been right, and whether that can be chance. */
import { ARMS, type Arm } from "../../routing-ports.ts";
import { mcNemar, type Share, shareOf } from "./intervals.ts";
import { isRight, type ReportRow } from "./judged.ts";

export interface Comparison {
  /** Labelled rows for which both arms were worked out. */
  readonly n: number;
  readonly bothRight: number;
  readonly onlyRules: number;
  readonly onlyLearned: number;
  readonly bothWrong: number;
  /** McNemar, exact, two-sided. */
  readonly p: number;
  readonly accuracy: Readonly<Record<Arm, Share>>;
}

/** An arm that asks a person is not right: it did not know. Rows without a label cannot tell two arms apart. */
export function compareArms(rows: readonly ReportRow[]): Comparison {
  const counts = { bothRight: 0, onlyRules: 0, onlyLearned: 0, bothWrong: 0 };
  for (const { arms, label } of rows) {
    if (arms === undefined || label === undefined) continue;
    const rules = arms.rules.expert === label;
    const learned = arms.learned.expert === label;
    if (rules) counts[learned ? "bothRight" : "onlyRules"] += 1;
    else counts[learned ? "onlyLearned" : "bothWrong"] += 1;
  }
  const { bothRight, onlyRules, onlyLearned, bothWrong } = counts;
  const n = bothRight + onlyRules + onlyLearned + bothWrong;
  return {
    n,
    ...counts,
    p: mcNemar(onlyRules, onlyLearned),
    accuracy: { rules: shareOf(bothRight + onlyRules, n), learned: shareOf(bothRight + onlyLearned, n) },
  };
}

/** How often the expert who was served was the right one, by the arm that served, and of both. */
export function servedAccuracy(rows: readonly ReportRow[]): Readonly<Record<Arm | "all", Share>> {
  const all = shareOfRight(rows);
  const [rules, learned] = ARMS.map((arm) => shareOfRight(rows.filter((row) => row.arm === arm)));
  return { rules: rules as Share, learned: learned as Share, all };
}

export function shareOfRight(rows: readonly ReportRow[]): Share {
  const known = rows.flatMap((row) => (row.chosen === undefined ? [] : [isRight(row, row.chosen)]));
  const answered = known.filter((right) => right !== undefined);
  return shareOf(answered.filter(Boolean).length, answered.length);
}
