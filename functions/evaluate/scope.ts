/** Whose field it is, as rules see it: what they say of a text, of a model's word about it, and to the router. */
import type { Evaluation, OutOfScope } from "../../shared/domain/evaluation.ts";
import type { Expert, Improvement, RoutingFeedback } from "../../shared/domain/improvement.ts";
import type { Topic } from "../../shared/domain/lexicon.ts";
import { keywordVote } from "../../shared/routing/keywords/vote.ts";
import { SCOPE } from "./rubric.ts";

/** Share of the words' evidence up to which a text does not speak of a field. */
const SILENT = 0.1;

/** Why this expert may not judge it alone; undefined: nothing speaks against it. */
export function foreignTo(expert: Expert, { category }: Improvement, topic: Topic | undefined): string | undefined {
  if (!SCOPE[expert].includes(category)) {
    return `out of scope: the ${expert} expert does not judge the category ${category}`;
  }
  if (topic !== undefined && topic.expert !== expert) {
    return `out of scope: ${topic.id} is for the ${topic.expert} expert, not for ${expert}`;
  }
  return undefined;
}

/** Whether somebody who knows better has given it to this expert: a person, or the expert who had it before. */
function isGivenTo(expert: Expert, { routing_feedback: word }: Improvement): boolean {
  return word?.expert === expert;
}

/**
 * Rules say whose it is instead: the words are clearly another's and none of this expert's. Undefined where it is close.
 * What the source claims as category is no evidence here.
 */
export function otherField(
  expert: Expert,
  improvement: Improvement,
  topic: Topic | undefined,
): Required<OutOfScope> | undefined {
  if (isGivenTo(expert, improvement) || topic?.expert === expert) return undefined;
  // An operator's own rules may have chosen it; only `route` has them.
  if (improvement.routing?.some((vote) => vote.tier === "keywords" && vote.expert === expert) === true)
    return undefined;
  const { vote, ranked, sure } = keywordVote({ ...improvement, category: undefined });
  const better = vote.expert;
  if (!sure || better === null || better === expert) return undefined;
  if (topic !== undefined && topic.expert !== better) return undefined;
  const own = ranked.find((one) => one.expert === expert)?.share ?? 0;
  if (own > SILENT) return undefined;
  return { better, because: `nothing in the text is for the ${expert} expert; ${better}: ${vote.because}` };
}

/** Why a model's word that it is not this expert's field does not count: rules know better, or it was given to it. */
export function ownField(expert: Expert, improvement: Improvement, topic: Topic | undefined): string | undefined {
  const { routing_feedback: word } = improvement;
  if (isGivenTo(expert, improvement)) return `it was given to the ${expert} expert by ${word?.by ?? "somebody"}`;
  const { vote, sure } = keywordVote({ ...improvement, category: undefined });
  return vote.expert === expert && (sure || topic?.expert === expert)
    ? `its words are for the ${expert} expert: ${vote.because}`
    : undefined;
}

/** What the experts say of the router's choice; undefined: nothing, or a person has said it. */
export function feedbackOf(
  { expert, passed_on: passed, out_of_scope: scope }: Evaluation,
  { routing_feedback: known }: Improvement,
  now: number,
): RoutingFeedback | undefined {
  if (known?.by.startsWith("person:") === true) return undefined;
  const at = new Date(now).toISOString();
  if (scope !== undefined) {
    // Two who each name the other leave open whose it is.
    const third = scope.better === passed?.from ? {} : { expert: scope.better };
    return { right: false, by: `expert:${expert}`, because: scope.because, at, ...third };
  }
  if (passed === undefined) return undefined;
  return { right: false, expert, by: `expert:${passed.from}`, because: passed.because, at };
}
