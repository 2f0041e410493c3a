/** Whether the learned arm may go on serving: compared in pairs with the rules, on all traffic that somebody judged. Pure. */
import type { Expert } from "../../domain/improvement.ts";
import type { Arm, TrainingRow } from "../../routing-ports.ts";
import { mcNemar } from "../report/intervals.ts";
import { judgedRows } from "../report/judged.ts";
import { percent } from "../rounding.ts";

const LEAST_PAIRS = 6;
const SIGNIFICANT = 0.05;
/** Newest rows the learned arm served, and how much more often it may be wrong than the rules would have been. */
const WINDOW = 40;
const MORE_ERRORS = 0.15;

export interface ArmsFinding {
  readonly because: string;
  readonly figures: Readonly<Record<string, number>>;
}

/**
 * `rows`: newest first; `since`: ISO 8601, when the share was last set. An arm that asks a person is not right. Undefined:
 * the learned arm serves nobody, does well, or nobody can tell yet.
 */
export function judgeArms(rows: readonly TrainingRow[], since: string | undefined): ArmsFinding | undefined {
  const judged = judgedRows(rows, "said").flatMap((row) => {
    const { arms, label, arm, at } = row as TrainingRow;
    if (arms === undefined || label === undefined || (since !== undefined && Date.parse(at) <= Date.parse(since)))
      return [];
    return [{ arm, rules: isRight(arms, "rules", label), learned: isRight(arms, "learned", label) }];
  });
  const served = judged.filter(({ arm }) => arm === "learned");
  if (served.length === 0) return undefined;
  const onlyRules = judged.filter(({ rules, learned }) => rules && !learned).length;
  const onlyLearned = judged.filter(({ rules, learned }) => learned && !rules).length;
  const p = mcNemar(onlyRules, onlyLearned);
  if (onlyRules + onlyLearned >= LEAST_PAIRS && onlyRules > onlyLearned && p < SIGNIFICANT) {
    return {
      because: `of ${judged.length} judged improvements ${onlyRules} only the rules get right, ${onlyLearned} only the learned tiers (McNemar p ${p.toFixed(3)})`,
      figures: { rows: judged.length, only_rules: onlyRules, only_learned: onlyLearned, p },
    };
  }
  if (served.length < WINDOW) return undefined;
  const last = served.slice(0, WINDOW);
  const errors = last.filter(({ learned }) => !learned).length / WINDOW;
  const ofRules = last.filter(({ rules }) => !rules).length / WINDOW;
  if (errors <= ofRules + MORE_ERRORS) return undefined;
  return {
    because: `of the last ${WINDOW} judged improvements the learned tiers served ${percent(errors)} went to the wrong expert, with the rules ${percent(ofRules)} would have`,
    figures: { rows: WINDOW, errors, errors_of_rules: ofRules },
  };
}

function isRight(arms: NonNullable<TrainingRow["arms"]>, arm: Arm, label: Expert): boolean {
  return arms[arm].expert === label;
}
