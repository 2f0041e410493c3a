/** Adds fields to an object where its file defines it, and proves by reading both texts that nothing else changed. */
import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, stringify } from "yaml";
import type { FileChange } from "../../domain/change-set.ts";
import { readDocuments } from "../../repository/parse.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { type Fields, isFields } from "../../repository/values.ts";
import type { Container, RepositoryWorkload } from "../../repository/workloads.ts";
import { type Additions, addKeys, sourceOf } from "./yaml-insert.ts";

export type Path = readonly (string | number)[];

/** `fields` added to one container; a text says why its form is left alone. */
export function addToContainer(
  platform: Platform,
  { resource, templatePath }: RepositoryWorkload,
  container: Container,
  fields: Fields,
  after: readonly string[],
): FileChange | string {
  const path = [...templatePath, "spec", "containers", container.index];
  const map = mappingAt(platform, resource, path);
  if (map === undefined || map.flow === true) return `${resource.path}: the container is not written as a block`;
  return addFields(platform, resource, path, fields, after);
}

/**
 * `fields` added to the mapping at `path` of `resource`: after the first of the keys `after` that is there, mappings that
 * exist are extended. A text says why the file is left alone.
 */
export function addFields(
  platform: Platform,
  resource: Resource,
  path: Path,
  fields: Fields,
  after: readonly string[],
): FileChange | string {
  const file = platform.files.get(resource.path);
  const content = file?.content ?? "";
  const map = mappingAt(platform, resource, path);
  if (map === undefined) return `${resource.path}: ${path.join(".")} is not written as a mapping`;
  const edited = addKeys(sourceOf(content, stepOf(content)), map, toAdditions(fields), after);
  if ("because" in edited) return `${resource.path}: ${edited.because}`;
  const proved = onlyChanges(content, edited.text, resource, (object) => {
    const target = valueAt(object, path);
    Object.assign(target as object, merged(target as Fields, fields));
  });
  if (!proved) return `${resource.path}: the edit would change more than the ${Object.keys(fields).join(" and ")}`;
  return { path: resource.path, before: file?.blob ?? null, after: edited.text };
}

/** The line of one key taken out of the mapping at `path`; a text says why the file is left alone. */
export function removeLine(platform: Platform, resource: Resource, path: Path, key: string): FileChange | string {
  const file = platform.files.get(resource.path);
  const content = file?.content ?? "";
  const map = mappingAt(platform, resource, path);
  const pair = map?.items.find((item) => isScalar(item.key) && item.key.value === key);
  const [from = 0] = (isScalar(pair?.key) ? pair.key.range : undefined) ?? [];
  const [, to = 0] = (isScalar(pair?.value) ? pair.value.range : undefined) ?? [];
  const start = content.lastIndexOf("\n", from - 1) + 1;
  const lineEnd = content.indexOf("\n", to);
  const end = lineEnd === -1 ? content.length : lineEnd + 1;
  const ownLine = /^ *$/.test(content.slice(start, from)) && !content.slice(from, to).includes("\n");
  const after = content.slice(0, start) + content.slice(end);
  const proved =
    map?.flow !== true &&
    to > 0 &&
    ownLine &&
    onlyChanges(content, after, resource, (object) => {
      Reflect.deleteProperty(valueAt(object, path) as object, key);
    });
  if (!proved) return `${resource.path}: ${[...path, key].join(".")} is not written on a line of its own`;
  return { path: resource.path, before: file?.blob ?? null, after };
}

function valueAt(object: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], object);
}

function mappingAt(platform: Platform, resource: Resource, path: Path) {
  const document = readDocuments(platform.files.get(resource.path)?.content ?? "")[resource.document];
  const node = document?.getIn(path, true);
  return isMap(node) ? node : undefined;
}

/** True when the two texts hold the same documents, except that `change` was done to the object of `resource`. */
export function onlyChanges(
  before: string,
  after: string,
  resource: Resource,
  change: (object: Record<string, unknown>) => void,
): boolean {
  // Through JSON, because a clone would keep what anchors share, and an alias would change along unseen.
  const wanted = JSON.parse(JSON.stringify(resource.object)) as Record<string, unknown>;
  change(wanted);
  const expected = readDocuments(before).map((one) => one.toJS() as unknown);
  const found = readDocuments(after).map((one) => (one.errors.length > 0 ? null : (one.toJS() as unknown)));
  expected[resource.document] = wanted;
  return isDeepStrictEqual(expected, found);
}

function merged(target: unknown, fields: Fields): Fields {
  const base = isFields(target) ? target : {};
  const added = Object.entries(fields).map(([key, value]) => [key, isFields(value) ? merged(base[key], value) : value]);
  return { ...base, ...(Object.fromEntries(added) as Fields) };
}

function toAdditions(fields: Fields): Additions {
  const entries = Object.entries(fields).map(([key, value]) => [
    key,
    isFields(value) ? toAdditions(value) : scalar(value),
  ]);
  return Object.fromEntries(entries) as Additions;
}

/** A scalar or a list of them on one line, quoted where a YAML 1.1 reader would take it for something else. */
function scalar(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(scalar).join(", ")}]`;
  return stringify(value, { compat: "yaml-1.1", lineWidth: 0 }).trimEnd();
}

/** Spaces per level, by the first indented key of the file. */
export function stepOf(content: string): number {
  const match = /^[a-zA-Z]+:[ \t]*\r?\n( +)[a-zA-Z]/m.exec(content);
  return match?.[1]?.length ?? 2;
}
