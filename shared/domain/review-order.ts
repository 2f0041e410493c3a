/**
 * In which order people look at what waits for them. Pure. A number from 0, the sum of what is worth a word; every row
 * says in these words why it stands where it stands:
 *
 *   standing  what is in the cluster and not well goes first: rollback_blocked 100, held 60, dead 30, pending_review 20,
 *             conflicts 0
 *   value     30 × relevance × the forecast's probability to hold (1/2 where there is no forecast)
 *   risk      up to 30: policy's human rules 4 each (at most 8), a rule that always asks a person 6, security or database 6,
 *             validation that could not tell 4, a forecast under 0.7 4, and what depends on it (log2, at most 8)
 *   waiting   one per 12 hours, at most 20, so that nothing waits for ever
 *   denied    −25: nobody can approve it, so it can wait
 */
import type { BlastRadius } from "./blast-radius.ts";
import type { Verdict } from "./change-set.ts";
import type { Forecast } from "./forecast.ts";
import type { Status } from "./lifecycle.ts";

/** Where nothing goes on without a person, the most urgent first. */
export const REVIEWED = ["rollback_blocked", "held", "dead", "pending_review", "conflicts"] as const;
export type Reviewed = (typeof REVIEWED)[number];

export interface ReviewFacts {
  readonly status: Status;
  readonly category?: string | undefined;
  readonly relevance?: number | undefined;
  readonly approval_rule?: string | undefined;
  readonly rag_check_passed?: string | undefined;
  readonly verdict?: Verdict | undefined;
  readonly blast_radius?: BlastRadius | undefined;
  readonly forecast?: Pick<Forecast, "holds"> | undefined;
  /** ISO 8601, of its last move. */
  readonly updated_at?: string | undefined;
}

export interface ReviewRank {
  readonly score: number;
  readonly risk: number;
  readonly value: number;
  /** The greatest part first. */
  readonly because: readonly string[];
}

const STANDING: Readonly<Record<Reviewed, readonly [points: number, words: string]>> = {
  rollback_blocked: [100, "its rollback is blocked: the cluster is not as it should be"],
  held: [60, "it is live and held: nobody has judged it well or bad"],
  dead: [30, "it died on its way"],
  pending_review: [20, "it waits for a decision"],
  conflicts: [0, "it contradicts something"],
};
const TWELVE_HOURS_MS = 12 * 3_600_000;
const RISKY: readonly string[] = ["security", "database"];

interface Part {
  readonly points: number;
  readonly words: string;
}

/** `now` in milliseconds since the epoch. Facts that are no numbers count as absent. */
export function reviewRank(facts: ReviewFacts, now: number): ReviewRank {
  const [points, words] = STANDING[facts.status as Reviewed] ?? [0, `it is ${facts.status}`];
  const risks = riskParts(facts);
  const risk = Math.min(30, total(risks));
  const value = valueOf(facts);
  const waiting = waitingPart(facts, now);
  const denied = facts.verdict?.decision === "deny" ? [{ points: -25, words: "policy denies it" }] : [];
  const score = points + risk + value + total(waiting) + total(denied);
  const parts = [{ points, words }, ...risks, ...valuePart(facts, value), ...waiting, ...denied];
  const because = parts
    .filter((part) => part.points !== 0 || part.words === words)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .map((part) => part.words);
  return { score: Math.max(0, rounded(score)), risk: rounded(risk), value: rounded(value), because };
}

/** The highest score first; of equals what waits longest, then by id, so that the order never flickers. */
export function inReviewOrder(
  a: { readonly score: number; readonly updated_at?: string | undefined; readonly id: string },
  b: { readonly score: number; readonly updated_at?: string | undefined; readonly id: string },
): number {
  if (a.score !== b.score) return b.score - a.score;
  const [one, other] = [`${a.updated_at ?? ""} ${a.id}`, `${b.updated_at ?? ""} ${b.id}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

function riskParts({
  verdict,
  approval_rule: rule,
  category,
  rag_check_passed,
  forecast,
  blast_radius,
}: ReviewFacts): Part[] {
  const humans = verdict?.rules.filter(({ decision }) => decision === "human") ?? [];
  const always = rule?.startsWith("always-human") === true || humans.some((hit) => hit.rule.startsWith("always-human"));
  const holds = forecast?.holds?.probability;
  const reach = (blast_radius?.direct ?? 0) + (blast_radius?.transitive ?? 0);
  const named = humans.map((hit) => hit.rule).join(", ");
  const parts: Part[] = [
    { points: Math.min(8, 4 * humans.length), words: `policy wants a person (${named})` },
    { points: always ? 6 : 0, words: "a person always decides on such a change" },
    { points: RISKY.includes(category ?? "") ? 6 : 0, words: `it is about ${category}` },
    { points: rag_check_passed === "unknown" ? 4 : 0, words: "validation could not tell" },
    { points: holds !== undefined && holds < 0.7 ? 4 : 0, words: `changes like it hold in ${percent(holds)} of cases` },
    {
      points: reach > 0 ? Math.min(8, Math.log2(1 + reach)) : 0,
      words: `${reach} ${reach === 1 ? "thing depends" : "things depend"} on it`,
    },
  ];
  return parts.filter((part) => part.points > 0);
}

function valueOf({ relevance, forecast }: ReviewFacts): number {
  const known = relevance !== undefined && relevance >= 0 ? Math.min(1, relevance) : 0;
  const holds = forecast?.holds?.probability;
  const chance = holds !== undefined && holds >= 0 ? Math.min(1, holds) : 0.5;
  return 30 * known * chance;
}

function valuePart({ relevance, forecast }: ReviewFacts, points: number): Part[] {
  const holds = forecast?.holds?.probability;
  const chance = holds === undefined ? "" : `, likely to hold (${percent(holds)})`;
  return points > 0 ? [{ points, words: `relevance ${(relevance ?? 0).toFixed(2)}${chance}` }] : [];
}

function waitingPart({ updated_at: at }: ReviewFacts, now: number): Part[] {
  const age = now - Date.parse(at ?? "");
  // Also of a time that is no time, or in the future.
  if (!(age >= TWELVE_HOURS_MS)) return [];
  const days = Math.floor(age / 86_400_000);
  const words = days < 1 ? "for half a day" : days === 1 ? "for a day" : `for ${days} days`;
  return [{ points: Math.min(20, age / TWELVE_HOURS_MS), words: `it has waited ${words}` }];
}

function total(parts: readonly Part[]): number {
  return parts.reduce((sum, { points }) => sum + points, 0);
}
function percent(share: number | undefined): string {
  return `${Math.round((share ?? 0) * 100)} %`;
}
function rounded(number: number): number {
  return Math.round(number * 10) / 10;
}
