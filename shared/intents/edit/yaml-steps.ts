/**
 * Several small edits of one object's text, in turn: keys added, items appended to lists, an entry swapped for another. Each
 * knows what it does to the object, so that reading the text again proves that nothing else changed.
 */
import { isMap, isScalar, isSeq, type Node, type Pair, stringify, type YAMLMap, type YAMLSeq } from "yaml";
import type { FileChange } from "../../domain/change-set.ts";
import { readDocuments } from "../../repository/parse.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { type Fields, isFields } from "../../repository/values.ts";
import { onlyChanges, type Path, stepOf } from "./yaml-edit.ts";
import { type Additions, addKeys, type Source, sourceOf } from "./yaml-insert.ts";

export type Outcome = { readonly text: string } | { readonly because: string };
type Target = Record<string | number, unknown>;

export interface Step {
  /** The text with the edit done, or why its form is left alone. */
  edit(text: string, document: number): Outcome;
  /** The same to the object. */
  change(object: Record<string, unknown>): void;
}

/** The file of `resource` after all `steps`; a text says why its form is left alone. */
export function runSteps(platform: Platform, resource: Resource, steps: readonly Step[]): FileChange | string {
  const file = platform.files.get(resource.path);
  const content = file?.content ?? "";
  let text = content;
  for (const step of steps) {
    const next = step.edit(text, resource.document);
    if ("because" in next) return `${resource.path}: ${next.because}`;
    text = next.text;
  }
  const proved = onlyChanges(content, text, resource, (object) => {
    for (const step of steps) step.change(object);
  });
  if (!proved) return `${resource.path}: the edit would change more than it should`;
  return { path: resource.path, before: file?.blob ?? null, after: text };
}

/** `fields` under the mapping at `path`, after the first of the keys `after` that is there; mappings that exist grow. */
export function addStep(path: Path, fields: Fields, after: readonly string[] = []): Step {
  return {
    edit(text, document) {
      const map = nodeAt(text, document, path);
      if (!isMap(map)) return { because: `${path.join(".")} is not written as a mapping` };
      return addKeys(sourceOf(text, stepOf(text)), map, toAdditions(fields), after);
    },
    change(object) {
      const target = valueAt(object, path) as Target;
      Object.assign(target, merged(target, fields));
    },
  };
}

/** One more item at the end of the list `key` of the mapping at `path`; the list is made where there is none. */
export function appendStep(path: Path, key: string, item: Fields, after: readonly string[] = []): Step {
  return {
    edit(text, document) {
      const list = nodeAt(text, document, [...path, key]);
      if (list === undefined || list === null) return addStep(path, { [key]: [item] }, after).edit(text, document);
      if (!isSeq(list)) return { because: `${key} is not written as a list` };
      return appended(sourceOf(text, stepOf(text)), list as YAMLSeq<Node>, item, key);
    },
    change(object) {
      const target = valueAt(object, path) as Target;
      const list = target[key];
      target[key] = [...(Array.isArray(list) ? (list as unknown[]) : []), item];
    },
  };
}

/** The entry `key` of the mapping at `path` with its whole value replaced by `by`: `fields`. */
export function swapStep(path: Path, key: string, by: string, fields: Fields): Step {
  return {
    edit(text, document) {
      const map = nodeAt(text, document, path);
      if (!isMap(map)) return { because: `${path.join(".")} is not written as a mapping` };
      return swapped(sourceOf(text, stepOf(text)), map as YAMLMap<Node, Node | null>, key, by, fields);
    },
    change(object) {
      const target = valueAt(object, path) as Target;
      Reflect.deleteProperty(target, key);
      target[by] = fields;
    },
  };
}

/** The scalar at `path` gets another text, in the quotes it has. */
export function setStep(path: Path, value: string): Step {
  return {
    edit(text, document) {
      const node = nodeAt(text, document, path);
      const [start, end] = (isScalar(node) && node.anchor === undefined && node.range) || [];
      const written = start === undefined ? "" : text.slice(start, end);
      if (start === undefined || end === undefined || written === "" || /[\n|>&*!]/.test(written)) {
        return { because: `${path.join(".")} is written in a form that is left alone` };
      }
      const quote = /^["']/.exec(written)?.[0];
      const next = quote === undefined ? scalar(value) : `${quote}${value}${quote}`;
      return { text: `${text.slice(0, start)}${next}${text.slice(end)}` };
    },
    change(object) {
      (valueAt(object, path.slice(0, -1)) as Target)[path.at(-1) ?? ""] = value;
    },
  };
}

function nodeAt(text: string, document: number, path: Path): unknown {
  const read = readDocuments(text)[document];
  return path.length === 0 ? read?.contents : read?.getIn(path, true);
}

function valueAt(object: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Target)[key], object);
}

