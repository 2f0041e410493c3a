/**
 * WebVTT, SRT and SBV in one lenient reader: all are blocks of two times and text, and files met in practice mix their
 * rules (comma or point, index or none, hours or none, missing blank lines), which strict parsers refuse.
 */
import { spokenParts } from "./clean.ts";
import type { Piece } from "./transcript.ts";

const TIME = "(?:(\\d{1,3}):)?(\\d{1,2}):(\\d{2})(?:[.,](\\d{1,3}))?";
const arrow = new RegExp(`^\\s*${TIME}\\s*-{1,2}>\\s*${TIME}`, "u");
/** YouTube's SBV writes "0:00:01.000,0:00:03.000" alone on its line. */
const comma = new RegExp(`^\\s*${TIME.replace("[.,]", "\\.")},${TIME.replace("[.,]", "\\.")}\\s*$`, "u");
/** Times inside a line, one before each word: what automatic captions carry. */
const inline = /<((?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3})>/u;

/** Which kind of caption timing the text has; undefined for none. */
export function captionTiming(text: string): "arrow" | "comma" | undefined {
  const lines = text.split("\n");
  if (lines.some((line) => arrow.test(line))) return "arrow";
  return lines.some((line) => comma.test(line)) ? "comma" : undefined;
}

/** The spoken captions in the order of the file. NOTE, STYLE and REGION blocks and identifiers are left out. */
export function readCaptions(text: string): Piece[] {
  const pieces: Piece[] = [];
  let current: { start: number; end: number; lines: string[] } | undefined;
  let skipping = false;
  const lines = text.split("\n");
  const timing = captionTiming(text) === "comma" ? comma : arrow;

  function close(): void {
    if (current === undefined) return;
    for (const line of current.lines) pieces.push(...piecesOf(line, current.start, current.end));
    current = undefined;
  }

  for (const [number, line] of lines.entries()) {
    const time = timing.exec(line);
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
      const beforeTiming = timing.test(lines[number + 1] ?? "");
      if (!(beforeTiming && /^\s*\d+\s*$/u.test(line))) current.lines.push(line);
    }
  }
  close();
  return pieces;
}

/** One line of a caption; parted where music or laughter interrupts it. */
function piecesOf(line: string, start: number, end: number): Piece[] {
  const timed = inline.test(line) ? wordTimes(line, start) : undefined;
  if (timed !== undefined) return [{ ...timed, start, end }];
  return spokenParts(line).map(({ text, afterSound }) => ({
    text,
    start,
    end,
    ...(afterSound ? { afterSound: true as const } : {}),
  }));
}

/** Words with the time each begins; undefined when the line has a sound note, which belongs to no word. */
function wordTimes(line: string, start: number): { text: string; times: number[] } | undefined {
  const words: string[] = [];
  const times: number[] = [];
  let at = start;
  for (const part of line.split(/(<(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}>)/u)) {
    const time = inline.exec(part);
    if (time !== null) {
      at = clockTime(time[1] ?? "") ?? at;
      continue;
    }
    const [said, ...more] = spokenParts(part);
    if (more.length > 0 || said?.afterSound === true) return undefined;
    for (const word of said === undefined ? [] : said.text.split(" ")) {
      words.push(word);
      times.push(at);
    }
  }
  return words.length === 0 ? undefined : { text: words.join(" "), times };
}

const clockParts = new RegExp(`^\\s*${TIME}\\s*$`, "u");

/** Milliseconds of "1:02:03.5", "02:03,500" or "02:03"; undefined for anything else. */
export function clockTime(text: string): number | undefined {
  const time = clockParts.exec(text);
  return time === null ? undefined : milliseconds(time, 1);
}

function milliseconds(match: RegExpExecArray, from: number): number {
  const [hours, minutes, seconds, fraction] = [0, 1, 2, 3].map((offset) => match[from + offset] ?? "0");
  return (
    (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Number((fraction ?? "0").padEnd(3, "0"))
  );
}
