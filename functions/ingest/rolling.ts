/**
 * Rolling captions show every line again while the next one is spoken, or let one line grow word by word. What is
 * repeated that way is taken out by comparing what two neighbouring captions show, so that a line somebody really says
 * twice stays.
 */
import type { Piece } from "./transcript.ts";

/** Share of captions that repeat their neighbour from which on a file counts as rolling; below it, people do. */
const ROLLING = 0.2;
/** Milliseconds between captions after which nothing is carried over. */
const NEAR = 1_500;
/** A shared ending shorter than this is how people talk, not how captions roll. */
const SHORTEST_OVERLAP = 3;
/** A caption shows no more words than this, so no overlap is longer. */
const LONGEST_OVERLAP = 60;

interface Cue {
  readonly lines: readonly Piece[];
  /** What repeats the caption before: whole lines, or words of the first line. */
  readonly repeats: { readonly lines: number; readonly words: number };
}

/** The pieces without what rolling captions repeat, at the time each was first shown. */
export function unroll(pieces: readonly Piece[]): Piece[] {
  const cues: Cue[] = [];
  for (const lines of grouped(pieces)) cues.push({ lines, repeats: repetition(cues.at(-1)?.lines ?? [], lines) });
  const rolling = cues.filter(({ repeats }) => repeats.lines + repeats.words > 0).length;
  if (rolling === 0 || rolling / (cues.length - 1) < ROLLING) return [...pieces];
  return cues.flatMap(({ lines, repeats }) => {
    const fresh = lines.slice(repeats.lines);
    return fresh.flatMap((piece, i) => (i === 0 ? withoutWords(piece, repeats.words) : [piece]));
  });
}

/** Lines shown together: same times. A piece without a time stands alone. */
function grouped(pieces: readonly Piece[]): Piece[][] {
  const groups: Piece[][] = [];
  for (const piece of pieces) {
    const last = groups.at(-1);
    const head = last?.[0];
    const together = head?.start !== undefined && head.start === piece.start && head.end === piece.end;
    if (together) last?.push(piece);
    else groups.push([piece]);
  }
  return groups;
}

function repetition(before: readonly Piece[], now: readonly Piece[]): Cue["repeats"] {
  const [last, first] = [before.at(-1), now[0]];
  const nothing = { lines: 0, words: 0 };
  // Text without times does not roll.
  if (last === undefined || first?.start === undefined) return nothing;
  if ((last.end ?? last.start ?? 0) < first.start - NEAR) return nothing;
  for (let lines = Math.min(before.length, now.length); lines > 0; lines -= 1) {
    const shown = before.slice(-lines);
    if (shown.every(({ text }, i) => same(text, now[i]?.text))) return { lines, words: 0 };
  }
  return { lines: 0, words: sharedWords(last.text, first.text) };
}

/** Words at the end of one line that begin the other: all of the first one (it grew), or at least three. */
function sharedWords(before: string, now: string): number {
  const left = before
    .slice(-LONGEST_OVERLAP * 20)
    .split(" ")
    .slice(-LONGEST_OVERLAP);
  const right = now
    .slice(0, LONGEST_OVERLAP * 20)
    .split(" ")
    .slice(0, LONGEST_OVERLAP);
  const whole = !before.includes(" ") || before.length <= LONGEST_OVERLAP * 20;
  for (let size = Math.min(left.length, right.length); size > 0; size -= 1) {
    const grown = whole && size === left.length && right.length > size && size > 1;
    if (size < SHORTEST_OVERLAP && !grown) continue;
    if (left.slice(-size).every((word, i) => same(word, right[i]))) return size;
  }
  return 0;
}

function withoutWords(piece: Piece, count: number): Piece[] {
  if (count === 0) return [piece];
  const words = piece.text.split(" ").slice(count);
  if (words.length === 0) return [];
  const times = piece.times?.slice(count);
  const start = times?.[0] ?? piece.start;
  return [
    {
      ...piece,
      text: words.join(" "),
      ...(start === undefined ? {} : { start }),
      ...(times === undefined ? {} : { times }),
    },
  ];
}

function same(a: string, b: string | undefined): boolean {
  return b !== undefined && a.toLowerCase() === b.toLowerCase();
}
