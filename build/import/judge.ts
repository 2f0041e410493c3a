/**
 * What becomes of one record of the founding platform. Pure. Nothing it says of approval is believed: what is not proven
 * to have ended in the cluster begins at ingest, where every gate is still ahead of it.
 */
import { sourceId } from "../../functions/ingest/identity.ts";
import { Proposal } from "../../shared/domain/events.ts";
import { CATEGORIES, type Patch } from "../../shared/domain/improvement.ts";
import { itemIn, type PlatformItem, videoOf, videoTitleOf } from "../../shared/domain/platform-records.ts";
import type { PastImprovement } from "../../shared/pipeline/import.ts";
import type { Place, PlatformRecord } from "./platform.ts";

export type Judgement =
  /** Goes onto the ingest list as this text. */
  | { readonly kind: "again"; readonly was: Place | "unlisted"; readonly element: string }
  | { readonly kind: "past"; readonly past: PastImprovement }
  | { readonly kind: "unusable"; readonly because: string };

type JsonObject = Readonly<Record<string, unknown>>;

/** `now` in milliseconds since the epoch. */
export function judge(record: PlatformRecord, now: number): Judgement {
  if (record.text === undefined) return unusable("it is larger than any record of the platform");
  const value = objectIn(record.text);
  if (value === undefined) return unusable("it is no JSON object");
  const item = itemIn(value);
  if (item === undefined) return unusable("it has no description");
  const was = record.place ?? placeBySigns(value);
  if (was === "failed") return past(record, value, item, "failed", now);
  if (was === "verified" && wasMeasured(value)) return past(record, value, item, "verified", now);
  return { kind: "again", was, element: elementOf(value, item) };
}

/** Where an improvement that no list names had got to. */
function placeBySigns(value: JsonObject): Place | "unlisted" {
  if (isObject(value["rollback"]) || typeof value["failed_at"] === "string") return "failed";
  return typeof value["verified_at"] === "string" ? "verified" : "unlisted";
}

/** The platform's monitor calls verified what waited too long for it, without a single check. */
function wasMeasured(value: JsonObject): boolean {
  const monitoring = value["health_monitoring"];
  return isObject(monitoring) && Array.isArray(monitoring["checks"]) && monitoring["checks"].length > 0;
}

function elementOf(value: JsonObject, { category, type, description, notes }: PlatformItem): string {
  const improvement = { category, type, description, implementation_notes: notes };
  const video = videoOf(value);
  const title = videoTitleOf(value);
  return JSON.stringify({
    ...(video === undefined ? {} : { video_id: video }),
    ...(title === undefined ? {} : { video_title: title }),
    improvements: [improvement],
  });
}

function past(
  record: PlatformRecord,
  value: JsonObject,
  item: PlatformItem,
  status: PastImprovement["status"],
  now: number,
): Judgement {
  const at = Math.min(now, record.since ?? timeIn(value, `${status}_at`) ?? now);
  const proposal = Proposal.safeParse(proposalOf(value, item));
  if (!proposal.success) {
    return unusable(proposal.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  }
  const { relevance_basis: basis, source_url: url, video_id: video, ...plain } = proposal.data;
  const optional = {
    ...(basis === undefined ? {} : { relevance_basis: basis }),
    ...(url === undefined ? {} : { source_url: url }),
    ...(video === undefined ? {} : { video_id: video }),
  };
  const because = `imported: the platform that wrote improvement:${record.id} called it ${status}`;
  const facts = factsOf(value, status, at);
  return {
    kind: "past",
    past: { id: ownId(record.id), status, at, because, proposal: { ...plain, ...optional }, facts },
  };
}

/** Its own key holds the platform's string, in the same Redis or in another one that may be merged with this. */
function ownId(id: string): string {
  return /^[\w.-]{1,57}$/u.test(id) ? `legacy-${id}` : `legacy-${sourceId({ content: id, again: false })}`;
}

function proposalOf(value: JsonObject, { category, type, description, notes }: PlatformItem): unknown {
  const video = videoOf(value);
  const address =
    video !== undefined && /^[\w-]{11}$/u.test(video) ? `https://www.youtube.com/watch?v=${video}` : undefined;
  const score = value["relevance"];
  const title = videoTitleOf(value) ?? video ?? "unknown video";
  return {
    title: description.slice(0, 150),
    description: description.slice(0, 4_000),
    category: CATEGORIES.find((known) => known === category.trim().toLowerCase()) ?? "knowledge",
    type: type === "" ? "concept" : type.trim().toLowerCase().slice(0, 40),
    implementation_notes: notes.slice(0, 4_000),
    relevance: typeof score === "number" && score >= 0 && score <= 1 ? score : 0,
    relevance_basis: { formula: "the platform's own score of the whole video, taken over unchecked", parts: {} },
    // Past improvements are compared by what was said.
    quotes: [{ text: description.slice(0, 1_500) }],
    source_id: sourceId(address === undefined ? { content: title, again: false } : { address, again: false }),
    source_title: title.slice(0, 300),
    ...(address === undefined ? {} : { source_url: address }),
    ...(video === undefined ? {} : { video_id: video }),
  };
}

function factsOf(value: JsonObject, status: PastImprovement["status"], at: number): Patch {
  const { implementation, rollback } = value;
  const commit = isObject(implementation) ? commitIn(implementation, "commit_hash", "commit") : undefined;
  const revert = isObject(rollback) ? commitIn(rollback, "rollback_commit", "revert_commit", "commit_hash") : undefined;
  const reason = isObject(rollback) ? (textIn(rollback, "reason") ?? textIn(rollback, "error")) : undefined;
  const iso = new Date(at).toISOString();
  const created = timeIn(value, "proposed_at");
  const implemented = timeIn(value, "implemented_at");
  return {
    created_at: new Date(Math.min(at, created ?? at)).toISOString(),
    updated_at: iso,
    ...(implemented === undefined ? {} : { implemented_at: new Date(implemented).toISOString() }),
    ...(commit === undefined ? {} : { git_commit: commit }),
    ...(status === "verified" ? { verified_at: iso } : { failed_at: iso }),
    ...(status === "verified" ? {} : { failure_reason: reason ?? "the platform took it back and gave no reason" }),
    ...(status === "verified" || revert === undefined ? {} : { rollback_commit: revert }),
  };
}

function commitIn(value: JsonObject, ...names: readonly string[]): string | undefined {
  return names.map((name) => textIn(value, name)).find((text) => text !== undefined && /^[0-9a-f]{7,64}$/u.test(text));
}

/** One line, capped: it goes into a record that pages and messages show. */
function textIn(value: JsonObject, name: string): string | undefined {
  const text = value[name];
  if (typeof text !== "string") return undefined;
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line === "" ? undefined : line.slice(0, 500);
}

function timeIn(value: JsonObject, name: string): number | undefined {
  const text = value[name];
  const time = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) || time <= 0 ? undefined : time;
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // The caller says that it is no JSON object.
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unusable(because: string): Judgement {
  return { kind: "unusable", because };
}
