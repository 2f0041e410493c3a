/** The keyword tier of the cascade: what the text asks for, weighed per expert, with abstention. */
import { EXPERTS, type Expert, type RoutingVote } from "../../domain/improvement.ts";
import { matchTopics } from "../../domain/lexicon.ts";
import type { Ranked, RoutableText } from "../../routing-ports.ts";

/** Fewer points than this decide nothing; with this margin over the second the precision was highest when measured. */
const ENOUGH = 3;
const MARGIN = 2;
const SURE = { points: 8, margin: 6 };
/** What the producer claims is one weak vote: it may part two close experts, never carry one alone. */
const CLAIM = 1;
/** Characters looked at; what matters stands at the beginning. */
const LOOKED_AT = 1_500;

function scoresOf({ title, description, implementation_notes }: RoutableText) {
  const byExpert = new Map<Expert, { points: number; topics: Set<string> }>();
  for (const [text, weight] of [
    [title.slice(0, LOOKED_AT), 2],
    [description.slice(0, LOOKED_AT), 1],
    [implementation_notes.slice(0, LOOKED_AT / 2), 0.5],
  ] as const) {
    // The action asked for wins over the things it is done to: topics weaker than the first count half.
    const matches = matchTopics(text);
    for (const { topic, score } of matches) {
      const entry = byExpert.get(topic.expert) ?? { points: 0, topics: new Set<string>() };
      entry.points += score * weight * (score === matches[0]?.score ? 1 : 0.5);
      entry.topics.add(topic.id);
      byExpert.set(topic.expert, entry);
    }
  }
  return [...byExpert]
    .map(([expert, { points, topics }]) => ({ expert, points, topics: [...topics] }))
    .sort((a, b) => b.points - a.points || EXPERTS.indexOf(a.expert) - EXPERTS.indexOf(b.expert));
}

/** The keyword tier's vote. Abstains (null) when the best has too few points or too small a margin. */
export function keywordVote(text: RoutableText): { vote: RoutingVote; ranked: readonly Ranked[]; sure: boolean } {
  const scores = scoresOf(text);
  const total = scores.reduce((sum, { points }) => sum + points, 1);
  const ranked = scores.map(({ expert, points }) => ({ expert, share: points / total }));
  const [best, second] = scores;
  if (best === undefined) {
    const vote = { tier: "keywords", expert: null, confidence: 0, because: "no word of the lexicon occurs" };
    return { vote, ranked, sure: false };
  }
  const claim = text.category === best.expert ? CLAIM : text.category === second?.expert ? -CLAIM : 0;
  const margin = best.points - (second?.points ?? 0) + claim;
  const decided = best.points >= ENOUGH && margin >= MARGIN;
  const sure = decided && best.points >= SURE.points && margin >= SURE.margin;
  const confidence = Math.round((best.points / (best.points + (second?.points ?? 0) + 1)) * 100) / 100;
  const found = `${best.topics.join(", ")}: ${best.points} points, ${margin} ahead of ${second?.expert ?? "none"}`;
  const because = decided ? found : `${found}; at least ${ENOUGH} points and ${MARGIN} ahead are needed`;
  const vote = { tier: "keywords", expert: decided ? best.expert : null, confidence, because };
  return { vote: { ...vote, ranked: ranked.slice(0, 3) }, ranked, sure };
}
