/** Takes a migration out of a Deployment where its file defines it, and proves that nothing else changed. */
import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import type { FileChange } from "../../domain/change-set.ts";
import { readDocuments } from "../../repository/parse.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { onlyChanges, type Path, stepOf } from "../edit/yaml-edit.ts";
import { addKeys, sourceOf } from "../edit/yaml-insert.ts";
import type { StartMigration } from "./migration-start.ts";

const WAVE = "argocd.argoproj.io/sync-wave";

/**
 * The Deployment's file without the migration `found`, and in sync wave `wave`, where they are given; undefined when
 * nothing is to change. A text says why the file is left alone.
 */
export function withoutMigration(
  platform: Platform,
  resource: Resource,
  found: StartMigration | undefined,
  wave: number | undefined,
): FileChange | string | undefined {
  if (found === undefined && wave === undefined) return undefined;
  const file = platform.files.get(resource.path);
  const content = file?.content ?? "";
  const cut = found === undefined ? content : cutOut(content, resource, found);
  if (cut === undefined) return `${resource.path}: what migrates is written in a form that is left alone`;
  const text = wave === undefined ? cut : withWave(cut, resource, wave);
  if (text === undefined) return `${resource.path}: the annotations are written in a form that is left alone`;
  const proved = onlyChanges(content, text, resource, (object) => {
    if (found?.form === "init") dropItem(object, found.container.path);
    if (found?.form === "script") {
      setAt(object, [...found.container.path, found.field, found.index], restOf(content, resource, found));
    }
    if (wave !== undefined) setWave(object, wave);
  });
  if (!proved) return `${resource.path}: the edit would change more than the migration`;
  return { path: resource.path, before: file?.blob ?? null, after: text };
}

function cutOut(content: string, resource: Resource, found: StartMigration): string | undefined {
  return found.form === "init" ? cutItem(content, resource, found.container.path) : cutScript(content, resource, found);
}

/** The text without one item of a block list, with the comment right above it; with its key when it is the only one. */
function cutItem(content: string, { document }: Resource, path: Path): string | undefined {
  const parsed = readDocuments(content)[document];
  const [listPath, index] = [path.slice(0, -1), path.at(-1)];
  const list: unknown = parsed?.getIn(listPath, true);
  const parent: unknown = parsed?.getIn(listPath.slice(0, -1), true);
  if (!isSeq(list) || list.flow === true || !isMap(parent) || parent.flow === true || typeof index !== "number")
    return undefined;
  const item = list.items[index] as Node | undefined;
  const end = item === undefined ? -1 : endOf(content, item);
  const start = list.items.length > 1 ? startOfItem(content, item) : startOfKey(content, parent, listPath.at(-1));
  if (end < 0 || start === undefined) return undefined;
  const from = aboveComments(content, start);
  return content.slice(0, from) + content.slice(end);
}

function startOfItem(content: string, item: Node | undefined): number | undefined {
  const start = item?.range?.[0];
  if (start === undefined) return undefined;
  const line = content.lastIndexOf("\n", start - 1) + 1;
  return /^ *- +$/.test(content.slice(line, start)) ? line : undefined;
}

function startOfKey(content: string, parent: YAMLMap, key: unknown): number | undefined {
  const pair = parent.items.find((one) => isScalar(one.key) && one.key.value === key);
  const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  if (start === undefined) return undefined;
  const line = content.lastIndexOf("\n", start - 1) + 1;
  return /^ *$/.test(content.slice(line, start)) ? line : undefined;
}

/** Comments right above, as far in as what they stand above: they speak of it. */
function aboveComments(content: string, start: number): number {
  const indent = /^ */.exec(content.slice(start))?.[0].length ?? 0;
  let from = start;
  while (from > 0) {
    const line = content.lastIndexOf("\n", from - 2) + 1;
    const match = /^( *)#/.exec(content.slice(line, from));
    if (match?.[1]?.length !== indent) return from;
    from = line;
  }
  return from;
}

