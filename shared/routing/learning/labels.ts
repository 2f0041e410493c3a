/** Who would have been the right expert, and who says so. That the change held is another question. */
import type { Expert, Improvement } from "../../domain/improvement.ts";
import type { Status } from "../../domain/lifecycle.ts";
import type { Labeller } from "../../routing-ports.ts";

/** What is known of a route. Without `label`: nothing, or only that the expert who was chosen was not the right one. */
export interface RouteLabel {
  readonly label?: Expert;
  readonly right?: boolean;
  readonly by?: Labeller;
  readonly weight?: number;
}

/** How much a word counts in training. */
const WEIGHT: Readonly<Record<Labeller, number>> = { person: 1, expert: 0.8, "second-opinion": 0.6, outcome: 0.5 };

/** Who the router chose; where it says nothing of its own decision, who was asked. Undefined: no tier chose. */
export function chosenBy({ routing_decision: decision, expert }: Improvement): Expert | undefined {
  return decision === undefined ? expert : (decision.expert ?? undefined);
}

/** The first who says something counts: a person, the expert, the second opinion, the outcome. */
export function labelOf(improvement: Improvement, reached: Status): RouteLabel {
  const chosen = chosenBy(improvement);
  const said =
    fromFeedback(improvement, "person") ??
    fromReview(improvement) ??
    fromFeedback(improvement, "expert") ??
    fromExpert(improvement) ??
    fromSecondOpinion(improvement) ??
    fromOutcome(improvement, reached);
  if (said === undefined) return {};
  const { label, by } = said;
  const right = label === undefined ? false : chosen === undefined ? undefined : label === chosen;
  return {
    by,
    ...(label === undefined ? {} : { label, weight: WEIGHT[by] }),
    ...(right === undefined ? {} : { right }),
  };
}

/** `held`: true when it was verified, false when it failed; what never reached the cluster says nothing. */
export function heldOf(reached: Status): boolean | undefined {
  if (reached === "verified") return true;
  return reached === "failed" ? false : undefined;
}

interface Said {
  readonly label?: Expert | undefined;
  readonly by: Labeller;
}

function fromFeedback({ routing_feedback: feedback, expert }: Improvement, who: "person" | "expert"): Said | undefined {
  if (feedback?.by.startsWith(`${who}:`) !== true) return undefined;
  if (feedback.expert !== undefined) return { label: feedback.expert, by: who };
  return { label: feedback.right ? expert : undefined, by: who };
}

/** No tier chose, and there is an expert all the same: a person named one. */
function fromReview({ routing_decision: decision, expert, expert_evaluation: evaluation }: Improvement) {
  const isNamed = decision !== undefined && decision.expert === null && expert !== undefined;
  return isNamed && evaluation?.passed_on === undefined ? ({ label: expert, by: "person" } satisfies Said) : undefined;
}

function fromExpert({ expert_evaluation: evaluation }: Improvement): Said | undefined {
  if (evaluation === undefined) return undefined;
  // Who got it may say in turn that it is nobody's but a third one's.
  if (evaluation.out_of_scope !== undefined) return { label: evaluation.out_of_scope.better, by: "expert" };
  return evaluation.passed_on === undefined ? undefined : { label: evaluation.expert, by: "expert" };
}

/** That it is not the second one's field is no news; whose it is instead is. */
function fromSecondOpinion({ expert_evaluation: evaluation }: Improvement): Said | undefined {
  const second = evaluation?.second_opinion?.opinions?.find(({ expert }) => expert !== evaluation.expert);
  const better = second?.out_of_scope?.better;
  return better === undefined ? undefined : { label: better, by: "second-opinion" };
}

function fromOutcome({ expert }: Improvement, reached: Status): Said | undefined {
  return reached === "verified" && expert !== undefined ? { label: expert, by: "outcome" } : undefined;
}
