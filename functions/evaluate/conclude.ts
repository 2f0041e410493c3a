/** The end of an evaluation: on with it, or to a person. */
import type { Evaluation } from "../../shared/domain/evaluation.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import { askPerson, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import { feedbackOf } from "./scope.ts";

/** `now`: milliseconds since the epoch. `person`: why one is asked, whatever the judgement is. */
export function concluded(
  evaluation: Evaluation,
  improvement: Improvement,
  now: number,
  person?: string,
): OutcomeOf<"evaluate"> {
  const { expert, by, feasibility, impact, effort, priority, risks, passed_on: passed } = evaluation;
  const { expert_answers: answers } = improvement;
  const feedback = feedbackOf(evaluation, improvement, now);
  // Answers were kept for a second run; from now on the trail has them.
  const patch: Patch = {
    expert,
    expert_evaluation: evaluation,
    ...(feedback === undefined ? {} : { routing_feedback: feedback }),
    ...(answers === undefined ? {} : { expert_answers: null }),
  };
  if (person !== undefined) return askPerson("evaluate", person, patch);
  const open = risks.filter(({ mitigated }) => !mitigated).length;
  const from = passed === undefined ? "" : `, passed on to ${expert} by the ${passed.from} expert: ${passed.because}`;
  const judged = `feasibility ${feasibility.value}, impact ${impact.value}, effort ${effort.value}, priority ${priority.value}, ${open} open risks`;
  const because = by === "rules" ? `${judged} (rule-based)${from}` : `${judged} (by ${by})${from}`;
  // What was said stands in the judgement, as far as it holds.
  const given = answers?.map(({ said: _said, shown: _shown, ...answer }) => answer);
  return moveTo("categorized", patch, because, given === undefined ? undefined : { answers: given });
}
