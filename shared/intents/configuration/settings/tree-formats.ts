/** JSON and YAML: a scalar at a path of keys, with the type it has. */
import { isDeepStrictEqual } from "node:util";
import { type Document, isScalar, parseDocument, stringify } from "yaml";
import { type Located, type Place, unclear } from "./place.ts";

export type TreeFormat = "json" | "yaml";

export function locateInTree(format: TreeFormat, text: string, setting: string): Located {
  const document = read(format, text);
  if (typeof document === "string") return unclear(document);
  const path = pathOf(document, setting.split("."));
  if (path === undefined) return { kind: "absent" };
  const node = document.getIn(path, true);
  const [from, to] = (isScalar(node) && node.anchor === undefined && node.range) || [];
  if (!isScalar(node) || from === undefined || to === undefined) return unclear(`${setting} holds no single value`);
  const { value, type } = node;
  if (type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED" || text.slice(from, to).includes("\n"))
    return unclear(`${setting} is written on several lines`);
  const known = typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "text";
  if (known === "text" && typeof value !== "string") return unclear(`${setting} has no value`);
  const quote = type === "QUOTE_DOUBLE" ? '"' : type === "QUOTE_SINGLE" ? "'" : "";
  const inset = quote === "" ? 0 : 1;
  const place: Place = {
    from: from + inset,
    to: to - inset,
    value: text.slice(from + inset, to - inset),
    quote,
    type: known,
  };
  return /\$[({]|\{\{|\\/.test(place.value)
    ? unclear(`${setting} has a value that is left alone`)
    : { kind: "found", place };
}

/** A value as the tree writes it where it stands without quotes. */
export function writtenInTree(value: string, { type }: Place): string {
  return type === "text" ? stringify(value, { compat: "yaml-1.1", lineWidth: 0 }).trimEnd() : value;
}

/** True when the two texts hold the same, but for this one value. */
export function onlyValueChanged(
  format: TreeFormat,
  before: string,
  after: string,
  setting: string,
  value: unknown,
): boolean {
  const [was, is] = [read(format, before), read(format, after)];
  if (typeof was === "string" || typeof is === "string") return false;
  const path = pathOf(was, setting.split("."));
  if (path === undefined) return false;
  was.setIn(path, value);
  return isDeepStrictEqual(was.toJS({ maxAliasCount: 100 }), is.toJS({ maxAliasCount: 100 }));
}

function read(format: TreeFormat, text: string): Document | string {
  if (format === "json") {
    try {
      JSON.parse(text);
    } catch {
      return "it is not JSON";
    }
  }
  const document = parseDocument(text, { prettyErrors: false, logLevel: "silent" });
  return document.errors.length > 0 ? "it is not one document of YAML" : document;
}

/** Keys may have dots in them: the longest that are there are taken. */
function pathOf(
  document: Document,
  words: readonly string[],
  path: readonly (string | number)[] = [],
): readonly (string | number)[] | undefined {
  if (words.length === 0) return path;
  for (let length = words.length; length > 0; length--) {
    const key = words.slice(0, length).join(".");
    const next = [...path, /^\d+$/.test(key) && !document.hasIn([...path, key]) ? Number(key) : key];
    if (!document.hasIn(next)) continue;
    const found = pathOf(document, words.slice(length), next);
    if (found !== undefined) return found;
  }
  return undefined;
}
