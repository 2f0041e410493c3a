/** The keyword tier of the cascade: what the text asks for, weighed per expert, with abstention. */
import { EXPERTS, type Expert, type Improvement, type RoutingVote } from "../../shared/domain/improvement.ts";
import { matchTopics } from "../../shared/domain/lexicon.ts";

export interface Score {
  readonly expert: Expert;
  readonly points: number;
  /** The topics that gave the points. */
  readonly topics: readonly string[];
}

/** Fewer points than this decide nothing; with this margin over the second the precision was highest when measured. */
const ENOUGH = 3;
const MARGIN = 2;
/** What the producer claims is one weak vote: it may part two close experts, never carry one alone. */
const CLAIM = 1;
/** Characters looked at; what matters stands at the beginning. */
const LOOKED_AT = 1_500;

type Texts = Pick<Improvement, "title" | "description" | "implementation_notes" | "category">;

/** Points per expert, most first. The title says what is asked for, so it weighs double; notes weigh half. */
export function scoresOf({ title, description, implementation_notes }: Texts): Score[] {
  const byExpert = new Map<Expert, { points: number; topics: Map<string, number> }>();
  for (const [text, weight] of [
    [title, 2],
    [description.slice(0, LOOKED_AT), 1],
    [implementation_notes.slice(0, LOOKED_AT / 2), 0.5],
  ] as const) {
    // The action asked for wins over the things it is done to: topics weaker than the first count half.
    const matches = matchTopics(text);
    for (const { topic, score } of matches) {
      const points = score * weight * (score === matches[0]?.score ? 1 : 0.5);
      const entry = byExpert.get(topic.expert) ?? { points: 0, topics: new Map<string, number>() };
      entry.points += points;
      entry.topics.set(topic.id, points + (entry.topics.get(topic.id) ?? 0));
      byExpert.set(topic.expert, entry);
    }
  }
  return [...byExpert]
    .map(([expert, { points, topics }]) => ({ expert, points, topics: [...topics.keys()] }))
    .sort((a, b) => b.points - a.points || EXPERTS.indexOf(a.expert) - EXPERTS.indexOf(b.expert));
}

/** The keyword tier's vote. Abstains (null) when the best has too few points or too small a margin. */
export function keywordVote(improvement: Texts): { vote: RoutingVote; ranked: readonly Score[] } {
  const ranked = scoresOf(improvement);
  const [best, second] = ranked;
  if (best === undefined) {
    const vote = { tier: "keywords", expert: null, confidence: 0, because: "no word of the lexicon occurs" };
    return { vote, ranked };
  }
  const claim = improvement.category === best.expert ? CLAIM : improvement.category === second?.expert ? -CLAIM : 0;
  const margin = best.points - (second?.points ?? 0) + claim;
  const decided = best.points >= ENOUGH && margin >= MARGIN;
  const confidence = Math.round((best.points / (best.points + (second?.points ?? 0) + 1)) * 100) / 100;
  const found = `${best.topics.join(", ")}: ${best.points} points, ${margin} ahead of ${second?.expert ?? "none"}`;
  const because = decided ? found : `${found}; at least ${ENOUGH} points and ${MARGIN} ahead are needed`;
  return { vote: { tier: "keywords", expert: decided ? best.expert : null, confidence, because }, ranked };
}
