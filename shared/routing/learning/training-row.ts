/** What is kept of an improvement that came to an end, to learn from. */
import type { Improvement } from "../../domain/improvement.ts";
import type { Status } from "../../domain/lifecycle.ts";
import type { RoutableText, RoutingExperience, TrainingRow } from "../../routing-ports.ts";
import { TIERS } from "../../routing-ports.ts";
import { chosenBy, heldOf, labelOf } from "./labels.ts";

export function routableText(improvement: Improvement): RoutableText {
  const { title, description, implementation_notes, type, category } = improvement;
  return { title, description, implementation_notes, type, category };
}

/** `at` is when it was known: its end, or the feedback after it. The same record gives the same row. */
export function trainingRow(improvement: Improvement, reached: Status): TrainingRow {
  const { id, source_id: source, routing = [], routing_decision: decision } = improvement;
  return {
    id,
    source,
    at: knownAt(improvement),
    text: routableText(improvement),
    chosen: chosenBy(improvement),
    arm: decision?.arm,
    tier: decision?.tier ?? routing.find(({ expert }) => expert === improvement.expert)?.tier,
    confidence: decision?.confidence,
    arms: decision?.arms,
    votes: routing.map(({ tier, expert, confidence }) => ({ tier, expert, confidence })),
    ...labelOf(improvement, reached),
    held: heldOf(reached),
    reached,
  };
}

/** What is remembered for the tier of neighbours; undefined where nobody was ever asked. */
export function routingExperience(improvement: Improvement, reached: Status): RoutingExperience | undefined {
  const { id, source_id: source, expert, routing_decision: decision, routing_feedback: feedback } = improvement;
  if (expert === undefined) return undefined;
  const { label, right, by } = labelOf(improvement, reached);
  return {
    improvement: id,
    source,
    text: routableText(improvement),
    tier: tierOf(decision?.tier),
    expert: label ?? expert,
    confidence: decision?.confidence ?? 0,
    latencyMs: decision?.ms ?? 0,
    // Of the expert it is kept with: whoever is said to be the right one is right. That it held is kept apart.
    routeRight: by === "outcome" ? undefined : label === undefined ? right : true,
    held: heldOf(reached),
    reached,
    errorType: reached === "failed" ? errorTypeOf(improvement) : undefined,
    feedback,
    at: knownAt(improvement),
  };
}

function tierOf(tier: string | undefined): RoutingExperience["tier"] {
  if (tier === "person") return tier;
  return TIERS.find((one) => one === tier) ?? "unknown";
}

/** A short class; the whole reason is in the record. */
function errorTypeOf({ health_checks_passed: health, breaker_opened, deployed_at }: Improvement): string {
  if (breaker_opened !== undefined) return "breaker";
  if (health === "false") return "health";
  return deployed_at === undefined ? "sync" : "other";
}

/** Whatever was said or came last: what is known later is never older. */
function knownAt({ routing_feedback: feedback, verified_at, failed_at, updated_at }: Improvement): string {
  const known = [feedback?.at, verified_at, failed_at].filter(
    (at) => at !== undefined && !Number.isNaN(Date.parse(at)),
  );
  return known.sort((a, b) => Date.parse(b ?? "") - Date.parse(a ?? ""))[0] ?? updated_at;
}
