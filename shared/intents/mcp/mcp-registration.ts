/** Writes a server into a registry where its file has it, and has those who read it start again where they must. */
import { createHash } from "node:crypto";
import { parseDocument } from "yaml";
import type { FileChange, ObjectRef } from "../../domain/change-set.ts";
import { withChanges } from "../../repository/change.ts";
import { readDocuments } from "../../repository/parse.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { at, isFields, itemsAt, textAt } from "../../repository/values.ts";
import { asWorkload } from "../../repository/workloads.ts";
import { insertMember } from "../edit/collection-insert.ts";
import { replaceText } from "../edit/scalar-edit.ts";
import { editResource } from "../edit/workload-edit.ts";
import { onlyChanges, type Path } from "../edit/yaml-edit.ts";
import { editableIn, findResource } from "../targets.ts";
import { entryLike, type NewEntry } from "./mcp-entry.ts";
import { type ReaderStep, readersOf } from "./mcp-readers.ts";
import { parseText, type Registry } from "./mcp-registries.ts";
import type { McpServer } from "./mcp-servers.ts";

export interface Registration {
  readonly files: readonly FileChange[];
  readonly objects: readonly ObjectRef[];
  readonly application: string;
  readonly entry: NewEntry;
  /** Who starts again, and who has to read it again by itself. */
  readonly told: readonly string[];
}

export function register(platform: Platform, registry: Registry, server: McpServer): Registration | string {
  const application = editableIn(platform, registry.resource);
  if (typeof application === "string") return application;
  const values = valuesOf(registry);
  if (values === undefined) return "its list of servers cannot be read again";
  const entry = entryLike(platform, registry, values, server);
  if (typeof entry === "string") return entry;
  const steps = readersOf(platform, registry, entry);
  if (typeof steps === "string") return steps;
  const first = added(platform, registry, entry);
  if (typeof first === "string") return first;
  const all = [first];
  let current = platform;
  for (const step of steps) {
    current = withChanges(platform, all);
    const next = carriedOut(current, step, first.after ?? "");
    if (typeof next === "string") return next;
    if (next !== undefined) merge(all, next);
  }
  const changed = steps.filter(({ edit }) => edit !== undefined).map(({ resource }) => refOf(resource));
  return {
    files: all,
    objects: [refOf(registry.resource), ...changed],
    application: application.name,
    entry,
    told: steps.map(({ told }) => told),
  };
}

function refOf({ apiVersion, kind, namespace = "", name }: Resource): ObjectRef {
  return { apiVersion, kind, namespace, name, effect: "change" };
}

/** Two edits of one file are one change of it. */
function merge(all: FileChange[], next: FileChange): void {
  const index = all.findIndex(({ path }) => path === next.path);
  const before = all[index];
  if (before === undefined) all.push(next);
  else all[index] = { ...before, after: next.after };
}

/** The values of the registry's entries, in order. */
function valuesOf({ resource, path, text, entries }: Registry): readonly unknown[] | undefined {
  const start: unknown = text === undefined ? valueAt(resource.object, path) : collectionIn(text);
  if (typeof start !== "object" || start === null) return undefined;
  return entries.map((entry) => {
    if (text === undefined && Array.isArray(start)) {
      return at(
        start.find((one) => textAt(one, "name") === entry.name),
        "value",
      );
    }
    return (start as Record<string | number, unknown>)[entry.at];
  });
}

