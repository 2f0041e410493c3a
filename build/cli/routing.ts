/** How an improvement was routed, what people say of it, and what is foretold of the change, line by line. */
import { forecastLines } from "../../shared/domain/forecast-words.ts";
import type { Improvement, RoutingDecision, RoutingFeedback, RoutingVote } from "../../shared/domain/improvement.ts";

type Lines = readonly string[];

export function routing({
  routing: votes = [],
  routing_decision: decision,
  routing_feedback: word,
}: Improvement): Lines {
  return [
    ...votes.map(vote),
    ...(decision === undefined ? [] : decided(decision)),
    ...(word === undefined ? [] : [feedback(word)]),
  ];
}

export function forecast({ forecast: told }: Improvement): Lines {
  return told === undefined ? [] : forecastLines(told);
}

function vote({ tier, expert, confidence, because, ms, by, unknown }: RoutingVote): string {
  const who = unknown === true ? "could not be asked" : (expert ?? "abstains");
  const facts = [
    String(confidence),
    ...(ms === undefined ? [] : [`${Math.round(ms * 10) / 10} ms`]),
    ...(by === undefined ? [] : [by]),
  ];
  return `${tier}: ${who} (${facts.join(", ")}), ${because}`;
}

function decided({ arm, share, tier, expert, confidence, arms, complexity, ms }: RoutingDecision): Lines {
  const other = arms[arm === "rules" ? "learned" : "rules"];
  return [
    `decided by ${tier}: ${expert ?? "nobody"} (${confidence}), complexity ${complexity}, ${Math.round(ms * 10) / 10} ms`,
    `arm ${arm} (${percent(share)} go to the learned one); the ${arm === "rules" ? "learned" : "rules"} arm: ${
      other.expert ?? "nobody"
    } by ${other.tier} (${other.confidence})`,
  ];
}

function feedback({ right, expert, by, because, at }: RoutingFeedback): string {
  const better = right || expert === undefined ? "" : `, ${expert} would have been right`;
  return `the router was ${right ? "right" : "wrong"}${better}: ${because} (${by}, ${at})`;
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
