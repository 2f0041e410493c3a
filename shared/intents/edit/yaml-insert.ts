/**
 * Adds keys to a YAML mapping by inserting text at source positions: comments, order, quotes, indentation and line
 * endings of everything else stay byte for byte. (Printing a parsed document again would reformat it.)
 */
import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";

/** A tree of keys to add; leaves are scalars that need no quotes, and lists of mappings are written as blocks. */
export interface Additions {
  readonly [key: string]: string | Additions | readonly Additions[];
}

interface Insertion {
  /** Offset in the source. */
  readonly at: number;
  /** Characters replaced there; 0 for a pure insertion. */
  readonly replace: number;
  readonly text: string;
}

export interface Source {
  readonly text: string;
  readonly newline: "\n" | "\r\n";
  /** Spaces per level of indentation. */
  readonly step: number;
  /** True when the items of a list stand further in than its key; else below it. */
  readonly indentSeq: boolean;
}

export function sourceOf(text: string, step: number): Source {
  const list = /^( *)(?:- )?[\w-]+:[ \t]*\r?\n( *)- /m.exec(text);
  const indentSeq = list === null || (list[2] ?? "").length > (list[1] ?? "").length;
  return { text, newline: text.includes("\r\n") ? "\r\n" : "\n", step, indentSeq };
}

/**
 * Adds `additions` under `map`. A new key goes after the first of the keys `after` that is there and is not followed by
 * a comment, else after the last key. Returns the new text, or a sentence saying why this shape is left alone.
 */
export function addKeys(
  source: Source,
  map: YAMLMap,
  additions: Additions,
  after: readonly string[],
): { readonly text: string } | { readonly because: string } {
  const insertions: Insertion[] = [];
  const problem = collect(source, map, additions, after, insertions);
  if (problem !== undefined) return { because: problem };
  // From the end, so that offsets stay true; of two at one place the later goes in first and ends up behind.
  const ordered = insertions.map((insertion, order) => ({ ...insertion, order }));
  ordered.sort((a, b) => b.at - a.at || b.order - a.order);
  let text = source.text;
  for (const { at, replace, text: added } of ordered) text = text.slice(0, at) + added + text.slice(at + replace);
  return { text };
}

function collect(
  source: Source,
  map: YAMLMap,
  additions: Additions,
  after: readonly string[],
  insertions: Insertion[],
): string | undefined {
  const fresh: [string, Additions[string]][] = [];
  for (const [key, value] of Object.entries(additions)) {
    const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) fresh.push([key, value]);
    else if (typeof value === "string" || isList(value)) return `${key} is already there`;
    else {
      const problem = fill(source, map, pair as Pair<Node, Node | null>, value, insertions);
      if (problem !== undefined) return problem;
    }
  }
  if (fresh.length === 0) return undefined;
  return map.flow === true
    ? insertIntoFlow(map, fresh, insertions)
    : insertIntoBlock(source, map, fresh, after, insertions);
}

/** Adds below a key that exists: a mapping, `{}` or nothing. */
function fill(
  source: Source,
  parent: YAMLMap,
  pair: Pair<Node, Node | null>,
  value: Additions,
  insertions: Insertion[],
): string | undefined {
  const node = pair.value;
  if (isMap(node) && node.items.length > 0) return collect(source, node, value, [], insertions);
  const isEmpty = node === null || (isScalar(node) && node.value === null) || isMap(node);
  if (!isEmpty || parent.flow === true || node?.anchor !== undefined) return "its value has a form that is left alone";
  const column = columnOf(source, pair.key);
  const colon = source.text.indexOf(":", pair.key.range?.[1] ?? 0);
  const block = lines(source, value, column + source.step);
  if (isMap(node)) {
    const [start = 0, end = 0] = node.range ?? [];
    const blank = source.text.slice(0, start).match(/[ \t]*$/)?.[0].length ?? 0;
    insertions.push({ at: start - blank, replace: end - start + blank, text: source.newline + block });
    return undefined;
  }
  const written = isScalar(node) && node.range != null ? source.text.slice(node.range[0], node.range[1]) : "";
  if (written !== "" || colon < 0) return "its value has a form that is left alone";
  insertions.push({ at: endOfLine(source, colon), replace: 0, text: source.newline + block });
  return undefined;
}

