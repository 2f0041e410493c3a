/** Edits of one object in the text that defines it: several places at once, and a proof that nothing else changed. */
import { isMap, isScalar } from "yaml";
import { readDocuments } from "../../repository/parse.ts";
import type { Resource } from "../../repository/platform.ts";
import { type Fields, isFields } from "../../repository/values.ts";
import { onlyChanges, type Path, stepOf } from "./yaml-edit.ts";
import { type Additions, addKeys, sourceOf } from "./yaml-insert.ts";

export type Edit =
  /** `add` under the mapping at `path`, after the first of the keys `after` that is there. */
  | { readonly path: Path; readonly add: Fields; readonly after: readonly string[] }
  /** The scalar at `path` gets another text, in the quotes it has. */
  | { readonly path: Path; readonly replace: string };

/** `content` with all `edits` done to the object of `resource` in it, or why its form is left alone. */
export function editText(content: string, resource: Resource, edits: readonly Edit[]): Outcome {
  let text = content;
  for (const edit of edits) {
    const next = "add" in edit ? added(text, resource, edit) : replaced(text, resource, edit);
    if ("because" in next) return next;
    text = next.text;
  }
  const proved = onlyChanges(content, text, resource, (object) => {
    for (const edit of edits) applyEdit(object, edit);
  });
  return proved ? { text } : { because: "the edit would change more than it should" };
}

export type Outcome = { readonly text: string } | { readonly because: string };

function added(
  text: string,
  { document }: Resource,
  { path, add, after }: Extract<Edit, { readonly add: Fields }>,
): Outcome {
  const map = readDocuments(text)[document]?.getIn(path, true);
  if (!isMap(map)) return { because: `${path.join(".")} is not written as a mapping` };
  return addKeys(sourceOf(text, stepOf(text)), map, additions(add), after);
}

function replaced(
  text: string,
  { document }: Resource,
  { path, replace }: Extract<Edit, { readonly replace: string }>,
): Outcome {
  const node = readDocuments(text)[document]?.getIn(path, true);
  const [start, end] = (isScalar(node) && node.anchor === undefined && node.range) || [];
  const quote = start === undefined ? "" : text.charAt(start);
  const quotes = quote === '"' || quote === "'" ? quote : isNoText(replace) ? '"' : "";
  if (start === undefined || end === undefined || /[\n|>&*!]/.test(text.slice(start, end))) {
    return { because: `${path.join(".")} is written in a form that is left alone` };
  }
  return { text: `${text.slice(0, start)}${quotes}${replace}${quotes}${text.slice(end)}` };
}

/** Leaves as they stand in YAML: only booleans, plain words and lists of them or of mappings are ever added. */
function additions(fields: Fields): Additions {
  const entries = Object.entries(fields).map(([key, value]) => {
    if (isFields(value)) return [key, additions(value)];
    if (!Array.isArray(value)) return [key, String(value)];
    return value.every(isFields)
      ? [key, value.map(additions)]
      : [key, `[${value.map((one) => JSON.stringify(one)).join(", ")}]`];
  });
  return Object.fromEntries(entries) as Additions;
}

/** The same edit on the object itself. */
export function applyEdit(object: Record<string, unknown>, edit: Edit): void {
  const keys = "add" in edit ? edit.path : edit.path.slice(0, -1);
  const target = keys.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], object);
  if ("add" in edit) Object.assign(target as object, merged(target, edit.add));
  else (target as Record<string | number, unknown>)[edit.path.at(-1) ?? ""] = edit.replace;
}

function merged(target: unknown, fields: Fields): Fields {
  const base = isFields(target) ? target : {};
  const entries = Object.entries(fields).map(([key, value]) => [
    key,
    isFields(value) ? merged(base[key], value) : value,
  ]);
  return { ...base, ...(Object.fromEntries(entries) as Fields) };
}

/** True for what YAML would take for a number or a truth value without quotes. */
function isNoText(text: string): boolean {
  return !Number.isNaN(Number(text)) || /^(?:true|false|yes|no|on|off|null|~|[-+.\d_:]+)$/i.test(text);
}
