/**
 * JSON sources: the platform's own video analysis `{video_id, title, improvements: {passive, active}}`, the knowledge
 * record with `transcript.segments` and `actionable_items`, and bare lists of timed segments as transcript tools write
 * them. What producers say of status, approval and relevance is not read at all.
 */
import * as z from "zod";
import { spoken } from "./clean.ts";
import { type Claim, type Piece, type Transcript, Unreadable } from "./transcript.ts";

const text = z.string().catch("");
const Item = z
  .object({ category: text, type: text, description: z.string().min(1), implementation_notes: text })
  .transform(({ implementation_notes, ...item }): Claim => ({ ...item, notes: implementation_notes }));
const Items = z.array(z.unknown()).catch([]);
const Segment = z.object({
  text: z.string(),
  /** Seconds, as youtube-transcript-api and Whisper write them. */
  start: z.number().optional().catch(undefined),
  duration: z.number().optional().catch(undefined),
  end: z.number().optional().catch(undefined),
  /** Milliseconds, as the platform's knowledge record writes them. */
  offset: z.number().optional().catch(undefined),
});
const Record = z.object({
  video_id: z.union([z.string(), z.number()]).optional().catch(undefined),
  videoId: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
  improvements: z
    .union([z.object({ passive: Items.default([]), active: Items.default([]) }), z.array(z.unknown())])
    .optional()
    .catch(undefined),
  actionable_items: Items.optional(),
  transcript: z.unknown().optional(),
  segments: z.unknown().optional(),
  raw_transcript: z.string().optional().catch(undefined),
  text: z.string().optional().catch(undefined),
});

/** Reads JSON text (already cleaned). Throws Unreadable when it is no JSON or of no known shape. */
export function readAnalysis(json: string): Transcript {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Unreadable(`the source looks like JSON and is not: ${(error as Error).message}`);
  }
  if (Array.isArray(value) && value.length === 1 && !isSegments(value)) value = value[0];
  if (isSegments(value)) return { format: "json", pieces: pieces(value), claims: [], setAside: [] };
  const parsed = Record.safeParse(value);
  if (!parsed.success) throw new Unreadable("the JSON is neither a video analysis nor a transcript");
  const record = parsed.data;

  const claims = claimsOf(record);
  const speech = speechOf(record);
  const known = record.improvements !== undefined || record.actionable_items !== undefined || speech !== undefined;
  if (!known)
    throw new Unreadable("the JSON has neither `improvements` nor `transcript`: it is no video analysis or transcript");
  const id = record.video_id ?? record.videoId;
  return {
    format: "json",
    ...(record.title === undefined ? {} : { title: record.title }),
    ...(id === undefined ? {} : { videoId: String(id).slice(0, 100) }),
    pieces: speech ?? [],
    claims,
    setAside: [],
  };
}

function claimsOf({ improvements, actionable_items }: z.infer<typeof Record>): Claim[] {
  const listed = Array.isArray(improvements)
    ? improvements
    : [...(improvements?.passive ?? []), ...(improvements?.active ?? [])];
  return [...listed, ...(actionable_items ?? [])].flatMap((item) => {
    const claim = Item.safeParse(item);
    return claim.success ? [claim.data] : [];
  });
}

function speechOf({ transcript, segments, raw_transcript, text: whole }: z.infer<typeof Record>): Piece[] | undefined {
  const inner =
    typeof transcript === "object" && transcript !== null && "segments" in transcript
      ? transcript.segments
      : transcript;
  for (const list of [inner, segments]) if (isSegments(list)) return pieces(list);
  const flat = [inner, raw_transcript, whole].find((part) => typeof part === "string" && part.trim() !== "");
  if (typeof flat === "string") return [{ text: spoken(flat) }];
  return Array.isArray(inner) || Array.isArray(segments) ? [] : undefined;
}

function isSegments(value: unknown): value is z.infer<typeof Segment>[] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => Segment.safeParse(entry).success);
}

function pieces(segments: readonly z.infer<typeof Segment>[]): Piece[] {
  return segments.flatMap(({ text: words, start, end, duration, offset }) => {
    const line = spoken(words);
    if (line === "") return [];
    if (offset !== undefined) return [{ text: line, start: offset, end: offset + (duration ?? 0) }];
    if (start === undefined) return [{ text: line }];
    return [{ text: line, start: start * 1000, end: (end ?? start + (duration ?? 0)) * 1000 }];
  });
}
