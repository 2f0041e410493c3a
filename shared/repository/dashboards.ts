/** Grafana dashboards a repository holds: in ConfigMaps, GrafanaDashboards and JSON files, and what they ask and show. */
import { oncePer } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { parseQuery, withoutVariables } from "./promql.ts";
import { at, type Fields, fieldsAt, isFields, itemsAt, listAt, stringsAt, textAt } from "./values.ts";

export interface RepositoryDashboard {
  readonly path: string;
  /** The object that carries it; undefined for a JSON file. */
  readonly resource: Resource | undefined;
  /** Name of its file, as a sidecar or a provider sees it. */
  readonly file: string | undefined;
  readonly json: Fields;
  /** Its PromQL, with a word in the place of each variable. */
  readonly queries: readonly string[];
}

export const GRAFANA_GROUP = "grafana.integreatly.org";
const MAX_CHARACTERS = 2_000_000;
const DEPTH = 4;

export function isGrafanaDashboard({ apiVersion, kind }: Resource): boolean {
  return kind === "GrafanaDashboard" && apiVersion.startsWith(`${GRAFANA_GROUP}/`);
}

export const dashboardsOf: (platform: Platform) => readonly RepositoryDashboard[] = oncePer((platform) => [
  ...platform.resources.flatMap(dashboardsIn),
  ...[...platform.files.values()].flatMap(({ path, content }) =>
    path.endsWith(".json") && content !== null ? describe(content, path, undefined, path) : [],
  ),
]);

/** The dashboards of one object: of a ConfigMap's keys, or of a GrafanaDashboard. */
export function dashboardsIn(resource: Resource): readonly RepositoryDashboard[] {
  const { kind, apiVersion, object, path } = resource;
  if (isGrafanaDashboard(resource)) {
    const text = textAt(object, "spec", "json");
    return text === undefined ? [] : describe(text, path, resource, undefined);
  }
  if (kind !== "ConfigMap" || apiVersion !== "v1") return [];
  return Object.entries(stringsAt(object, "data")).flatMap(([key, text]) =>
    key.endsWith(".json") ? describe(text, path, resource, key) : [],
  );
}

/** The dashboard a text holds; undefined when it is none Grafana would take. */
export function readDashboard(text: string): Fields | undefined {
  if (text.length > MAX_CHARACTERS || !/"(?:panels|rows)"/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isDashboard =
      isFields(value) && textAt(value, "title") !== undefined && at(value, "apiVersion") === undefined;
    return isDashboard && (Array.isArray(value["panels"]) || Array.isArray(value["rows"])) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function describe(
  text: string,
  path: string,
  resource: Resource | undefined,
  file: string | undefined,
): RepositoryDashboard[] {
  const json = readDashboard(text);
  if (json === undefined) return [];
  const queries = panelsIn(json).flatMap((panel) =>
    itemsAt(panel, "targets").flatMap((one) => textAt(one, "expr") ?? []),
  );
  return [{ path, resource, file, json, queries: queries.map(withoutVariables) }];
}

/** Panels of a dashboard, those of collapsed rows and of the rows of old ones, too. */
export function panelsIn(value: unknown, depth = DEPTH): readonly Fields[] {
  if (depth === 0) return [];
  const own = itemsAt(value, "panels");
  const nested = [...own, ...itemsAt(value, "rows")];
  return [...own, ...nested.flatMap((panel) => panelsIn(panel, depth - 1))];
}

/** True when it is about this namespace: a query asks for it, or its title, its tags or a variable names it. */
export function isAbout({ json, queries }: RepositoryDashboard, namespace: string): boolean {
  const words = [textAt(json, "title"), ...listAt(json, "tags")].filter((one) => typeof one === "string");
  const named = new RegExp(`(?<![\\w-])${namespace}(?![\\w-])`, "i");
  if (words.some((text) => named.test(text))) return true;
  const chosen = itemsAt(json, "templating", "list").flatMap((one) => {
    return [one["query"], ...listAt(one, "current", "value"), fieldsAt(one, "current")["value"]];
  });
  if (chosen.includes(namespace)) return true;
  return queries.some((expr) =>
    (parseQuery(expr)?.selectors ?? []).some(({ matchers }) =>
      matchers.some(({ label, operator, value }) => {
        const values = operator === "=~" ? value.replace(/^\^?\(?|\)?\$?$/g, "").split("|") : [value];
        return label.endsWith("namespace") && (operator === "=" || operator === "=~") && values.includes(namespace);
      }),
    ),
  );
}
