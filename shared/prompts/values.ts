/** What is put into a template: checked against its declared type; untrusted text cleaned, cut and unable to end a block. */
import { cleanLine, cleanText } from "../domain/text.ts";
import type { Text, Variable, Variables } from "./source.ts";

/** What a template sees: for each variable its name and `has_<name>`, in a list of records also `number`, from 1. */
interface View {
  [name: string]: string | boolean | number | readonly string[] | readonly View[];
}

/** `where`: the prompt, for errors. Throws a TypeError naming each variable that is missing, unknown or of another type. */
export function viewOf(variables: Variables, values: unknown, where: string): View {
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new TypeError(`${where}: ${described(values)} instead of variables`);
  }
  const given = new Map(Object.entries(values));
  const unknown = [...given.keys()].filter((name) => !Object.hasOwn(variables, name));
  const missing = Object.keys(variables).filter((name) => given.get(name) === undefined);
  if (unknown.length > 0) throw new TypeError(`${where}: no such variable: ${unknown.join(", ")}`);
  if (missing.length > 0) throw new TypeError(`${where}: missing: ${missing.join(", ")}`);
  // Without a prototype: mustache looks names up along it, and "constructor" must find nothing.
  const view = Object.create(null) as View;
  for (const [name, declared] of Object.entries(variables)) {
    const value = valueOf(declared, given.get(name), `${where}, ${name}`);
    view[name] = value;
    view[`has_${name}`] = value.length > 0;
  }
  return view;
}

function valueOf(declared: Variable, value: unknown, where: string): string | readonly string[] | readonly View[] {
  if (declared.type !== "list") return textOf(declared, value, where);
  if (!Array.isArray(value)) throw new TypeError(`${where}: ${described(value)} instead of a list`);
  const kept = (value as readonly unknown[]).slice(0, declared.max);
  if ("item" in declared) return kept.map((entry, index) => textOf(declared.item, entry, `${where}[${index}]`));
  return kept.map((entry, index) =>
    Object.assign(viewOf(declared.fields, entry, `${where}[${index}]`), { number: index + 1 }),
  );
}

function textOf({ type, max }: Text, value: unknown, where: string): string {
  if (typeof value !== "string") throw new TypeError(`${where}: ${described(value)} instead of a text`);
  if (type === "trusted") {
    if (value.length > max) throw new TypeError(`${where}: ${value.length} characters, ${max} are allowed`);
    return value;
  }
  const clean = cleanBeginning(value, max, type === "line" ? cleanLine : cleanText);
  const data = escaped(clean.length <= max ? clean : `${beginning(clean, max)} …`);
  // A line may stand in an attribute.
  return type === "line" ? data.replaceAll('"', "&quot;") : data;
}

/**
 * The whole text cleaned, or a beginning of it that is longer than `most` when cleaned: what is cut off anyway is not
 * worth cleaning, and texts of others may be long.
 */
function cleanBeginning(text: string, most: number, clean: (text: string) => string): string {
  for (let looked = 4 * most + 1_000; looked < text.length; looked *= 4) {
    const cleaned = clean(text.slice(0, looked).toWellFormed());
    // At its very end it may differ from the whole: a sign may be composed with the next.
    if (cleaned.length > most + 40) return cleaned;
  }
  // Half a surrogate pair is no character: a vendor refuses the whole question for it.
  return clean(text.toWellFormed());
}

/** Never half of a pair. */
function beginning(text: string, most: number): string {
  const cut = text.slice(0, most);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/**
 * Unable to open or close a block. The words in brackets are those some open models' own templates mark turns with:
 * their servers read such marks out of the text of a message, too.
 */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(
      /\[(\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|PREFIX|SUFFIX))\]/giu,
      "&#91;$1&#93;",
    );
}

function described(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}