function appended(source: Source, list: YAMLSeq<Node>, item: Fields, key: string): Outcome {
  const last = list.items.at(-1);
  const start = last?.range?.[0];
  const end = last === undefined ? -1 : endOf(last);
  if (start === undefined || end < 0) return { because: `${key} ends in a form that is left alone` };
  if (list.flow === true) return { text: `${source.text.slice(0, end)}, ${inBraces(item)}${source.text.slice(end)}` };
  const dash = source.text.slice(source.text.lastIndexOf("\n", start - 1) + 1, start);
  if (!/^ *-( +)$/.test(dash)) return { because: `${key} is written in a form that is left alone` };
  const lineEnd = endOfLine(source.text, end);
  const block = printed(item, dash.length, source).replace(/^ */, dash);
  return { text: `${source.text.slice(0, lineEnd)}${source.newline}${block}${source.text.slice(lineEnd)}` };
}

function swapped(source: Source, map: YAMLMap<Node, Node | null>, key: string, by: string, fields: Fields): Outcome {
  const pair = map.items.find((one) => isScalar(one.key) && one.key.value === key) as
    | Pair<Node, Node | null>
    | undefined;
  const start = pair?.key.range?.[0];
  if (pair === undefined || start === undefined) return { because: `${key} is not there` };
  const end = pair.value === null ? source.text.indexOf(":", start) + 1 : endOf(pair.value);
  const written = source.text.slice(start, Math.max(start, end));
  if (end < start || /[#&*]/.test(written)) return { because: `${key} is written in a form that is left alone` };
  const indent = start - (source.text.lastIndexOf("\n", start - 1) + 1);
  const next =
    map.flow === true
      ? `${by}: ${inBraces(fields)}`
      : `${by}:${source.newline}${printed(fields, indent + source.step, source)}`;
  return { text: `${source.text.slice(0, start)}${next}${source.text.slice(end)}` };
}

/** Offset behind the last character of a value; -1 where it ends in block text. */
function endOf(node: Node): number {
  if (isScalar(node))
    return node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED" ? -1 : (node.range?.[1] ?? -1);
  const isOpen = (isMap(node) || isSeq(node)) && node.flow !== true && node.items.length > 0;
  if (!isOpen) return node.range?.[1] ?? -1;
  if (isSeq(node)) return endOf(node.items.at(-1) as Node);
  const last = node.items.at(-1) as Pair<Node, Node | null>;
  const isEmpty = last.value === null || (isScalar(last.value) && last.value.source === "");
  return isEmpty || last.value === null ? -1 : endOf(last.value);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  if (end === -1) return text.length;
  return text[end - 1] === "\r" ? end - 1 : end;
}

function printed(fields: Fields, column: number, { newline, indentSeq, step }: Source): string {
  const text = stringify(fields, { compat: "yaml-1.1", indent: Math.max(2, step), indentSeq, lineWidth: 0 });
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => " ".repeat(column) + line).join(newline);
}

function inBraces(fields: Fields): string {
  return stringify(fields, { compat: "yaml-1.1", collectionStyle: "flow", lineWidth: 0 })
    .trim()
    .replace(/^\{ (.*) \}$/s, "{$1}");
}

function scalar(value: unknown): string {
  return stringify(value, { compat: "yaml-1.1", lineWidth: 0 }).trimEnd();
}

function toAdditions(fields: Fields): Additions {
  const entries = Object.entries(fields).map(([key, value]) => {
    if (isFields(value)) return [key, toAdditions(value)];
    if (Array.isArray(value) && value.every(isFields)) return [key, value.map(toAdditions)];
    return [key, Array.isArray(value) ? `[${value.map(scalar).join(", ")}]` : scalar(value)];
  });
  return Object.fromEntries(entries) as Additions;
}

function merged(target: unknown, fields: Fields): Fields {
  const base = isFields(target) ? target : {};
  const added = Object.entries(fields).map(([key, value]) => [key, isFields(value) ? merged(base[key], value) : value]);
  return { ...base, ...(Object.fromEntries(added) as Fields) };
}