function collectionIn({ value, format, collection }: NonNullable<Registry["text"]>): unknown {
  if (format === "list") return value.split(",").map((one) => one.trim());
  return valueAt(parseText(value)?.value, collection);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === "object" && current !== null ? (current as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

function added(platform: Platform, registry: Registry, entry: NewEntry): FileChange | string {
  const { resource, path, text } = registry;
  if (text === undefined) return addedBeside(platform, registry, entry);
  const next = addedToText(text, entry);
  return "because" in next ? `${resource.path}: ${next.because}` : replaceText(platform, resource, path, next.text);
}

type Outcome = { readonly text: string } | { readonly because: string };

function addedToText({ value, format, collection }: NonNullable<Registry["text"]>, entry: NewEntry): Outcome {
  if (format === "list") {
    const gap = /,(\s*)/.exec(value)?.[1] ?? "";
    const end = value.trimEnd().length;
    return { text: `${value.slice(0, end)},${gap}${entry.url}${value.slice(end)}` };
  }
  const document = parseDocument(value, { logLevel: "silent" });
  const node: unknown = collection.length === 0 ? document.contents : document.getIn(collection, true);
  const next = insertMember(value, node, { key: entry.name, value: entry.value }, format);
  if ("because" in next) return next;
  const expected = structuredClone(parseText(value)?.value);
  const target = valueAt(expected, collection);
  if (Array.isArray(target)) target.push(entry.value);
  else if (isFields(target)) Object.assign(target, { [entry.name ?? ""]: entry.value });
  const same = JSON.stringify(parseText(next.text)?.value) === JSON.stringify(expected);
  return same ? next : { because: "its list of servers could not be extended safely" };
}

/** A variable behind the last of its kind, or a key of the ConfigMap behind the others. */
function addedBeside(platform: Platform, { resource, path, entries }: Registry, entry: NewEntry): FileChange | string {
  const variables: unknown = valueAt(resource.object, path);
  const isList = Array.isArray(variables);
  const last = entries.at(-1)?.name;
  const position = isList
    ? variables.findIndex((one) => textAt(one, "name") === last)
    : Object.keys(variables as object).indexOf(last ?? "");
  const name = entry.name ?? "";
  const taken = isList
    ? variables.some((one) => textAt(one, "name") === name)
    : Object.hasOwn(variables as object, name);
  if (taken) return `${resource.path}: ${name} is already there and leads elsewhere`;
  const value = isList ? { name, value: entry.value } : entry.value;
  return insertAt(platform, resource, path, { key: isList ? undefined : name, value }, position);
}

/** A member of a mapping or list of the manifest itself, behind the one at `position`. */
export function insertAt(
  platform: Platform,
  resource: Resource,
  path: Path,
  member: { readonly key: string | undefined; readonly value: unknown },
  position: number,
): FileChange | string {
  const file = platform.files.get(resource.path);
  const content = file?.content ?? "";
  const node: unknown = readDocuments(content)[resource.document]?.getIn(path, true);
  const next = insertMember(content, node, member, "yaml", position);
  if ("because" in next) return `${resource.path}: ${next.because}`;
  const proved = onlyChanges(content, next.text, resource, (object) => {
    const target = valueAt(object, path);
    if (Array.isArray(target)) target.splice(position + 1, 0, member.value);
    else Object.assign(target as object, { [member.key ?? ""]: member.value });
  });
  if (!proved) return `${resource.path}: its list of servers could not be extended safely`;
  return { path: resource.path, before: file?.blob ?? null, after: next.text };
}

function carriedOut(platform: Platform, { resource, edit }: ReaderStep, text: string): FileChange | string | undefined {
  if (edit === undefined) return undefined;
  const found = findResource(platform, resource.kind, resource.namespace ?? "", resource.name);
  if (typeof found === "string") return found;
  const workload = asWorkload(found);
  if (workload === undefined) return `${resource.name} is no workload`;
  if (edit.kind === "variable") {
    const env = [...workload.templatePath, "spec", edit.list, edit.container, "env"];
    const variables = itemsAt(
      valueAt(found.object, [...workload.templatePath, "spec", edit.list, edit.container]),
      "env",
    );
    return insertAt(platform, found, env, { key: undefined, value: edit.variable }, variables.length - 1);
  }
  const path = [...workload.templatePath, "metadata"];
  const mark = `sha256-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
  const isThere = at(valueAt(found.object, path), "annotations", edit.key) !== undefined;
  return editResource(platform, found, [
    isThere
      ? { path: [...path, "annotations", edit.key], replace: mark }
      : { path, add: { annotations: { [edit.key]: mark } }, after: [] },
  ]);
}
