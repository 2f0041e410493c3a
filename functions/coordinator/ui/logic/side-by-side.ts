/** A diff with its two sides beside each other, and what of a line is other than before. */
import type { DiffLine } from "./diff-lines.ts";

export interface Pair {
  /** Absent where there is nothing on that side. */
  readonly left?: DiffLine;
  readonly right?: DiffLine;
}

/** Lines that went stand beside those that came at the same place. Hunk heads and notes stand on both sides. */
export function sideBySide(lines: readonly DiffLine[]): Pair[] {
  const pairs: Pair[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  function flush(): void {
    const count = Math.max(removed.length, added.length);
    for (let i = 0; i < count; i += 1) pairs.push(pairOf(removed[i], added[i]));
    removed = [];
    added = [];
  }
  for (const line of lines) {
    if (line.kind === "removed") {
      if (added.length > 0) flush();
      removed.push(line);
    } else if (line.kind === "added") added.push(line);
    else if (line.kind === "note") pairs.push(...notePairs(line));
    else {
      flush();
      pairs.push({ left: line, right: line });
    }
  }
  flush();
  return pairs;

  // "No newline at end of file" belongs to the side whose line it follows, and ends no run of changed lines.
  function notePairs(line: DiffLine): Pair[] {
    if (added.length > 0) {
      added.push(line);
      return [];
    }
    if (removed.length > 0) {
      removed.push(line);
      return [];
    }
    return [{ left: line, right: line }];
  }
}

function pairOf(left: DiffLine | undefined, right: DiffLine | undefined): Pair {
  return { ...(left === undefined ? {} : { left }), ...(right === undefined ? {} : { right }) };
}

/** [from, to) of each side in UTF-16 units. */
export interface Altered {
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
}

/** Two lines that share less than this have nothing to do with each other. */
const ALIKE = 0.3;

/** What is other between two lines that are alike: all but their common beginning and end. */
export function alteredWithin(before: string, after: string): Altered | undefined {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  // Half a character is none.
  if (isLow(before, start) || isLow(after, start)) start -= 1;
  if (isLow(before, before.length - end) || isLow(after, after.length - end)) end -= 1;
  const indent = /^\s*/.exec(before)?.[0].length ?? 0;
  const longer = Math.max(before.trim().length, after.trim().length);
  const shared = Math.max(0, start - indent) + end;
  if (longer === 0 || before === after || shared / longer < ALIKE) return undefined;
  return { before: [start, before.length - end], after: [start, after.length - end] };
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return at > 0 && unit >= 0xdc_00 && unit <= 0xdf_ff;
}

/** Of every line that only changed a little: what of it is other. */
export function alteredIn(lines: readonly DiffLine[]): Map<DiffLine, readonly [number, number]> {
  const found = new Map<DiffLine, readonly [number, number]>();
  for (const { left, right } of sideBySide(lines)) {
    if (left?.kind !== "removed" || right?.kind !== "added") continue;
    const altered = alteredWithin(left.text, right.text);
    if (altered === undefined) continue;
    found.set(left, altered.before);
    found.set(right, altered.after);
  }
  return found;
}
