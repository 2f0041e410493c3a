/** A past improvement as what it was, and where it ended: `learn` keeps it, `validate` finds it again. */
import type { Improvement } from "../../domain/improvement.ts";
import type { Chunk } from "../../knowledge-ports.ts";
import { redactText } from "../../repository/redact.ts";
import { newChunk } from "./chunk.ts";

type Ended = Pick<Improvement, "id" | "title" | "description" | "category" | "type" | "status"> &
  Partial<Pick<Improvement, "quotes" | "failure_reason" | "tombstone" | "review_reason" | "dead_reason" | "intent">>;

/** Characters of one field: a description may be pasted from anywhere. */
const FIELD = 2_000;
/** Sentences of its source: title and description may be the school's own words for a topic. */
const QUOTES = 5;

/** One chunk per improvement, in whatever state; `path` is its id, so that a later outcome replaces an earlier one. */
export function chunkOfImprovement(improvement: Ended): Chunk {
  const { id, title, status } = improvement;
  const text = linesOf(improvement).join("\n");
  const place = plain(title).replaceAll(/\s+/g, " ").slice(0, 200);
  const to = text.split("\n").length;
  return newChunk(
    { corpus: "improvements", source: "school", path: id, place: place === "" ? id : place, from: 1, to, text, status },
    0,
  );
}

function linesOf({ title, description, category, type, status, ...rest }: Ended): readonly string[] {
  const reason = rest.failure_reason ?? rest.tombstone ?? rest.dead_reason ?? rest.review_reason;
  return [
    plain(title),
    plain(description),
    ...(rest.quotes ?? []).slice(0, QUOTES).map(({ text }) => `Said: ${plain(text).replaceAll(/\s+/g, " ")}`),
    `${category}, ${type}${rest.intent === undefined ? "" : `, intent ${rest.intent.kind}`}`,
    `Outcome: ${status.replaceAll("_", " ")}`,
    ...(reason === undefined || reason === "" ? [] : [`Reason: ${plain(reason)}`]),
  ].filter((line) => line !== "");
}

function plain(text: string): string {
  return redactText(text).trim().slice(0, FIELD);
}
