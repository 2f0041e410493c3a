/**
 * learn: keeps one row per improvement that came to an end, the raw material for statistics and for better routing, and
 * puts it where `validate` finds what was tried before.
 */
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Outcomes } from "../../shared/ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { type Observed, observed } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";

export interface LearnPorts {
  readonly outcomes: Outcomes;
  /** Undefined: there is no index. */
  readonly past?:
    | { keep(improvement: Improvement, when: { now: () => number; signal: AbortSignal }): Promise<void> }
    | undefined;
}

/** Far enough away that no pod is kept up for it. */
const INDEX_RETRY_MS = 180_000;

export async function learn(
  input: InputOf<"learn">,
  { outcomes, past }: LearnPorts,
  { now, signal }: Pick<Context, "now"> & Partial<Pick<Context, "signal">>,
): Promise<Observed> {
  if ("notice" in input) return observed(`nothing to learn from a notice about ${input.notice.about}`);
  const { improvement, reached } = input;
  await outcomes.append(outcomeRow(improvement, reached, now()));
  if (past === undefined) return observed(`outcome ${reached} kept`);
  await untilTaken(() => past.keep(improvement, { now, signal: signal ?? new AbortController().signal }), signal);
  return observed(`outcome ${reached} kept, and indexed`);
}

/** An index that is away, or refuses the key, must cost no outcome: this is tried for as long as it takes. */
async function untilTaken(keep: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  try {
    await keep();
  } catch (error) {
    signal?.throwIfAborted();
    const said = error instanceof Error ? error.message : String(error);
    throw new RetryLater(`the outcome is kept, but not indexed yet: ${said}`, INDEX_RETRY_MS, {
      cause: error,
      free: true,
    });
  }
}

/**
 * One flat row; empty texts are left out. Whether the right expert was chosen and whether the change held are different
 * questions, so votes and end are kept apart. A repeated row has the same `row` id.
 */
export function outcomeRow(improvement: Improvement, reached: string, now: number): Record<string, string> {
  const { verdict, approval, relevance_basis: basis, expert_evaluation: evaluation } = improvement;
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
