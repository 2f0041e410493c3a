/** Numbers and settings of a database's object, written where its file defines it; nothing else changes. */
import { isMap, isScalar } from "yaml";
import type { FileChange } from "../../domain/change-set.ts";
import { readDocuments } from "../../repository/parse.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { type Fields, isFields } from "../../repository/values.ts";
import { onlyChanges, type Path, stepOf } from "../edit/yaml-edit.ts";
import { type Additions, addKeys, sourceOf } from "../edit/yaml-insert.ts";

export type Setting =
  /** The whole number at `path`, added as the last key of its mapping where it is not there. */
  | { readonly path: Path; readonly number: number }
  /** Numbers and booleans under the mapping at `path`. */
  | { readonly path: Path; readonly fields: Fields };

/** The file of `resource` with all `settings`; a text says why its form is left alone. */
export function withSettings(
  platform: Platform,
  resource: Resource,
  settings: readonly Setting[],
): FileChange | string {
  const file = platform.files.get(resource.path);
  const content = file?.content ?? "";
  let text: string | undefined = content;
  for (const setting of settings) {
    text = "number" in setting ? withNumber(text, resource, setting) : withFields(text, resource, setting);
    if (text === undefined)
      return `${resource.path}: ${setting.path.join(".")} is written in a form that is left alone`;
  }
  const proved = onlyChanges(content, text, resource, (object) => {
    for (const setting of settings) apply(object, setting);
  });
  if (!proved) return `${resource.path}: the edit would change more than it should`;
  return { path: resource.path, before: file?.blob ?? null, after: text };
}

function withNumber(
  text: string,
  { document }: Resource,
  { path, number }: Extract<Setting, { readonly number: number }>,
): string | undefined {
  const parsed = readDocuments(text)[document];
  const node: unknown = parsed?.getIn(path, true);
  if (node === undefined) {
    return withFields(text, { document }, { path: path.slice(0, -1), fields: { [String(path.at(-1))]: number } });
  }
  const [start, end] = (isScalar(node) && node.anchor === undefined && node.range) || [];
  if (start === undefined || end === undefined || !/^\d+$/.test(text.slice(start, end))) return undefined;
  return text.slice(0, start) + String(number) + text.slice(end);
}

function withFields(
  text: string,
  { document }: Pick<Resource, "document">,
  { path, fields }: Extract<Setting, { readonly fields: Fields }>,
): string | undefined {
  const map: unknown = readDocuments(text)[document]?.getIn(path, true);
  if (!isMap(map)) return undefined;
  const added = addKeys(sourceOf(text, stepOf(text)), map, additions(fields), ["instances", "numberOfInstances"]);
  return "text" in added ? added.text : undefined;
}

function additions(fields: Fields): Additions {
  const entries = Object.entries(fields).map(([key, value]) => [
    key,
    isFields(value) ? additions(value) : String(value),
  ]);
  return Object.fromEntries(entries) as Additions;
}

function apply(object: Record<string, unknown>, setting: Setting): void {
  const path = "number" in setting ? setting.path.slice(0, -1) : setting.path;
  const target = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], object);
  const fields = "number" in setting ? { [String(setting.path.at(-1))]: setting.number } : setting.fields;
  Object.assign(target as object, merged(target, fields));
}

function merged(target: unknown, fields: Fields): Fields {
  const base = isFields(target) ? target : {};
  const entries = Object.entries(fields).map(([key, value]) => [
    key,
    isFields(value) ? merged(base[key], value) : value,
  ]);
  return { ...base, ...(Object.fromEntries(entries) as Fields) };
}