function insertIntoBlock(
  source: Source,
  map: YAMLMap,
  fresh: readonly (readonly [string, Additions[string]])[],
  after: readonly string[],
  insertions: Insertion[],
): string | undefined {
  const pairs = map.items as Pair<Node, Node | null>[];
  const [firstPair] = pairs;
  if (firstPair === undefined) return "the mapping is empty";
  const column = columnOf(source, firstPair.key);
  const anchors = after
    .map((key) => pairs.find((pair) => isScalar(pair.key) && pair.key.value === key))
    .filter((pair) => pair !== undefined);
  const ends = [...anchors, ...[...pairs].reverse()].map((pair) => endOfPair(source, pair)).filter((end) => end >= 0);
  const position = ends.find((end) => !commentFollows(source, end)) ?? ends[0];
  if (position === undefined) return "no line of it has an end that is safe to insert after";
  const block = lines(source, Object.fromEntries(fresh), column);
  insertions.push({ at: position, replace: 0, text: source.newline + block });
  return undefined;
}

/** `{cpu: 100m}` -> `{cpu: 100m, memory: 128Mi}` */
function insertIntoFlow(
  map: YAMLMap,
  fresh: readonly (readonly [string, Additions[string]])[],
  insertions: Insertion[],
): string | undefined {
  const last = map.items.at(-1)?.value as Node | null | undefined;
  const end = last?.range?.[1];
  if (end === undefined) return "a mapping in braces of this form is left alone";
  insertions.push({ at: end, replace: 0, text: `, ${inBraces(Object.fromEntries(fresh))}` });
  return undefined;
}

function inBraces(additions: Additions): string {
  const entries = Object.entries(additions).map(([key, value]) => {
    if (isList(value)) return `${key}: [${value.map((one) => `{${inBraces(one)}}`).join(", ")}]`;
    return `${key}: ${typeof value === "string" ? value : `{${inBraces(value)}}`}`;
  });
  return entries.join(", ");
}

function isList(value: Additions[string]): value is readonly Additions[] {
  return Array.isArray(value);
}

/** Offset of the end of the last line of a pair, -1 when its value ends in a form (block text) that is left alone. */
function endOfPair(source: Source, pair: Pair<Node, Node | null>): number {
  let node: Node | null = pair.value;
  let end = pair.key.range?.[1] ?? -1;
  while (node !== null) {
    if (isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED")) return -1;
    if (!(isMap(node) || isSeq(node)) || node.flow === true || node.items.length === 0) {
      end = node.range?.[1] ?? -1;
      break;
    }
    if (isMap(node)) {
      const last = node.items.at(-1) as Pair<Node, Node | null>;
      end = last.key.range?.[1] ?? -1;
      node = last.value;
    } else node = node.items.at(-1) as Node;
  }
  return end < 0 ? -1 : endOfLine(source, end);
}

/** True when the next line that is not blank is a comment: it may belong to what stands above it. */
function commentFollows(source: Source, position: number): boolean {
  return /^\s*#/.test(source.text.slice(position));
}

function endOfLine({ text }: Source, from: number): number {
  const end = text.indexOf("\n", from);
  if (end === -1) return text.length;
  return text[end - 1] === "\r" ? end - 1 : end;
}

function columnOf({ text }: Source, node: Node): number {
  const start = node.range?.[0] ?? 0;
  return start - (text.lastIndexOf("\n", start - 1) + 1);
}

function lines(source: Source, additions: Additions, column: number): string {
  const out: string[] = [];
  const write = (tree: Additions, indent: number): void => {
    for (const [key, value] of Object.entries(tree)) {
      const start = `${" ".repeat(indent)}${key}:`;
      if (typeof value === "string") out.push(`${start} ${value}`);
      else if (isList(value)) {
        out.push(start);
        const column = indent + (source.indentSeq ? source.step : 0);
        for (const item of value) out.push(...itemLines(source, item, column));
      } else {
        out.push(start);
        write(value, indent + source.step);
      }
    }
  };
  write(additions, column);
  return out.join(source.newline);
}

/** A mapping as an item of a list: the first key behind the dash, the others below it. */
function itemLines(source: Source, item: Additions, column: number): string[] {
  const [first = "", ...others] = lines(source, item, column + 2).split(source.newline);
  return [`${" ".repeat(column)}- ${first.trimStart()}`, ...others];
}
