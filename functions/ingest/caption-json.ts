/**
 * JSON as caption tools write it: yt-dlp's json3 (`events[].segs[].utf8`), whisper.cpp (`transcription[]` with
 * offsets), segments with word times, and files of one JSON segment a line. What is none of these is left to the
 * reader of analyses.
 */
import * as z from "zod";
import { clockTime } from "./captions.ts";
import { spoken, spokenParts } from "./clean.ts";
import type { Piece } from "./transcript.ts";

const number = z.number().optional().catch(undefined);
const Json3 = z.object({
  events: z.array(
    z.object({
      tStartMs: number,
      dDurationMs: number,
      segs: z
        .array(z.object({ utf8: z.string().catch(""), tOffsetMs: number }))
        .optional()
        .catch(undefined),
    }),
  ),
});
const WhisperCpp = z.object({
  transcription: z.array(
    z.object({
      text: z.string(),
      offsets: z.object({ from: z.number(), to: z.number() }).optional().catch(undefined),
      timestamps: z.object({ from: z.string(), to: z.string() }).optional().catch(undefined),
    }),
  ),
});
const Segment = z.object({ text: z.string(), start: z.number(), end: number, duration: number });
const Timed = Segment.extend({
  words: z.array(z.object({ word: z.string(), start: number })).min(1),
});

/** The pieces of a caption tool's JSON; undefined for JSON of any other kind, and for text that is no JSON. */
export function readCaptionJson(json: string): Piece[] | undefined {
  const value = parsed(json) ?? lines(json);
  const json3 = Json3.safeParse(value);
  if (json3.success) return fromJson3(json3.data);
  const cpp = WhisperCpp.safeParse(value);
  if (cpp.success) return fromWhisperCpp(cpp.data);
  const segments = z.object({ segments: z.array(Timed).min(1) }).safeParse(value);
  if (segments.success) return segments.data.segments.flatMap(withWords);
  const perLine = z.array(Segment).min(2).safeParse(value);
  return perLine.success ? perLine.data.flatMap(plainSegment) : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Not one value: it may be one a line, and else the reader of analyses says what is wrong with it.
    return undefined;
  }
}

/** One JSON object a line; undefined when any line is none. */
function lines(json: string): unknown[] | undefined {
  const values = json
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => (/^\s*\{.*\}\s*$/u.test(line) ? parsed(line) : undefined));
  return values.includes(undefined) ? undefined : values;
}

function fromJson3({ events }: z.infer<typeof Json3>): Piece[] {
  return events.flatMap(({ tStartMs, dDurationMs, segs }, i) => {
    if (segs === undefined) return [];
    const start = tStartMs ?? 0;
    const whole = segs.map(({ utf8 }) => utf8).join("");
    const next = events.slice(i + 1, i + 4).find((event) => event.segs?.some(({ utf8 }) => utf8.trim() !== ""));
    const end = Math.min(start + (dDurationMs ?? 0), next?.tStartMs ?? Number.POSITIVE_INFINITY);
    const times = timesOf(segs.map(({ utf8, tOffsetMs }) => ({ said: utf8, at: start + (tOffsetMs ?? 0) })));
    return pieces(whole, start, end, times);
  });
}

function fromWhisperCpp({ transcription }: z.infer<typeof WhisperCpp>): Piece[] {
  return transcription.flatMap(({ text, offsets, timestamps }) => {
    const start = offsets?.from ?? clockTime(timestamps?.from ?? "");
    const end = offsets?.to ?? clockTime(timestamps?.to ?? "");
    return pieces(text, start, end);
  });
}

function withWords({ words, ...segment }: z.infer<typeof Timed>): Piece[] {
  const times = timesOf(words.map(({ word, start }) => ({ said: word, at: (start ?? segment.start) * 1000 })));
  return pieces(segment.text, segment.start * 1000, (segment.end ?? segment.start) * 1000, times);
}

function plainSegment({ text, start, end, duration }: z.infer<typeof Segment>): Piece[] {
  return pieces(text, start * 1000, (end ?? start + (duration ?? 0)) * 1000);
}

function timesOf(parts: readonly { said: string; at: number }[]): number[] {
  return parts.flatMap(({ said, at }) => {
    const words = spoken(said);
    return words === "" ? [] : words.split(" ").map(() => at);
  });
}

/** `times` is dropped when its words are not exactly those of the text. */
function pieces(text: string, start?: number, end?: number, times?: readonly number[]): Piece[] {
  const when = { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
  const parts = spokenParts(text);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && times?.length === only.text.split(" ").length)
    return [{ text: only.text, ...when, times, ...(only.afterSound ? { afterSound: true } : {}) }];
  return parts.map(({ text: words, afterSound }) => ({
    text: words,
    ...when,
    ...(afterSound ? { afterSound: true as const } : {}),
  }));
}
