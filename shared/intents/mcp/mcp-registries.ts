/** Where a repository lists its MCP servers: variables, keys of a ConfigMap, or JSON and YAML texts in either. */
import { parseDocument } from "yaml";
import { ofKind, oncePer } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { at, isFields, itemsAt, listAt, stringsAt, textAt } from "../../repository/values.ts";
import { workloadsOf } from "../../repository/workloads.ts";
import type { Path } from "../edit/yaml-edit.ts";
import { type Address, addressIn, holdsName } from "./mcp-names.ts";
import { isSameServer, type McpServer, serverAt } from "./mcp-servers.ts";

export interface Entry {
  /** Key of a mapping, name of a variable; undefined in a list. */
  readonly name: string | undefined;
  /** Key or position in the collection. */
  readonly at: string | number;
  /** From the entry to its address. */
  readonly path: readonly string[];
  readonly address: Address;
  readonly server: McpServer;
}

export type Format = "json" | "yaml" | "list";

export interface Registry {
  readonly resource: Resource;
  readonly namespace: string;
  /** From the object to the collection, or to the text that holds it. */
  readonly path: Path;
  /** Set where the collection stands in a text: how that is written, and where in it the collection is. */
  readonly text?: { readonly value: string; readonly format: Format; readonly collection: Path };
  /** What an intent calls the place: a key of the ConfigMap, `<container>/<variable>`, `<container>`, or "". */
  readonly place: string;
  readonly entries: readonly Entry[];
}

const MAX_TEXT = 200_000;

/** Every list of MCP servers in an applied ConfigMap or workload, in the order of the manifests. */
export const registriesOf: (platform: Platform) => readonly Registry[] = oncePer((platform) => [
  ...ofKind(platform, "ConfigMap").flatMap((resource) => inConfigMap(platform, resource)),
  ...workloadsOf(platform).flatMap(({ resource, templatePath, podSpec }) =>
    ["initContainers", "containers"].flatMap((list) =>
      listAt(podSpec, list).flatMap((spec, index) =>
        inContainer(platform, resource, [...templatePath, "spec", list, index], spec),
      ),
    ),
  ),
]);

function inConfigMap(platform: Platform, resource: Resource): Registry[] {
  const { namespace, application, object } = resource;
  if (namespace === undefined || application === undefined) return [];
  const data = stringsAt(object, "data");
  const flat = entriesOf(platform, data, namespace);
  const found: Registry[] = flat.length < 2 ? [] : [{ resource, namespace, path: ["data"], place: "", entries: flat }];
  for (const [key, value] of Object.entries(data)) {
    found.push(...inText(platform, { resource, namespace, path: ["data", key], place: key }, value));
  }
  return found;
}

function inContainer(platform: Platform, resource: Resource, path: Path, spec: unknown): Registry[] {
  const { namespace, application } = resource;
  const container = textAt(spec, "name");
  if (namespace === undefined || application === undefined || container === undefined) return [];
  const variables = listAt(spec, "env");
  const named = Object.fromEntries(itemsAt(spec, "env").map((one) => [textAt(one, "name") ?? "", at(one, "value")]));
  const flat = entriesOf(platform, named, namespace);
  const place = { resource, namespace, path: [...path, "env"], place: container };
  const found: Registry[] = flat.length < 2 ? [] : [{ ...place, entries: flat }];
  for (const [index, variable] of variables.entries()) {
    const [name, value] = [textAt(variable, "name"), textAt(variable, "value")];
    if (name === undefined || value === undefined) continue;
    const own = { ...place, path: [...path, "env", index, "value"], place: `${container}/${name}` };
    found.push(...inText(platform, own, value));
  }
  return found;
}

type Spot = Pick<Registry, "resource" | "namespace" | "path" | "place">;

function inText(platform: Platform, spot: Spot, value: string): Registry[] {
  if (!value.includes("://") || value.length > MAX_TEXT) return [];
  const list = value.split(",").map((part) => part.trim());
  const inList = list.length < 2 ? [] : entriesOf(platform, list, spot.namespace);
  if (inList.length > 0 && inList.length === list.length) {
    return [{ ...spot, text: { value, format: "list", collection: [] }, entries: inList }];
  }
  const parsed = parseText(value);
  if (parsed === undefined) return [];
  const found = collectionsIn(platform, parsed.value, spot.namespace, []);
  const [best] = found.sort((a, b) => b.entries.length - a.entries.length);
  if (best === undefined) return [];
  return [{ ...spot, text: { value, format: parsed.format, collection: best.path }, entries: best.entries }];
}

/** A text of JSON or YAML that holds more than a word; undefined when it is neither. */
export function parseText(text: string): { readonly format: "json" | "yaml"; readonly value: unknown } | undefined {
  if (/^\s*[[{]/.test(text)) {
    try {
      return { format: "json", value: JSON.parse(text) as unknown };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const document = parseDocument(text, { logLevel: "silent" });
  if (document.errors.length > 0 || document.warnings.length > 0) return undefined;
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return typeof value === "object" && value !== null ? { format: "yaml", value } : undefined;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return undefined;
  }
}

interface Collection {
  readonly path: Path;
  readonly entries: readonly Entry[];
}

function collectionsIn(platform: Platform, value: unknown, namespace: string, path: Path): Collection[] {
  if (path.length > 8 || typeof value !== "object" || value === null) return [];
  const entries = entriesOf(platform, value, namespace);
  const own = entries.length === 0 ? [] : [{ path, entries }];
  const children = Object.entries(value).map(([key, child]): [string | number, unknown] => [
    Array.isArray(value) ? Number(key) : key,
    child,
  ]);
  return [...own, ...children.flatMap(([key, child]) => collectionsIn(platform, child, namespace, [...path, key]))];
}

/** The members of a mapping or list that are addresses of MCP servers, or hold one; in a mapping by the server's name. */
function entriesOf(platform: Platform, collection: object, namespace: string): Entry[] {
  const isList = Array.isArray(collection);
  return Object.entries(collection).flatMap(([key, value]: [string, unknown]): Entry[] => {
    const leaves = addressesIn(platform, value, namespace, []);
    const [leaf, second] = leaves;
    if (leaf === undefined || second !== undefined) return [];
    if (!isList && !holdsName(key, leaf.server)) return [];
    return [{ ...leaf, name: isList ? undefined : key, at: isList ? Number(key) : key }];
  });
}

function addressesIn(
  platform: Platform,
  value: unknown,
  namespace: string,
  path: readonly string[],
): Pick<Entry, "path" | "address" | "server">[] {
  if (isFields(value) && path.length < 3) {
    return Object.entries(value).flatMap(([key, child]) => addressesIn(platform, child, namespace, [...path, key]));
  }
  const address = addressIn(value);
  const server = address === undefined ? undefined : serverAt(platform, address.host, namespace);
  return address === undefined || server === undefined ? [] : [{ path, address, server }];
}

/** True when one of the entries leads to the server's pods. */
export function lists({ entries }: Registry, server: McpServer): boolean {
  return entries.some((entry) => isSameServer(entry.server, server));
}
