/** What a person says of the expert that was chosen, and what that means for the router's choice. Pure. */
import type { Expert, Improvement, RoutingFeedback } from "../../shared/domain/improvement.ts";
import type { Refusal } from "./decisions.ts";

export interface FeedbackGiven {
  /** Whether the expert it has now is the right one. */
  readonly right: boolean;
  /** Who would have been right. */
  readonly expert?: Expert | undefined;
  readonly reason: string;
  readonly name: string;
}

/**
 * Whether `expert` is what the router chose, where it chose at all. After a person has sent an improvement to somebody
 * else, its expert is no longer the router's choice.
 */
export function isRight({ routing_decision: decision, expert: current }: Improvement, expert: Expert): boolean {
  const choice = decision === undefined ? current : decision.expert;
  return choice === undefined || choice === null || choice === expert;
}

/** As it goes into the record, without its time; or why nothing can be said. */
export function feedbackOf(
  improvement: Improvement,
  { right, expert, reason, name }: FeedbackGiven,
): Omit<RoutingFeedback, "at"> | Refusal {
  const { status, expert: current } = improvement;
  if (status === "raw") return { refused: "it is raw; nobody has chosen an expert yet" };
  if (current === undefined) {
    return { refused: `it is ${status} and has no expert; where routing asks, approve it with the right one` };
  }
  if (right && expert !== undefined && expert !== current) {
    return { refused: `it is with the ${current} expert, so ${expert} cannot be right: say that it was wrong` };
  }
  if (!right && expert === current) {
    return { refused: `it is with the ${current} expert, which you say was wrong; name another one, or none` };
  }
  const by = `person:${name}`;
  const named = right ? current : expert;
  if (named === undefined) return { right: false, by, because: reason };
  return { right: isRight(improvement, named), expert: named, by, because: reason };
}
