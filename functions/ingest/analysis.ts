/**
 * JSON sources: the platform's own records (their forms and the drift of their names: shared/domain/platform-records.ts)
 * and bare lists of timed segments as transcript tools write them. What producers say of status, approval and relevance
 * is not read at all.
 */
import * as z from "zod";
import { itemIn, itemsOf, videoOf, videoTitleOf } from "../../shared/domain/platform-records.ts";
import { spoken } from "./clean.ts";
import { type Claim, type Piece, type Transcript, Unreadable } from "./transcript.ts";

const Segment = z.object({
  text: z.string(),
  /** Seconds, as youtube-transcript-api and Whisper write them. */
  start: z.number().optional().catch(undefined),
  duration: z.number().optional().catch(undefined),
  end: z.number().optional().catch(undefined),
  /** Milliseconds, as the platform's knowledge record writes them. */
  offset: z.number().optional().catch(undefined),
});
type Segment = z.infer<typeof Segment>;

interface Speech {
  readonly transcript?: unknown;
  readonly segments?: unknown;
  readonly raw_transcript?: unknown;
  readonly text?: unknown;
}

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
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Unreadable("the JSON is neither a video analysis nor a transcript");
  }
  const record = value as Readonly<Record<string, unknown>>;
  const items = itemsOf(record);
  const speech = speechOf(record);
  if (items === undefined && speech === undefined)
    throw new Unreadable("the JSON has neither `improvements` nor `transcript`: it is no video analysis or transcript");
  const title = videoTitleOf(record);
  const id = videoOf(record);
  return {
    format: "json",
    ...(title === undefined ? {} : { title }),
    ...(id === undefined ? {} : { videoId: id }),
    pieces: speech ?? [],
    claims: (items ?? []).flatMap((item): Claim[] => {
      const claim = itemIn(item);
      return claim === undefined ? [] : [claim];
    }),
    setAside: [],
  };
}

function speechOf({ transcript, segments, raw_transcript: raw, text: whole }: Speech): Piece[] | undefined {
  const inner =
    typeof transcript === "object" && transcript !== null && "segments" in transcript
      ? transcript.segments
      : transcript;
  for (const list of [inner, segments]) if (isSegments(list)) return pieces(list);
  const flat = [inner, raw, whole].find((part) => typeof part === "string" && part.trim() !== "");
  if (typeof flat === "string") return [{ text: spoken(flat) }];
  return Array.isArray(inner) || Array.isArray(segments) ? [] : undefined;
}

function isSegments(value: unknown): value is Segment[] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => Segment.safeParse(entry).success);
}

function pieces(segments: readonly Segment[]): Piece[] {
  return segments.flatMap(({ text: words, start, end, duration, offset }) => {
    const line = spoken(words);
    if (line === "") return [];
    if (offset !== undefined) return [{ text: line, start: offset, end: offset + (duration ?? 0) }];
    if (start === undefined) return [{ text: line }];
    return [{ text: line, start: start * 1000, end: (end ?? start + (duration ?? 0)) * 1000 }];
  });
}
