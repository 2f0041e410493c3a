/** What forecasts are made from: one row per improvement that was decided in the cluster. */
import type { Improvement } from "../domain/improvement.ts";

/** What is known of a change before it is made. Texts of at most 60 characters. */
export interface Circumstances {
  readonly expert: string;
  /** Of its intent; the improvement's type where there is none. */
  readonly kind: string;
  readonly category: string;
  readonly verdict: string;
  /** 0..1 */
  readonly relevance: number;
  /** 0..1 */
  readonly complexity?: number | undefined;
  readonly files: number;
  /** How many things depend on what is changed. */
  readonly radius: number;
  readonly feasibility?: string | undefined;
  readonly effort?: string | undefined;
}

export interface ForecastRow extends Circumstances {
  readonly id: string;
  /** Rows of one source are never on both sides of a split. */
  readonly source: string;
  /** ISO 8601 */
  readonly at: string;
  /** It was verified, and nobody took it back since. */
  readonly held: boolean;
  /** From approval until verified, of those that held. */
  readonly minutes?: number | undefined;
  /** Of all questions to models that were really asked for it. */
  readonly tokens: number;
  /** US dollars; absent where a price was not known. */
  readonly dollars?: number | undefined;
}

/** Where rows are kept: at most 5,000, the oldest go. */
export interface ForecastBook {
  /** Inserts or replaces the improvement's row. */
  keep(row: ForecastRow): Promise<void>;
  /** Newest first. What cannot be read is left out and counted in `damaged`. */
  rows(): Promise<{ readonly rows: readonly ForecastRow[]; readonly damaged: number }>;
  /** How many there are, and when the newest came (milliseconds since the epoch): whether a fit is still good. */
  extent(): Promise<{ readonly count: number; readonly newest: number }>;
}

const TEXT = 60;
const MOST = 1e9;

/**
 * What `learn` calls of every improvement that came to an end: puts down how it went, where the cluster has decided.
 * `now` in milliseconds since the epoch. Returns whether there was anything to put down. Throws what the book throws.
 */
export async function keepForecastRow(
  book: Pick<ForecastBook, "keep">,
  improvement: Improvement,
  reached: string,
  now: number,
): Promise<boolean> {
  const row = forecastRow(improvement, reached, now);
  if (row !== undefined) await book.keep(row);
  return row !== undefined;
}

/** Undefined: the cluster has not decided about it. Its present status counts more than what was reached some time ago. */
export function forecastRow(improvement: Improvement, reached: string, now: number): ForecastRow | undefined {
  const held = heldOf(improvement, reached);
  if (held === undefined) return undefined;
  const minutes = held ? minutesOf(improvement) : undefined;
  const { dollars } = spentOn(improvement);
  return {
    id: improvement.id,
    source: improvement.source_id.slice(0, 200),
    at: new Date(now).toISOString(),
    ...circumstancesOf(improvement),
    held,
    ...(minutes === undefined ? {} : { minutes }),
    tokens: spentOn(improvement).tokens,
    ...(dollars === undefined ? {} : { dollars }),
  };
}

export function circumstancesOf(improvement: Improvement): Circumstances {
  const { expert_evaluation: evaluation, planning, routing_decision: decision } = improvement;
  const radius = planning?.blast_radius;
  return {
    expert: short(evaluation?.expert ?? improvement.expert ?? "none"),
    kind: short(improvement.intent?.kind ?? improvement.type),
    category: short(improvement.category),
    verdict: short(improvement.verdict?.decision ?? "none"),
    relevance: bounded(improvement.relevance, 1),
    ...(decision === undefined ? {} : { complexity: bounded(decision.complexity / 100, 1) }),
    files: bounded(improvement.change_set?.files.length ?? 0, MOST),
    radius: bounded((radius?.direct ?? 0) + (radius?.transitive ?? 0), MOST),
    ...(evaluation === undefined
      ? {}
      : { feasibility: short(evaluation.feasibility.value), effort: short(evaluation.effort.value) }),
  };
}

/** Tokens and dollars of the questions that were really asked; dollars are unknown where one price is. */
export function spentOn({ model_calls: calls = [] }: Improvement): { tokens: number; dollars: number | undefined } {
  const asked = calls.filter(({ answered_by: by }) => by === "vendor");
  const tokens = asked.reduce((sum, { input, output }) => sum + input + output, 0);
  const dollars = asked.reduce((sum, { cost }) => sum + cost, 0);
  const isKnown = asked.every(({ priced }) => priced);
  return { tokens: bounded(tokens, MOST), dollars: isKnown ? bounded(dollars, MOST) : undefined };
}

/** A change that people took back did not hold; one that was refused, or never came into Git, says nothing. */
function heldOf({ status, git_commit, landed, deployed_at }: Improvement, reached: string): boolean | undefined {
  if (status === "rolling_back" || status === "rollback_blocked" || status === "failed" || reached === "failed") {
    const wasTried = git_commit !== undefined || landed !== undefined || deployed_at !== undefined;
    return wasTried ? false : undefined;
  }
  return reached === "verified" ? true : undefined;
}

function minutesOf({ approved_at, verified_at }: Improvement): number | undefined {
  const minutes = (Date.parse(verified_at ?? "") - Date.parse(approved_at ?? "")) / 60_000;
  return Number.isFinite(minutes) && minutes >= 0 ? bounded(minutes, MOST) : undefined;
}

function bounded(value: number, most: number): number {
  return Number.isFinite(value) ? Math.min(most, Math.max(0, value)) : 0;
}

function short(text: string): string {
  return String(text).slice(0, TEXT);
}
