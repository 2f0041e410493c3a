/** Cuts YAML by document and object; whatever cannot be read as YAML stays as text. No line is lost. */
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import { cut, type Lines, merged, type Unit } from "./piece.ts";

/** What is known of the object a piece belongs to. */
export interface Named {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Pieces of one object, or of a document that is none. */
export interface Part {
  readonly named: Named;
  readonly units: readonly Unit[];
}

/** All that is in a YAML file, told by its lines as they are; `shown` are the same lines without secrets. */
export function cutYaml(lines: Lines, shown: Lines): readonly Part[] {
  return documentsOf(lines.all).flatMap(([from, to]) => partsOfDocument(from, to, lines, shown));
}

/** First and last line of each document; the line of dashes belongs to the one below it, comments alone to the next. */
function documentsOf(all: readonly string[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  let from = 1;
  for (const [at, line] of all.entries()) {
    if (!/^(---|\.\.\.)(\s|$)/.test(line) || !all.slice(from - 1, at).some(saysSomething)) continue;
    found.push([from, at]);
    from = at + 1;
  }
  const rest = all.slice(from - 1).some(saysSomething);
  const last = found.at(-1);
  if (rest || last === undefined) found.push([from, all.length]);
  else last[1] = all.length;
  return found;
}

function saysSomething(line: string): boolean {
  return !/^\s*(#|$)/.test(line) && !/^(---|\.\.\.|%)/.test(line);
}

/** How nodes of a document lie in its file. */
interface Layout {
  readonly lines: Lines;
  /** Of an offset in the document. */
  lineOf(offset: number): number;
}

function partsOfDocument(from: number, to: number, plain: Lines, lines: Lines): readonly Part[] {
  const text = plain.all.slice(from - 1, to).join("\n");
  const counter = new LineCounter();
  const contents = contentsOf(text, counter);
  if (!isMap(contents) && !isSeq(contents)) return [asText(from, to, text, lines)];
  const layout = { lines, lineOf: (offset: number): number => from + counter.linePos(offset).line - 1 };
  const whole = { path: [], from, to };
  const items = isMap(contents) && nameOf(contents).kind?.endsWith("List") === true ? contents.get("items", true) : [];
  const objects = isSeq(items) ? childrenOf(items, whole, layout).filter(({ node }) => node !== undefined) : [];
  if (objects.length === 0) return [partOf(contents, whole, layout)];
  return objects.map(({ node, unit }) => partOf(node, unit, layout));
}

/** The node a document holds; undefined when it cannot be read. A key that is there twice is no reason. */
function contentsOf(text: string, lineCounter: LineCounter): unknown {
  let documents: readonly Document[];
  try {
    const options = { merge: true, prettyErrors: false, logLevel: "silent", uniqueKeys: false, lineCounter } as const;
    const parsed = parseAllDocuments(text, options);
    documents = "empty" in parsed ? [] : parsed;
  } catch {
    // The caller takes it as text, which is not less to find.
    return undefined;
  }
  const [first] = documents;
  return documents.length === 1 && first?.errors.length === 0 ? first.contents : undefined;
}

function partOf(node: unknown, unit: Unit, layout: Layout): Part {
  const { lines } = layout;
  const named = nameOf(node);
  const parts = (): readonly Unit[] => childrenOf(node, unit, layout).map((child) => child.unit);
  const units = cut({ ...unit, parts }, lines);
  const inObject = named.kind === undefined ? units : units.map(onlyEntries);
  return { named, units: merged(inObject, lines) };
}

/** Of an object the place is the object itself, but an entry of a ConfigMap is a file of its own. */
function onlyEntries(unit: Unit): Unit {
  const [first, entry] = unit.path;
  const isEntry = (first === "data" || first === "binaryData" || first === "stringData") && entry !== undefined;
  return { ...unit, path: isEntry ? [entry] : [] };
}

function nameOf(node: unknown): Named {
  if (!isMap(node)) return {};
  const kind = scalar(node.get("kind"));
  if (kind === undefined || !/^[A-Z]\w*$/.test(kind)) return {};
  const metadata = node.get("metadata");
  if (!isMap(metadata)) return { kind };
  const name = scalar(metadata.get("name")) ?? scalar(metadata.get("generateName"));
  const namespace = scalar(metadata.get("namespace"));
  return { kind, ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
}

function scalar(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return String(value) === "" ? undefined : String(value);
}

interface Child {
  readonly node: unknown;
  readonly unit: Unit;
}

/** Entries of a block mapping or list, each with the comments above it and up to the next. */
function childrenOf(node: unknown, { path, from, to }: Unit, layout: Layout): readonly Child[] {
  const entries = entriesOf(node);
  const starts = entries.map(({ offset }) => withComments(layout.lineOf(offset), layout));
  // Several on one line, or a node that stands elsewhere: not to be cut here.
  const inOrder = starts.every((start, at) => start >= from && start <= to && start > (starts[at - 1] ?? 0));
  if (entries.length === 0 || !inOrder) return [{ node: undefined, unit: { path, from, to } }];
  return entries.map(({ key, value }, at) => {
    const inside = {
      path: key === undefined ? path : [...path, key],
      from: at === 0 ? from : (starts[at] ?? from),
      to: (starts[at + 1] ?? to + 1) - 1,
    };
    const isBlock = (isMap(value) || isSeq(value)) && value.flow !== true && value.items.length > 0;
    const parts = (): readonly Unit[] => childrenOf(value, inside, layout).map((child) => child.unit);
    return { node: value, unit: isBlock ? { ...inside, parts } : inside };
  });
}

function withComments(line: number, { lines: { all } }: Layout): number {
  const depth = /^\s*/.exec(all[line - 1] ?? "")?.[0] ?? "";
  let first = line;
  while ((all[first - 2] ?? "").startsWith(`${depth}#`)) first -= 1;
  return first;
}

function entriesOf(
  node: unknown,
): readonly { readonly offset: number; readonly key?: string; readonly value: unknown }[] {
  if (isSeq(node)) {
    return node.items.flatMap((item) => (isNode(item) && item.range ? [{ offset: item.range[0], value: item }] : []));
  }
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    if (!isScalar(key) || !key.range) return [];
    return [{ offset: key.range[0], key: String(key.value).slice(0, 120), value }];
  });
}

/** A template, or broken: kind and name are looked for where they usually stand. */
function asText(from: number, to: number, text: string, lines: Lines): Part {
  const kind = /^kind:\s*["']?([A-Z]\w*)["']?\s*(?:#.*)?$/m.exec(text)?.[1];
  const metadata = /^metadata:[^\n]*\n((?:[ \t]+[^\n]*\n?|\{\{[^\n]*\n?|#[^\n]*\n?|\n)*)/m.exec(text)?.[1] ?? "";
  const name = fieldOf(metadata, "name");
  const namespace = fieldOf(metadata, "namespace");
  const named = {
    ...(kind === undefined ? {} : { kind }),
    ...(kind === undefined || namespace === undefined ? {} : { namespace }),
    ...(kind === undefined || name === undefined ? {} : { name }),
  };
  return { named, units: merged(cut({ path: [], from, to }, lines), lines) };
}

function fieldOf(metadata: string, field: string): string | undefined {
  const depth = /^[ \t]+(?=[\w"'])/m.exec(metadata)?.[0] ?? "";
  const found = new RegExp(`^${depth}${field}:[ \\t]*([^\\n#]+)`, "m").exec(metadata)?.[1];
  return found
    ?.trim()
    .replace(/^(["'])(.*)\1$/, "$2")
    .slice(0, 120);
}
