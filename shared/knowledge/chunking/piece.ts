/** Runs of lines on their way to chunks: cut where the structure allows it, tiny ones put together with their peers. */

/** Characters of a chunk: more does not help to find it, and reads badly as evidence. */
export const MOST = 1_800;
/** Characters below which a piece says too little by itself. */
const LEAST = 240;

/** A run of whole lines, from 1, that belongs together. */
export interface Unit {
  /** Headings or keys from the outermost; empty where there is none. */
  readonly path: readonly string[];
  readonly from: number;
  readonly to: number;
  /** What it can be cut into, in order and without a gap; lines and paragraphs unless given. */
  readonly parts?: () => readonly Unit[];
  /** Repeated above when something was cut off before it: the header of a table, the opening of a fence. */
  readonly above?: string;
  /** Nothing but headings: says nothing without what follows. */
  readonly bare?: boolean;
  /** A part of the one line it is, from and to characters. */
  readonly within?: readonly [number, number];
}

/** The lines of a text; `size` counts characters, line ends included. */
export interface Lines {
  readonly all: readonly string[];
  size(from: number, to: number): number;
}

export function linesOf(text: string): Lines {
  const all = text.split("\n");
  const ends = [0];
  for (const line of all) ends.push((ends.at(-1) ?? 0) + line.length + 1);
  return { all, size: (from, to) => (ends[to] ?? 0) - (ends[from - 1] ?? 0) };
}

/** What stands in the file at `unit`, with what is repeated above it. */
export function textOf({ from, to, above, within }: Unit, { all }: Lines): string {
  const text = within === undefined ? all.slice(from - 1, to).join("\n") : (all[from - 1] ?? "").slice(...within);
  return above === undefined ? text : `${above}\n${text}`;
}

/** Units no longer than MOST that together hold every line of `unit`. */
export function cut(unit: Unit, lines: Lines): readonly Unit[] {
  if (fits(unit, lines)) return [unit];
  if (unit.parts === undefined && unit.from === unit.to) return partsOfLine(unit, lines);
  const found: Unit[] = [];
  let current: Unit | undefined;
  for (const part of (unit.parts ?? (() => runsOf(unit, lines)))()) {
    const both: Unit | undefined = current === undefined ? undefined : joined(current, part, unit.path);
    if (both !== undefined && fits(both, lines)) {
      current = both;
      continue;
    }
    if (current !== undefined) found.push(current);
    current = undefined;
    if (fits(part, lines)) current = part;
    else found.push(...cut(part, lines));
  }
  return current === undefined ? found : [...found, current];
}

/** Parts of one place, and pieces that say too little by themselves, go together as long as both fit into one. */
export function merged(pieces: readonly Unit[], lines: Lines): readonly Unit[] {
  const found: Unit[] = [];
  for (const piece of pieces) {
    const before = found.at(-1);
    const both = before === undefined ? undefined : together(before, piece, lines);
    if (both === undefined) found.push(piece);
    else found[found.length - 1] = both;
  }
  return found;
}

function together(a: Unit, b: Unit, lines: Lines): Unit | undefined {
  if (b.above !== undefined || a.within !== undefined || b.within !== undefined) return undefined;
  const path = pathOfBoth(a, b);
  const isOne = path.length === a.path.length && path.length === b.path.length;
  const isSmall = a.bare === true || [a, b].some(({ from, to }) => lines.size(from, to) < LEAST);
  const both = joined(a, b, path);
  if (!(isOne || isSmall) || !fits(both, lines)) return undefined;
  return b.bare === true ? { ...both, bare: true } : both;
}

/** A heading alone belongs to what follows; of peers the path they share. */
function pathOfBoth(a: Unit, b: Unit): readonly string[] {
  let shared = 0;
  while (shared < a.path.length && a.path[shared] === b.path[shared]) shared += 1;
  if (a.bare === true && shared === a.path.length) return b.path;
  return shared === 0 ? (a.path.length === 0 ? b.path : a.path) : a.path.slice(0, shared);
}

function joined(a: Unit, b: Unit, path: readonly string[]): Unit {
  return { path, from: a.from, to: b.to, ...(a.above === undefined ? {} : { above: a.above }) };
}

function fits({ from, to, above, within }: Unit, lines: Lines): boolean {
  const own = within === undefined ? lines.size(from, to) : within[1] - within[0];
  return own + (above?.length ?? 0) <= MOST + 1;
}

/** Paragraphs; of one paragraph its runs under the least indented lines; of one such run its first line and the rest. */
function runsOf(unit: Unit, { all }: Lines): readonly Unit[] {
  const lines = all.slice(unit.from - 1, unit.to);
  const paragraphs = splitAt(unit, lines, (at) => isBlank(lines[at - 1]) && !isBlank(lines[at]));
  if (paragraphs.length > 1) return paragraphs;
  const depth = Math.min(...lines.filter((line) => !isBlank(line)).map(indentOf));
  const runs = splitAt(unit, lines, (at) => !isBlank(lines[at]) && indentOf(lines[at] ?? "") <= depth);
  return runs.length > 1 ? runs : splitAt(unit, lines, (at) => at === 1);
}

function splitAt(unit: Unit, lines: readonly string[], isStart: (at: number) => boolean): readonly Unit[] {
  const starts = [0, ...lines.keys().filter((at) => at > 0 && isStart(at))];
  return starts.map((start, index) => ({
    path: unit.path,
    from: unit.from + start,
    to: unit.from + (starts[index + 1] ?? lines.length) - 1,
    ...(unit.above === undefined ? {} : { above: unit.above }),
  }));
}

function partsOfLine({ path, from, to }: Unit, { all }: Lines): readonly Unit[] {
  const line = all[from - 1] ?? "";
  const found: Unit[] = [];
  for (let start = 0; start < line.length; ) {
    const end = start + MOST >= line.length ? line.length : breakBefore(line, start);
    found.push({ path, from, to, within: [start, end] });
    start = end;
  }
  return found;
}

/** After the last gap that leaves a part of at least half the length, else in the middle of a word. */
function breakBefore(line: string, start: number): number {
  const gap = Math.max(line.lastIndexOf(" ", start + MOST - 1), line.lastIndexOf(",", start + MOST - 1)) + 1;
  return gap > start + MOST / 2 ? gap : start + MOST;
}

function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === "";
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
