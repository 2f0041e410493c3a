/**
 * Renders a chart that stands in the repository, without Helm: the templates people write, and nothing that is not
 * certain. A template with a construct nobody here knows is named, and its objects stay unknown.
 */

import { helmFunctions } from "./helm-functions.ts";
import { parseFile, parseValues } from "./parse.ts";
import type { HelmSource, RepositoryApplication, RepositoryFile } from "./platform.ts";
import { evaluate } from "./templates/evaluate.ts";
import { parseTemplate } from "./templates/parse.ts";
import { type Node, NotUnderstood, type Template } from "./templates/syntax.ts";
import { type Fields, isFields, listAt } from "./values.ts";

type Files = ReadonlyMap<string, RepositoryFile>;

export interface RenderedDocument {
  /** The template it comes from. */
  readonly path: string;
  readonly document: number;
  readonly value: Fields;
}

export interface RenderedChart {
  readonly documents: readonly RenderedDocument[];
  /** The values all templates saw. */
  readonly values: Fields;
  /** Why something of it is not known; [] when the documents are all there is. */
  readonly unknown: readonly string[];
}

/** Never throws. */
export function renderChart(application: RepositoryApplication, files: Files): RenderedChart {
  const source = application.helm;
  const known = source === undefined ? "it says nothing of Helm" : (source.unknown ?? chartProblem(application, files));
  if (source === undefined || known !== undefined) return { documents: [], values: {}, unknown: [known ?? ""] };
  const values = valuesOf(application, source, files);
  if (typeof values === "string") return { documents: [], values: {}, unknown: [values] };
  const { parsed, unknown } = parsedTemplates(application, files);
  const documents: RenderedDocument[] = [];
  const dot = dataOf(application, source, values, files);
  for (const [path, { body }] of parsed) {
    if (/(^|\/)_[^/]*$/.test(path)) continue;
    try {
      documents.push(...renderTemplate(path, body, dot, namedIn(application, parsed)));
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      unknown.push(`${path}: ${error.message}`);
    }
  }
  return { documents, values, unknown };
}

/** Files below a chart's `templates` that hold templates; NOTES.txt is for people who install by hand. */
export function isChartTemplate(path: string): boolean {
  return /(^|\/)templates\/.*\.(ya?ml|tpl|txt)$/.test(path) && !path.endsWith("/NOTES.txt");
}

function chartProblem({ path }: RepositoryApplication, files: Files): string | undefined {
  const chart = files.get(inside(path, "Chart.yaml"));
  const value = chart === undefined ? undefined : parseValues(chart);
  if (!isFields(value)) return "its Chart.yaml cannot be read";
  if (listAt(value, "dependencies").length > 0) return "the chart depends on other charts";
  const deeper = [...files.keys()].some((one) => one.startsWith(inside(path, "charts/")));
  return deeper || files.has(inside(path, "requirements.yaml")) ? "the chart contains other charts" : undefined;
}

function valuesOf({ path }: RepositoryApplication, source: HelmSource, files: Files): Fields | string {
  let values: Fields = {};
  const own = inside(path, "values.yaml");
  for (const file of [...(files.has(own) ? [own] : []), ...source.valueFiles]) {
    const found = files.get(file);
    const value = found === undefined ? undefined : parseValues(found);
    if (value !== null && !isFields(value)) return `${file} cannot be read`;
    values = overlaid(values, value ?? {});
  }
  return overlaid(values, source.values ?? {});
}

/** Helm's way: mappings are joined, null takes a key away, everything else replaces. */
function overlaid(under: Fields, over: Fields): Fields {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isFields(value) && isFields(below) ? overlaid(below, value) : value;
  }
  return merged;
}

function parsedTemplates({ path }: RepositoryApplication, files: Files) {
  const folder = inside(path, "templates/");
  const parsed = new Map<string, Template>();
  const unknown: string[] = [];
  for (const file of files.values()) {
    if (!file.path.startsWith(folder) || !isChartTemplate(file.path)) continue;
    try {
      if (file.content === null) throw new NotUnderstood("it is no text");
      // These come from outside the repository, and would print as nothing.
      const outside = /\.(Capabilities|Files|Subcharts)\b/.exec(file.content);
      if (outside !== null) throw new NotUnderstood(`it asks for ${outside[0]}`);
      parsed.set(file.path, parseTemplate(file.content));
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      unknown.push(`${file.path}: ${error.message}`);
    }
  }
  return { parsed, unknown };
}

/** What `include` finds: named templates, and whole files by chart and path. */
function namedIn(
  application: RepositoryApplication,
  parsed: ReadonlyMap<string, Template>,
): ReadonlyMap<string, readonly Node[]> {
  const named = new Map<string, readonly Node[]>();
  for (const [path, template] of parsed) {
    for (const [name, body] of template.named) named.set(name, body);
    named.set(`${BASE}${path.slice(inside(application.path, "templates").length)}`, template.body);
  }
  return named;
}

const BASE = "chart/templates";

function renderTemplate(
  path: string,
  body: readonly Node[],
  dot: Fields,
  named: ReadonlyMap<string, readonly Node[]>,
): RenderedDocument[] {
  const content = evaluate(body, dot, { functions: helmFunctions, named, missing: "nothing" });
  const { documents, unreadable } = parseFile({ path, blob: "", content });
  if (unreadable[0] !== undefined) throw new NotUnderstood(`what it renders is no YAML: ${unreadable[0]}`);
  return documents.map((one) => ({ path, ...one }));
}

function dataOf(
  { path, destination }: RepositoryApplication,
  source: HelmSource,
  values: Fields,
  files: Files,
): Fields {
  const chart = files.get(inside(path, "Chart.yaml"));
  const described = chart === undefined ? {} : parseValues(chart);
  const capital = Object.entries(isFields(described) ? described : {}).map(([key, value]) => [
    key.charAt(0).toUpperCase() + key.slice(1),
    value,
  ]);
  const release = { Name: source.releaseName, Namespace: destination ?? "default", Service: "Helm", Revision: 1 };
  return {
    Values: values,
    Chart: Object.fromEntries(capital) as Fields,
    Release: { ...release, IsInstall: true, IsUpgrade: false },
    Template: { BasePath: BASE },
  };
}

function inside(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
