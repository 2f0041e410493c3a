/**
 * Adds a member to a mapping or list by inserting text behind its last one: JSON in the form its neighbours have, YAML in
 * blocks or brackets. Everything else stays byte for byte.
 */
import { Document, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";

export interface Member {
  /** Key of a mapping; undefined in a list. */
  readonly key: string | undefined;
  readonly value: unknown;
}

type Outcome = { readonly text: string } | { readonly because: string };
const LEFT: Outcome = { because: "its list of servers is written in a form that is left alone" };

/** `collection` is a node of `text`; `after` the member to follow, the last one where it is not said. */
export function insertMember(
  text: string,
  collection: unknown,
  member: Member,
  format: "json" | "yaml",
  after?: number,
): Outcome {
  if (!isMap(collection) && !isSeq(collection)) return LEFT;
  const index = after ?? collection.items.length - 1;
  const spans = collection.items.map(spanOf);
  const [span, first] = [spans[index], spans[0]];
  if (span === undefined || first === undefined || collection.anchor !== undefined) return LEFT;
  return collection.flow === true
    ? intoFlow(text, collection, spans as Span[], index, member, format)
    : intoBlock(text, collection, span, first, member);
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly value: unknown;
}

function spanOf(item: unknown): Span | undefined {
  const pair = item as Partial<Pair<Node, Node | null>>;
  const isPair = "key" in pair;
  const [first, last] = isPair ? [pair.key, pair.value] : [item as Node, item as Node];
  const start = first?.range?.[0];
  const end = endOf(last ?? first);
  return start === undefined || end === undefined ? undefined : { start, end, value: last };
}

/** Where the text of a node ends, without the comments and blank lines behind it; undefined for block scalars. */
function endOf(node: unknown): number | undefined {
  if (isScalar(node)) return node.type?.startsWith("BLOCK") === true ? undefined : (node.range?.[1] ?? undefined);
  if (!isMap(node) && !isSeq(node)) return undefined;
  if (node.flow === true || node.items.length === 0) return node.range?.[1];
  const last: unknown = node.items.at(-1);
  const pair = last as Partial<Pair<Node, Node | null>>;
  return isMap(node) ? (endOf(pair.value) ?? (pair.value === null ? pair.key?.range?.[1] : undefined)) : endOf(last);
}

/** `{"a": 1}`: a comma behind the member, then what stands between members already, or a line like theirs. */
function intoFlow(
  text: string,
  collection: YAMLMap | YAMLSeq,
  spans: readonly (Span | undefined)[],
  index: number,
  { key, value }: Member,
  format: "json" | "yaml",
): Outcome {
  const [first, last] = [spans[0], spans[index]];
  if (first === undefined || last === undefined) return LEFT;
  const open = collection.range?.[0] ?? 0;
  const before = text.slice(open + 1, first.start);
  const between = spans.length > 1 ? text.slice(spans[0]?.end, spans[1]?.start) : `,${before === "" ? " " : before}`;
  if (!/^\s*,\s*$/.test(between)) return LEFT;
  const indent = /\n([ \t]*)$/.exec(between)?.[1];
  const sibling = text.slice(last.start, last.end);
  const unit =
    indent === undefined ? undefined : (/\n([ \t]*)\S/.exec(sibling)?.[1]?.slice(indent.length) ?? undefined);
  const isCompact = /["}\]]:\S/.test(sibling);
  if (format === "yaml" && indent !== undefined) return LEFT;
  const printed = printJson(value, unit === undefined || unit === "" ? undefined : unit, isCompact, indent ?? "");
  const name = key === undefined ? "" : `${JSON.stringify(key)}:${isCompact ? "" : " "}`;
  return { text: `${text.slice(0, last.end)}${between}${name}${printed}${text.slice(last.end)}` };
}

/** JSON over several lines with `unit` per level, else on one line, spaced unless its neighbours are not. */
function printJson(value: unknown, unit: string | undefined, isCompact: boolean, indent: string): string {
  if (unit !== undefined) return JSON.stringify(value, null, unit).replaceAll("\n", `\n${indent}`);
  if (isCompact) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => printJson(one, unit, isCompact, indent)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}: ${printJson(one, unit, isCompact, indent)}`,
  );
  return `{${entries.join(", ")}}`;
}

function intoBlock(
  text: string,
  collection: YAMLMap | YAMLSeq,
  span: Span,
  first: Span,
  { key, value }: Member,
): Outcome {
  const lineStart = text.lastIndexOf("\n", first.start - 1) + 1;
  const lead = text.slice(lineStart, first.start);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const isList = isSeq(collection);
  // A list inside of a list begins on the line of the other's dash: where its own lines begin is not to be seen.
  if (!(isList ? /^ *- +$/ : /^ *$/).test(lead)) return LEFT;
  const column = isList ? lead.indexOf("-") : lead.length;
  const end = text.indexOf("\n", span.end);
  const lineEnd = end === -1 ? text.length : text[end - 1] === "\r" ? end - 1 : end;
  if (!/^\s*(#.*)?$/.test(text.slice(span.end, lineEnd))) return LEFT;
  const document = new Document(isList ? [value] : { [key ?? ""]: value }, { compat: "yaml-1.1" });
  const [item]: readonly unknown[] = (document.contents as YAMLMap | YAMLSeq).items;
  dress(isList ? item : (item as Pair).value, span.value);
  const printed = document.toString({
    lineWidth: 0,
    indent: indentOf(text, span, column),
    flowCollectionPadding: /\{ /.test(text.slice(span.start, span.end)),
  });
  const lines = printed
    .trimEnd()
    .split("\n")
    .map((line) => " ".repeat(column) + line);
  return { text: `${text.slice(0, lineEnd)}${newline}${lines.join(newline)}${text.slice(lineEnd)}` };
}

/** Gives new nodes the quotes and brackets their neighbour's have. */
function dress(node: unknown, like: unknown): void {
  if (isScalar(node) && isScalar(like) && typeof node.value === "string" && typeof like.value === "string") {
    if (like.type === "QUOTE_DOUBLE" || like.type === "QUOTE_SINGLE") node.type = like.type;
  }
  if (!isMap(node) || !isMap(like)) return;
  node.flow = like.flow === true;
  for (const { key, value } of node.items) dress(value, like.get(key, true));
}

/** Spaces per level, by how far a neighbour's own keys stand in. */
function indentOf(text: string, { value, start }: Span, column: number): number {
  if (!isMap(value) || value.flow === true) return 2;
  const key = value.items[0]?.key as Node | undefined;
  const begin = key?.range?.[0] ?? start;
  const own = begin - (text.lastIndexOf("\n", begin - 1) + 1);
  return own - column > 0 && own - column <= 8 ? own - column : 2;
}
