/**
 * route: chooses the expert by a cascade of tiers, each of which may abstain. When all abstain a person chooses; there
 * is no default expert. What is not relevant enough ends here.
 */
import type { RoutingVote } from "../../shared/domain/improvement.ts";
import type { History } from "../../shared/ports.ts";
import { askPerson, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { InputOf } from "../../shared/runtime/stage.ts";
import { keywordVote } from "./keywords.ts";
import { repeatVote } from "./repeat.ts";

export interface RoutePorts {
  readonly history: Pick<History, "recent">;
  /** REVIEW_THRESHOLD: improvements below it are not looked at further. */
  readonly reviewThreshold: number;
}

/** How many past improvements are compared for an exact repeat. */
const REMEMBERED = 200;

export async function route({ improvement }: InputOf<"route">, ports: RoutePorts): Promise<OutcomeOf<"route">> {
  const { relevance, category } = improvement;
  const { vote: keywords, ranked } = keywordVote(improvement);
  const claim: RoutingVote = {
    tier: "claimed-category",
    expert: null,
    confidence: 0.1,
    because: `the source says ${category}; never decisive alone`,
  };
  if (!(relevance >= ports.reviewThreshold)) {
    const because = `relevance ${relevance} is under ${ports.reviewThreshold}: not worth a review`;
    return moveTo("rejected", { routing: [keywords, claim], failure_reason: because }, because);
  }

  const repeat = repeatVote(improvement, await ports.history.recent(REMEMBERED));
  const routing = [repeat, keywords, claim];
  const decisive = [repeat, keywords].find(({ expert }) => expert !== null);
  if (decisive === undefined || decisive.expert === null) {
    const candidates = ranked.slice(0, 3).map(({ expert, points }) => `${expert} (${points})`);
    const listed = candidates.length === 0 ? "no candidate" : `candidates: ${candidates.join(", ")}`;
    return askPerson("route", `no tier could choose an expert; ${listed}`, { routing });
  }
  const because = `${decisive.expert} by ${decisive.tier}: ${decisive.because}`;
  return moveTo("routed", { expert: decisive.expert, routing }, because);
}
