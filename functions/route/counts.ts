/** What the coordinator's metrics say of routing is counted here: decisions, votes, times, and where nobody could say. */

import type { Choice } from "../../shared/routing/cascade.ts";
import { COMPLEX } from "../../shared/routing/complexity.ts";
import { COMPLEXITY_BOUNDS, TIME_BOUNDS } from "../../shared/routing/report/buckets.ts";
import type { Arm } from "../../shared/routing-ports.ts";
import type { Heard } from "./votes.ts";

export interface Routed {
  readonly heard: Heard;
  readonly arm: Arm;
  readonly choice: Choice;
  readonly complexity: number;
  readonly hasModel: boolean;
}

/** Fields of `school:metrics` and what to add to each; buckets are not cumulative. */
export function countsOf({ heard, arm, choice, complexity, hasModel }: Routed): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (field: string, value = 1) => {
    counts[field] = (counts[field] ?? 0) + value;
  };
  const { tier, expert, confidence } = choice;
  add(`route_served:${tier}:${expert ?? "none"}:${arm}`);
  add(`route_confidence_sum:${tier}`, Math.round(confidence * 1_000));
  const votes = heard.model === undefined ? heard.listed : [...heard.listed, heard.model];
  for (const vote of votes) {
    add(
      `route_vote:${vote.tier}:${vote.unknown === true ? "unknown" : vote.expert === null ? "abstained" : "decided"}`,
    );
    const { ms = 0 } = vote;
    add(`route_ms:${vote.tier}:${TIME_BOUNDS.find((bound) => ms <= bound) ?? "inf"}`);
    add(`route_ms_sum:${vote.tier}`, Math.round(ms * 1_000));
  }
  const { neighbourhood: nearby } = heard;
  if (nearby !== undefined) {
    const result = nearby.kind === "unknown" ? "error" : nearby.neighbours.length > 0 ? "hit" : "miss";
    add(`route_similarity:${result}`);
  }
  add(`route_complexity:${COMPLEXITY_BOUNDS.find((bound) => complexity <= bound) ?? "inf"}`);
  add("route_complexity_sum", complexity);
  add(`route_mode:${hasModel ? "model" : "no-model"}:${complexity >= COMPLEX ? "complex" : "simple"}`);
  const reason = escalation(heard, choice, hasModel);
  if (reason !== undefined) add(`route_escalated:${reason}`);
  return counts;
}

/** Why more than the cheap tiers was needed. */
function escalation({ model }: Heard, { tier, expert }: Choice, hasModel: boolean): string | undefined {
  if (tier === "model" && expert !== null) return "to-model";
  if (expert !== null) return undefined;
  if (!hasModel) return "no-model";
  return model?.unknown === true ? "model-unavailable" : "model-unsure";
}
