/** One flat row per end of an improvement: what was proposed, who chose whom, what was decided, how it went. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { heldOf, labelOf } from "../../shared/routing/learning/labels.ts";

/**
 * One flat row; empty texts are left out. Whether the right expert was chosen and whether the change held are different
 * questions, so votes and end are kept apart. A repeated row has the same `row` id.
 */
export function outcomeRow(improvement: Improvement, reached: Status, now: number): Record<string, string> {
  const { verdict, approval, relevance_basis: basis, expert_evaluation: evaluation } = improvement;
  const { routing_decision: decision, routing_feedback: feedback } = improvement;
  const { label, right, by } = labelOf(improvement, reached);
  const row: Record<string, string | undefined> = {
    row: `${improvement.id}:${reached}:${improvement.updated_at}`,
    improvement: improvement.id,
    source: improvement.source_id,
    reached,
    at: new Date(now).toISOString(),
    title: improvement.title,
    category: improvement.category,
    type: improvement.type,
    expert: improvement.expert,
    relevance: String(improvement.relevance),
    relevance_parts: basis === undefined ? undefined : JSON.stringify(basis.parts),
    votes: json(improvement.routing?.map(({ tier, expert, confidence }) => ({ tier, expert, confidence }))),
    route_tier: decision?.tier,
    route_arm: decision?.arm,
    route_expert: decision?.expert ?? undefined,
    route_confidence: decision === undefined ? undefined : String(decision.confidence),
    route_arms: json(decision?.arms),
    route_feedback: json(feedback),
    route_label: label,
    route_labelled_by: by,
    route_right: word(right),
    held: word(heldOf(reached)),
    evaluated_by: evaluation?.by,
    feasibility: evaluation?.feasibility.value,
    impact: evaluation?.impact.value,
    intent: improvement.intent?.kind,
    application: improvement.change_set?.application,
    verdict: verdict?.decision,
    verdict_rules: verdict === undefined ? undefined : verdict.rules.map(({ rule }) => rule).join(" "),
    approval_rule: improvement.approval_rule,
    approved_by: approval?.actor,
    git_commit: improvement.git_commit,
    rollback_commit: improvement.rollback_commit,
    reason: improvement.failure_reason ?? improvement.review_reason,
    ...durations(improvement, now),
  };
  return Object.fromEntries(Object.entries(row).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** Milliseconds between the moments the record knows. */
function durations(improvement: Improvement, now: number): Record<string, string | undefined> {
  const { created_at, approved_at, deployed_at, verified_at, failed_at } = improvement;
  return {
    total_ms: between(created_at, new Date(now).toISOString()),
    to_approval_ms: between(created_at, approved_at),
    to_deployment_ms: between(approved_at, deployed_at),
    to_end_ms: between(deployed_at, verified_at ?? failed_at),
  };
}

function between(from: string | undefined, to: string | undefined): string | undefined {
  if (from === undefined || to === undefined) return undefined;
  const milliseconds = Date.parse(to) - Date.parse(from);
  return Number.isFinite(milliseconds) && milliseconds >= 0 ? String(milliseconds) : undefined;
}

function json(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function word(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