/** Offset behind the last line of a node. */
function endOf(content: string, node: Node): number {
  let current: Node | null = node;
  let end = -1;
  while (current !== null) {
    end = current.range?.[1] ?? -1;
    if (!(isMap(current) || isSeq(current)) || current.flow === true || current.items.length === 0) break;
    const last: unknown = (current as YAMLMap | YAMLSeq).items.at(-1);
    const pair: Pair<Node, Node | null> | undefined = isMap(current) ? (last as Pair<Node, Node | null>) : undefined;
    if (pair !== undefined) end = pair.key.range?.[1] ?? -1;
    current = pair === undefined ? (last as Node) : pair.value;
  }
  if (end < 0) return -1;
  if (content[end - 1] === "\n") return end;
  const line = content.indexOf("\n", end);
  return line === -1 ? content.length : line + 1;
}

/** The script without its first command: one line of a block, or what stands before `&&`. */
function cutScript(
  content: string,
  { document }: Resource,
  { container, field, index, script }: Extract<StartMigration, { readonly form: "script" }>,
): string | undefined {
  const node: unknown = readDocuments(content)[document]?.getIn([...container.path, field, index], true);
  const [start, end] = (isScalar(node) && node.anchor === undefined && node.range) || [];
  if (start === undefined || end === undefined) return undefined;
  const written = content.slice(start, end);
  const at = written.indexOf(script.migration);
  if (at === -1 || written.indexOf(script.migration, at + 1) !== -1) return undefined;
  const after = written.slice(at + script.migration.length);
  const joined = /^[ \t]*&&[ \t]*/.exec(after);
  if (joined !== null)
    return content.slice(0, start) + written.slice(0, at) + after.slice(joined[0].length) + content.slice(end);
  const line = written.lastIndexOf("\n", at) + 1;
  const next = /^[ \t]*\r?\n/.exec(after);
  if (line === 0 || next === null || !/^[ \t]*$/.test(written.slice(line, at))) return undefined;
  return content.slice(0, start) + written.slice(0, line) + after.slice(next[0].length) + content.slice(end);
}

/** The script as it has to read afterwards, told from the value and not from the text that is cut. */
function restOf(
  content: string,
  { document }: Resource,
  { container, field, index, script }: Extract<StartMigration, { readonly form: "script" }>,
): string {
  const node: unknown = readDocuments(content)[document]?.getIn([...container.path, field, index], true);
  const value = isScalar(node) ? String(node.value) : "";
  const at = value.indexOf(script.migration);
  const after = value.slice(at + script.migration.length);
  const joined = /^[ \t]*&&[ \t]*/.exec(after);
  if (joined !== null) return value.slice(0, at) + after.slice(joined[0].length);
  const line = value.lastIndexOf("\n", at) + 1;
  return value.slice(0, line) + after.replace(/^[ \t]*\n/, "");
}

function withWave(content: string, { document }: Resource, wave: number): string | undefined {
  const metadata: unknown = readDocuments(content)[document]?.get("metadata", true);
  if (!isMap(metadata)) return undefined;
  const added = addKeys(sourceOf(content, stepOf(content)), metadata, { annotations: { [WAVE]: `"${wave}"` } }, [
    "labels",
    "namespace",
    "name",
  ]);
  return "text" in added ? added.text : undefined;
}

function setWave(object: Record<string, unknown>, wave: number): void {
  const metadata = object["metadata"] as Record<string, unknown>;
  const before = metadata["annotations"];
  metadata["annotations"] = { ...(typeof before === "object" ? before : {}), [WAVE]: String(wave) };
}

function dropItem(object: Record<string, unknown>, path: Path): void {
  const parent = valueAt(object, path.slice(0, -2)) as Record<string, unknown>;
  const key = String(path.at(-2));
  const list = (parent[key] as unknown[]).filter((_, index) => index !== path.at(-1));
  if (list.length === 0) Reflect.deleteProperty(parent, key);
  else parent[key] = list;
}

function setAt(object: Record<string, unknown>, path: Path, value: unknown): void {
  (valueAt(object, path.slice(0, -1)) as Record<string | number, unknown>)[path.at(-1) ?? ""] = value;
}

function valueAt(object: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], object);
}
