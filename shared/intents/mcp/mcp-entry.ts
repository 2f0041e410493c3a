/** What a server's entry in a registry would be: the fields its neighbours have, with its own name and address in them. */
import { isDeepStrictEqual } from "node:util";
import type { Platform } from "../../repository/platform.ts";
import { isFields } from "../../repository/values.ts";
import { addressIn, addressLike, like } from "./mcp-names.ts";
import type { Entry, Registry } from "./mcp-registries.ts";
import { type McpServer, portOf, serverAt } from "./mcp-servers.ts";

export interface NewEntry {
  /** Key of a mapping or name of a variable; undefined in a list. */
  readonly name: string | undefined;
  readonly value: unknown;
  readonly url: string;
}

/** Fields that say in words what a server is for: nothing else follows from them. */
const WORDS = /^(description|title|summary|display_?name|label|notes?|purpose)$/i;
/** Fields an entry works by without being about one server only. */
const SETTINGS =
  /^(type|kind|transport|protocol|enabled|disabled|timeout\w*|retries|mode|version|auth|stream\w*|ttl\w*)$/i;
const CREDENTIAL = /token|secret|passw|api_?key|authoriz|credential|cookie/i;

/** `values` are those of the registry's entries, in order; a text says which of them leaves open what the new one is. */
export function entryLike(
  platform: Platform,
  registry: Registry,
  values: readonly unknown[],
  server: McpServer,
): NewEntry | string {
  const { entries, namespace } = registry;
  const port = portOf(server);
  if (typeof port === "string") return port;
  const address = addressLike(entries, server, port, namespace);
  if (typeof address === "string") return address;
  const examples = entries.flatMap((one) => (one.name === undefined ? [] : [{ text: one.name, server: one.server }]));
  const name = examples.length === 0 ? undefined : like(examples, server, registry.text !== undefined);
  if (name === undefined && examples.length > 0)
    return "the names of the others follow no rule, so its own is not known";
  const context: Context = { platform, namespace, entries, values, server, port, url: address.url };
  const model = mostAlike(values);
  const value = build(context, values[model], [], model);
  return typeof value === "object" && value !== null && value instanceof Unknown
    ? value.because
    : { name, value, url: address.url };
}

interface Context {
  readonly platform: Platform;
  readonly namespace: string;
  readonly entries: readonly Entry[];
  readonly values: readonly unknown[];
  readonly server: McpServer;
  readonly port: number;
  readonly url: string;
}

class Unknown {
  readonly because: string;
  constructor(because: string) {
    this.because = because;
  }
}

/** The last of those with the set of fields most have. */
function mostAlike(values: readonly unknown[]): number {
  const shapes = values.map((value) => (isFields(value) ? Object.keys(value).sort().join() : ""));
  const counts = shapes.map((shape) => shapes.filter((one) => one === shape).length);
  return counts.lastIndexOf(Math.max(...counts));
}

/** The model's value at `path` for the new server; undefined: left out. */
function build(context: Context, value: unknown, path: readonly string[], model: number): unknown {
  if (!isFields(value)) return leaf(context, value, path);
  const built: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    const made = build(context, child, [...path, key], model);
    if (made instanceof Unknown) return made;
    if (made !== undefined) built[key] = made;
  }
  return built;
}

function leaf(
  { platform, namespace, entries, values, server, port, url }: Context,
  value: unknown,
  path: readonly string[],
): unknown {
  const address = addressIn(value);
  if (address !== undefined && serverAt(platform, address.host, namespace) !== undefined) return url;
  const all = values.map((one) =>
    path.reduce<unknown>((object, key) => (isFields(object) ? object[key] : undefined), one),
  );
  const given = all.flatMap((one, index) => (one === undefined ? [] : [{ value: one, entry: entries[index] }]));
  const isOptional = given.length < values.length;
  const field = path.at(-1) ?? "";
  const isSame = given.every((one) => isDeepStrictEqual(one.value, value));
  const ports = given.map(({ entry }) => (entry === undefined ? undefined : entry.address.port));
  if (
    /port/i.test(field) &&
    given.every((one, index) => one.value === ports[index] || one.value === String(ports[index]))
  ) {
    return typeof value === "number" ? port : String(port);
  }
  if (path.some((key) => CREDENTIAL.test(key))) {
    return isOptional
      ? undefined
      : new Unknown(`the others log in by ${path.join(".").slice(0, 100)}, and how it would is not known`);
  }
  if (/^enabled$/i.test(field) && typeof value === "boolean") return true;
  if (WORDS.test(field) && !followsName(given, server)) {
    return isOptional ? undefined : `MCP server ${server.name}`;
  }
  if (isSame && (given.length > 1 || SETTINGS.test(field) || typeof value !== "string")) return value;
  const made = typeof value === "string" ? followsName(given, server) : undefined;
  if (made !== undefined) return made;
  return isOptional
    ? undefined
    : new Unknown(
        `the others differ in ${path.join(".").slice(0, 100)}, and nothing says what it would be for this one`,
      );
}

function followsName(
  given: readonly { readonly value: unknown; readonly entry: Entry | undefined }[],
  server: McpServer,
): string | undefined {
  const examples = given.flatMap(({ value, entry }) =>
    typeof value === "string" && entry !== undefined ? [{ text: value, server: entry.server }] : [],
  );
  return examples.length === given.length ? like(examples, server, true) : undefined;
}
