/**
 * What the platform's own producers put on lists instead of CloudEvents: a video analysis `{video_id, title, relevance,
 * improvements: {passive, active}}`, a knowledge record with its transcript, one school record, or a bare source
 * `{title, address, content}`. Two ingesters of the same name wrote them, so names and meanings differ: `passive` is
 * "approved by itself" for one and "nothing to implement" for the other. Nothing of that is believed here: no status,
 * no approval, no relevance.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { type SchoolEvent, SOURCE_SUBMITTED, type SourceData, SubmittedSource } from "./events.ts";

/** One improvement as a producer proposes it. */
export interface PlatformItem {
  readonly category: string;
  readonly type: string;
  readonly description: string;
  readonly notes: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** A producer that gives no category means this by its type. */
const CATEGORY_OF_TYPE: ReadonlyMap<string, string> = new Map([
  ["tool", "integration"],
  ["integration", "integration"],
  ["technique", "capability"],
  ["pattern", "architecture"],
]);

/** What a value of `improvements` or `actionable_items` proposes; undefined when it says nothing. */
export function itemIn(value: unknown): PlatformItem | undefined {
  if (typeof value === "string") return value.trim() === "" ? undefined : item({ description: value });
  return isObject(value) ? item(value) : undefined;
}

function item(value: JsonObject): PlatformItem | undefined {
  const description = textOf(value, "description", "title");
  if (description === undefined) return undefined;
  const type = textOf(value, "type") ?? "";
  const category = textOf(value, "category") ?? CATEGORY_OF_TYPE.get(type.toLowerCase()) ?? "";
  const notes = textOf(value, "implementation_notes", "implementationNotes", "notes") ?? "";
  return { category, type, description, notes };
}

/** Every value that may be an improvement, `passive` and `active` alike; undefined when the record has no such list. */
export function itemsOf(record: JsonObject): readonly unknown[] | undefined {
  if (isSchoolRecord(record)) return [record];
  const { improvements, actionable_items: actions } = record;
  if (!isAnalysis(record)) return undefined;
  const listed = isObject(improvements) ? [improvements["passive"], improvements["active"]] : [improvements];
  return [...listed, actions].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
}

/** The video's id under any of its names, of the record itself or else of its first improvement. */
export function videoOf(record: JsonObject): string | undefined {
  for (const place of [record, ...(itemsOf(record) ?? []).slice(0, 1)]) {
    if (!isObject(place)) continue;
    for (const name of VIDEO) {
      const id = place[name];
      if ((typeof id === "string" && id.trim() !== "") || typeof id === "number")
        return String(id).trim().slice(0, 100);
    }
  }
  return undefined;
}

/** The video's title under any of its names. */
export function videoTitleOf(record: JsonObject): string | undefined {
  const own = isSchoolRecord(record) ? [] : ["title"];
  return textOf(record, "video_title", "source_title", ...own);
}

/** A video analysis, also one that found nothing: the ingesters then write `[]`, or leave `improvements` out. */
function isAnalysis(record: JsonObject): boolean {
  const has = (name: string): boolean => Object.hasOwn(record, name);
  if (has("improvements") || has("actionable_items")) return true;
  return VIDEO.some(has) && VERDICTS.some(has) && !has("content") && !has("address");
}
const VIDEO = ["video_id", "videoId", "source_video"];
const VERDICTS = ["relevance", "relevance_to_cortex", "analyzed_at"];

const SPEECH = ["transcript", "segments", "raw_transcript"];

/** One improvement by itself, as the bridge stores it. A video's `description` alone is none. */
function isSchoolRecord(record: JsonObject): boolean {
  const whole = ["improvements", "actionable_items", ...SPEECH].some((name) => Object.hasOwn(record, name));
  const described = textOf(record, "description") !== undefined;
  return !whole && described && ["category", "type"].some((name) => textOf(record, name) !== undefined);
}

const List = z.array(z.unknown(), { error: "is no list" }).nullish();
const Shape = z.object({
  improvements: z
    .union([List, z.object({ passive: List, active: List })], { error: "is neither a list nor {passive, active}" })
    .nullish(),
  actionable_items: List,
  segments: List,
  raw_transcript: z.string({ error: "is no text" }).nullish(),
  transcript: z
    .union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())], { error: "is no transcript" })
    .nullish(),
});

/**
 * The event that a list element of another form stands for; undefined when it claims to be a CloudEvent or is no JSON
 * object. Its id is the one the claim script gives it: sha1 of the text.
 */
export function eventOfRecord(raw: string): { event: SchoolEvent<SourceData> } | { problems: string[] } | undefined {
  const record = objectIn(raw);
  if (record === undefined || Object.hasOwn(record, "specversion")) return undefined;
  const found = sourceOf(record, raw);
  if ("problems" in found) return found;
  const id = `record:${createHash("sha1").update(raw).digest("hex")}`;
  return { event: { specversion: "1.0", id, source: "/list", type: SOURCE_SUBMITTED, data: { source: found } } };
}

function sourceOf(record: JsonObject, raw: string): SubmittedSource | { problems: string[] } {
  const spoken = SPEECH.some((name) => Object.hasOwn(record, name));
  const items = itemsOf(record);
  if (items !== undefined || spoken) {
    const shape = Shape.safeParse(record);
    if (!shape.success)
      return { problems: shape.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`) };
    if (!spoken && items !== undefined && items.length > 0 && items.every((one) => itemIn(one) === undefined)) {
      return { problems: [`none of its ${items.length} improvements has a description`] };
    }
    const address = addressOf(record);
    return { content: raw, format: "json", again: false, ...(address === undefined ? {} : { address }) };
  }
  const address = textOf(record, "address") ?? addressOf(record);
  if (!Object.hasOwn(record, "content") && address === undefined) return { problems: [UNKNOWN] };
  const source = SubmittedSource.safeParse({ ...record, address });
  if (source.success) return source.data;
  return { problems: source.error.issues.map(({ path, message }) => `${path.join(".") || "source"}: ${message}`) };
}

const UNKNOWN =
  "it is neither a CloudEvent nor a record of the platform: a video analysis (`improvements`), a knowledge record " +
  "(`transcript`) or a source (`content` or `address`)";

/** The address makes all records of one video one source. Other ids than YouTube's lead nowhere. */
function addressOf(record: JsonObject): string | undefined {
  const told = textOf(record, "url", "source_url", "video_url");
  if (told !== undefined && /^https?:\/\//iu.test(told) && told.length <= 2_000) return told;
  const video = videoOf(record);
  return video !== undefined && /^[\w-]{11}$/u.test(video) ? `https://www.youtube.com/watch?v=${video}` : undefined;
}

function objectIn(raw: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return isObject(value) ? value : undefined;
  } catch {
    // Not JSON: the parser of events says so.
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first of these fields that is a text with something in it. */
function textOf(record: JsonObject, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (typeof value === "string" && value.trim() !== "") return value;
  }
  return undefined;
}
