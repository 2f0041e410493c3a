/**
 * Edits of objects that Helm makes: the change is made where the chart's values stand, and proved by rendering the chart
 * before and after. Exactly the wanted change of exactly this object comes of it, or nothing is edited.
 */
import { isDeepStrictEqual } from "node:util";
import type { FileChange } from "../../domain/change-set.ts";
import { type Chart, chartOf, chartWith } from "../../repository/helm-charts.ts";
import { parseValues } from "../../repository/parse.ts";
import type { Platform, RepositoryFile, Resource } from "../../repository/platform.ts";
import { at, type Fields, isFields } from "../../repository/values.ts";
import { applyEdit, type Edit, editText } from "./text-edit.ts";

/** Charts have hundreds of values; those that cannot be meant are left out before anything is rendered. */
const MOST_TRIES = 40;

interface State {
  readonly files: Platform["files"];
  readonly chart: Chart;
  readonly resource: Resource;
}

type ValuePath = readonly string[];

/** The one file of values with all `edits` done; a text says why not. */
export function editChart(platform: Platform, resource: Resource, edits: readonly Edit[]): FileChange | string {
  const chart = chartWith(platform, resource);
  if (chart === undefined) return `no chart makes ${resource.kind} ${resource.name}`;
  if (chart.unknown[0] !== undefined) return `${chart.application.name} is rendered by Helm: ${chart.unknown[0]}`;
  let state: State = { files: platform.files, chart, resource };
  for (const edit of edits.flatMap(oneKeyEach)) {
    const next = tryValues(state, edit);
    if (next === undefined) {
      const what = [...edit.path, ...("add" in edit ? Object.keys(edit.add) : [])].join(".");
      return `${resource.path}: no value of the chart sets ${what} of ${resource.kind} ${resource.name} and nothing else`;
    }
    state = next;
  }
  const changed = [...state.files.values()].filter(
    ({ path, content }) => platform.files.get(path)?.content !== content,
  );
  const [file, second] = changed;
  if (file === undefined || second !== undefined) return `${resource.path}: its values stand in more than one file`;
  return { path: file.path, before: platform.files.get(file.path)?.blob ?? null, after: file.content };
}

function oneKeyEach(edit: Edit): Edit[] {
  if (!("add" in edit)) return [edit];
  return Object.entries(edit.add).map(([key, value]) => ({ ...edit, add: { [key]: value } }));
}

/** The first value that does it. */
function tryValues(state: State, edit: Edit): State | undefined {
  const wanted = JSON.parse(JSON.stringify(state.resource.object)) as Record<string, unknown>;
  applyEdit(wanted, edit);
  const tries = "add" in edit ? mappingEdits(state, edit) : scalarEdits(state, edit);
  for (const one of tries.slice(0, MOST_TRIES)) {
    for (const file of valueFilesOf(state)) {
      const next = withEdit(state, file, one, wanted);
      if (next !== undefined) return next;
    }
  }
  return undefined;
}

/** The values that hold now what the object holds, the best named first. */
function mappingEdits({ chart, resource, files }: State, edit: Extract<Edit, { readonly add: Fields }>): Edit[] {
  const [[key, add] = ["", {}]] = Object.entries(edit.add);
  const now = valueAt(resource.object, [...edit.path, key]);
  return valuePaths(chart, files)
    .filter((path) => isDeepStrictEqual(orEmpty(at(chart.values, ...path)), orEmpty(now)))
    .sort((a, b) => Number(b.at(-1) === key) - Number(a.at(-1) === key))
    .map((path) => ({ path: path.slice(0, -1), add: { [path.at(-1) ?? ""]: add }, after: [] }));
}

/** A value may be the whole text or its end: a tag behind a repository. */
function scalarEdits({ chart, resource, files }: State, edit: Extract<Edit, { readonly replace: string }>): Edit[] {
  const now = valueAt(resource.object, edit.path);
  if (typeof now !== "string") return [];
  const afterColon = edit.replace.slice(edit.replace.lastIndexOf(":") + 1);
  return valuePaths(chart, files).flatMap((path): Edit[] => {
    const value = at(chart.values, ...path) ?? "";
    if (typeof value !== "string" && typeof value !== "number") return [];
    if (value === "") return [{ path, replace: afterColon }];
    const text = String(value);
    const before = now.slice(0, now.length - text.length);
    const fits = now.endsWith(text) && edit.replace.startsWith(before);
    return fits ? [{ path, replace: edit.replace.slice(before.length) }] : [];
  });
}

/** Every value a template names, and every value there is. */
function valuePaths({ application, values }: Chart, files: Platform["files"]): readonly ValuePath[] {
  const found = new Map<string, ValuePath>();
  const folder = application.path === "" ? "templates/" : `${application.path}/templates/`;
  for (const { path, content } of files.values()) {
    if (!path.startsWith(folder)) continue;
    for (const [, dotted = ""] of (content ?? "").matchAll(/\.Values((?:\.[A-Za-z_]\w*)+)/g)) {
      found.set(dotted, dotted.slice(1).split("."));
    }
  }
  const walk = (value: unknown, path: ValuePath): void => {
    if (path.length > 0) found.set(`.${path.join(".")}`, path);
    if (isFields(value) && found.size < 2_000) {
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
    }
  };
  walk(values, []);
  return [...found.values()];
}

/** Those that win over others first. */
function valueFilesOf({ chart: { application }, files }: State): RepositoryFile[] {
  const own = application.path === "" ? "values.yaml" : `${application.path}/values.yaml`;
  return [own, ...(application.helm?.valueFiles ?? [])]
    .reverse()
    .map((path) => files.get(path))
    .filter((file) => file !== undefined);
}

/** The state after the edit, if the chart then makes what is wanted and nothing else differs. */
function withEdit(
  { files, chart, resource }: State,
  file: RepositoryFile,
  edit: Edit,
  wanted: Fields,
): State | undefined {
  const object = parseValues(file);
  if (!isFields(object) || !isThere(object, edit)) return undefined;
  const place = { ...resource, path: file.path, document: 0, object };
  const edited = editText(file.content ?? "", place, [edit]);
  if ("because" in edited) return undefined;
  const after = new Map(files).set(file.path, { path: file.path, blob: "", content: edited.text });
  const made = chartOf(chart.application, after);
  const at = chart.resources.indexOf(resource);
  const expected = chart.resources.map((one, index) => (index === at ? wanted : one.object));
  if (
    made.unknown.length > 0 ||
    !isDeepStrictEqual(
      made.resources.map((one) => one.object),
      expected,
    )
  )
    return undefined;
  const next = made.resources[at];
  return next === undefined ? undefined : { files: after, chart: made, resource: next };
}

/** A mapping to add to, or a scalar to replace. */
function isThere(object: Fields, { path, ...edit }: Edit): boolean {
  const found = valueAt(object, path);
  return "replace" in edit ? typeof found === "string" || typeof found === "number" : isFields(found);
}

function valueAt(object: unknown, path: Edit["path"]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value) && typeof key === "number") return (value as readonly unknown[])[key];
    return isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, object);
}

function orEmpty(value: unknown): unknown {
  return value === undefined || value === null ? {} : value;
}
