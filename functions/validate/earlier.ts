/** Earlier improvements in one shape, whether the school remembers them or only the index does. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import { TOPICS } from "../../shared/domain/lexicon.ts";
import type { Hit } from "../../shared/knowledge-ports.ts";
import { redactText } from "../../shared/repository/redact.ts";

export type Known = Pick<
  Improvement,
  "id" | "title" | "description" | "quotes" | "status" | "created_at" | "relevance" | "rollback_commit" | "tombstone"
>;

export interface Earlier {
  readonly id: string;
  readonly title: string;
  /** What was really said, without secrets. */
  readonly substance: string;
  /** That and the title, for a look at whether both are the same to the letter. */
  readonly whole: string;
  /** End of a sentence about it: "was rolled back and is not tried again". */
  readonly fate: string;
  readonly lines: number;
}

/** Those of `past` that stand before `improvement`: older ones, and whatever is never tried again. */
export function earlierIn(past: readonly Known[], improvement: Known): readonly Earlier[] {
  return past
    .filter((other) => counts(other, improvement))
    .map((other) => {
      const substance = substanceOf(other);
      const whole = other.quotes.length > 0 ? `${other.title}\n${substance}` : substance;
      const shown = redactText(substance);
      return { ...other, substance: shown, whole, fate: fateOf(other), lines: shown.split("\n").length };
    });
}

/** Statuses of the index that stand in the way of the same again; what a person refused may be proposed better. */
const BLOCKING: Readonly<Record<string, string>> = {
  verified: "is verified",
  failed: "was rolled back and is not tried again",
  rolling_back: "was rolled back and is not tried again",
  rollback_blocked: "was rolled back and is not tried again",
};

/** What the index holds beyond `known` ids. */
export function earlierFrom(hits: readonly Hit[], known: ReadonlySet<string>): readonly Earlier[] {
  return hits.flatMap(({ chunk }) => {
    const fate = BLOCKING[chunk.status ?? ""];
    if (chunk.corpus !== "improvements" || known.has(chunk.path) || fate === undefined) return [];
    const substance = saidIn(chunk.text);
    if (substance === "") return [];
    return [{ id: chunk.path, title: chunk.place, substance, whole: chunk.text, fate, lines: chunk.to }];
  });
}

/** The words of a kept improvement without its category, its outcome, and what are only our own names for a topic. */
function saidIn(text: string): string {
  const lines = text.split("\n");
  const quotes = lines.filter((line) => line.startsWith("Said: ")).map((line) => line.slice("Said: ".length));
  if (quotes.length > 0) return quotes.join("\n");
  const outcome = lines.findIndex((line) => line.startsWith("Outcome: "));
  // Before the outcome stands the line with category and type.
  const own = outcome < 0 ? lines : lines.slice(0, Math.max(0, outcome - 1));
  return own.some((line) => !OURS.has(line)) ? own.join("\n") : "";
}

const OURS: ReadonlySet<string> = new Set(TOPICS.flatMap(({ title, advice }) => [title, advice]));

/** Of two that arrive together the older one stays, so that they do not cancel each other out. */
function counts(other: Known, improvement: Known): boolean {
  if (other.id === improvement.id || other.status === "conflicts") return false;
  return other.tombstone !== undefined || wasTakenBack(other) || isOlder(other, improvement);
}

export function isOlder(one: Known, other: Known): boolean {
  return `${one.created_at} ${one.id}` < `${other.created_at} ${other.id}`;
}

function wasTakenBack({ status, rollback_commit }: Known): boolean {
  return (
    status === "failed" || status === "rolling_back" || status === "rollback_blocked" || rollback_commit !== undefined
  );
}

export function fateOf(other: Known): string {
  if (wasTakenBack(other)) return "was rolled back and is not tried again";
  return other.tombstone === undefined ? `is ${other.status}` : `is not tried again (${other.tombstone})`;
}

/** Title and description may be our own words about a topic; what was really said is in the quotes. */
export function substanceOf({ title, description, quotes }: Known): string {
  return quotes.length > 0 ? quotes.map(({ text }) => text).join("\n") : `${title}\n${description}`;
}
