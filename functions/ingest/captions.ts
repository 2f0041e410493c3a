/**
 * WebVTT and SRT in one lenient reader: both are blocks of "a --> b" and text, and files met in practice mix their
 * rules (comma or point, index or none, hours or none, missing blank lines), which strict parsers refuse.
 */
import { spoken } from "./clean.ts";
import type { Piece } from "./transcript.ts";

const TIME = "(?:(\\d{1,3}):)?(\\d{1,2}):(\\d{2})(?:[.,](\\d{1,3}))?";
const arrow = new RegExp(`^\\s*${TIME}\\s*-{1,2}>\\s*${TIME}`, "u");

/** True when the text has at least one line of caption timing. */
export function hasCaptions(text: string): boolean {
  return text.split("\n").some((line) => arrow.test(line));
}

/** The spoken captions in the order of the file. NOTE, STYLE and REGION blocks and identifiers are left out. */
export function readCaptions(text: string): Piece[] {
  const pieces: Piece[] = [];
  let current: { start: number; end: number; lines: string[] } | undefined;
  let skipping = false;
  const lines = text.split("\n");

  function close(): void {
    if (current === undefined) return;
    for (const line of current.lines) {
      const words = spoken(line);
      if (words !== "") pieces.push({ text: words, start: current.start, end: current.end });
    }
    current = undefined;
  }

  for (const [number, line] of lines.entries()) {
    const time = arrow.exec(line);
    if (time !== null) {
      close();
      skipping = false;
      current = { start: milliseconds(time, 1), end: milliseconds(time, 5), lines: [] };
    } else if (line.trim() === "") {
      if (current !== undefined && current.lines.length > 0) close();
      skipping = false;
    } else if (current === undefined) {
      if (/^(?:NOTE|STYLE|REGION)\b/u.test(line)) skipping = true;
    } else if (!skipping) {
      const beforeTiming = arrow.test(lines[number + 1] ?? "");
      if (!(beforeTiming && /^\s*\d+\s*$/u.test(line))) current.lines.push(line);
    }
  }
  close();
  return pieces;
}

function milliseconds(match: RegExpExecArray, from: number): number {
  const [hours, minutes, seconds, fraction] = [0, 1, 2, 3].map((offset) => match[from + offset] ?? "0");
  return (
    (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Number((fraction ?? "0").padEnd(3, "0"))
  );
}

/**
 * Takes out what rolling captions repeat: a line shown again in the next cue, and words a cue shares with the end of
 * the one before it. Captions more than `WINDOW` apart may repeat each other, people do.
 */
export function unroll(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const recent = result
      .slice(-WINDOW)
      .filter(({ end }) => piece.start === undefined || (end ?? 0) >= piece.start - 1500);
    if (recent.some(({ text }) => same(text, piece.text))) continue;
    const before = recent.at(-1);
    const text = before === undefined ? piece.text : withoutOverlap(before.text, piece.text);
    if (text !== "") result.push({ ...piece, text });
  }
  return result;
}

const WINDOW = 2;
/** A shared ending shorter than this is how people talk, not how captions roll. */
const OVERLAP_WORDS = 3;

function withoutOverlap(before: string, text: string): string {
  const left = before.split(" ");
  const right = text.split(" ");
  for (let size = Math.min(left.length, right.length); size >= OVERLAP_WORDS; size -= 1) {
    if (same(left.slice(-size).join(" "), right.slice(0, size).join(" "))) return right.slice(size).join(" ");
  }
  return text;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
