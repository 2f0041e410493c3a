/** A long talk in parts a model reads at once: cut between sentences, overlapping, with times, and no more than are paid for. */
import type { Sentence } from "./sentences.ts";
import { clock } from "./transcript.ts";

export interface Segment {
  /** One sentence a line, each with its time where the source tells. */
  readonly text: string;
  readonly sentences: readonly Sentence[];
}

export interface SegmentLimits {
  /** Of one segment. */
  readonly characters: number;
  /** What the next one repeats, so that a thought on the seam is whole in one of them. */
  readonly overlap: number;
  /** Segments of one source. */
  readonly most: number;
}

/** About two and a half hours of talk. */
export const SEGMENTS: SegmentLimits = { characters: 12_000, overlap: 1_200, most: 12 };

/** `unread`: sentences beyond the last segment. Orders to the reader are in no segment. */
export function segmentsOf(
  sentences: readonly Sentence[],
  { characters, overlap, most }: SegmentLimits = SEGMENTS,
): { readonly segments: readonly Segment[]; readonly unread: number } {
  const lines = sentences
    .filter(({ order }) => order === undefined)
    .map((sentence) => ({ sentence, line: lineOf(sentence).slice(0, characters) }));
  const segments: Segment[] = [];
  let from = 0;
  let end = 0;
  while (end < lines.length && segments.length < most) {
    end = from;
    for (let size = 0; end < lines.length; end += 1) {
      size += (lines[end]?.line.length ?? 0) + 1;
      if (size > characters + 1 && end > from) break;
    }
    const part = lines.slice(from, end);
    segments.push({
      text: part.map(({ line }) => line).join("\n"),
      sentences: part.map(({ sentence }) => sentence),
    });
    const before = from;
    from = end;
    for (let size = 0; from > before + 1; from -= 1) {
      size += (lines[from - 1]?.line.length ?? 0) + 1;
      if (size > overlap) break;
    }
  }
  return { segments, unread: lines.length - end };
}

function lineOf({ text, start }: Sentence): string {
  return start === undefined ? text : `[${clock(start)}] ${text}`;
}
