/** How names and addresses of registered servers follow from their Services, and what they would be for another one. */
import { mostCommon } from "../../repository/conventions.ts";
import { type McpServer, stemOf } from "./mcp-servers.ts";

type Names = Readonly<Record<string, string>>;

/** The forms of a server's name people write: `{name}` as it is, without "mcp", in snake, upper and title case. */
function namesOf(server: Pick<McpServer, "name" | "namespace">): Names {
  const { name, namespace } = server;
  const stem = stemOf(server);
  const forms = (word: string, suffix: string): Names => ({
    [`{${suffix}}`]: word,
    [`{${suffix}_}`]: word.replaceAll("-", "_"),
    [`{${suffix.toUpperCase()}_}`]: word.replaceAll("-", "_").toUpperCase(),
    [`{${suffix} words}`]: word.replaceAll("-", " "),
    [`{${suffix} title}`]: title(word),
    [`{${suffix} camel}`]: camel(word),
  });
  return { ...(stem === undefined ? {} : forms(stem, "stem")), ...forms(name, "name"), "{namespace}": namespace };
}

function title(name: string): string {
  return name.replace(
    /(^|-)([a-z0-9])/g,
    (_, dash: string, letter: string) => (dash === "" ? "" : " ") + letter.toUpperCase(),
  );
}

function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Every rule `text` may follow for this server. */
function rulesFor(text: string, server: Pick<McpServer, "name" | "namespace">): ReadonlySet<string> {
  const names = Object.entries(namesOf(server));
  const found = new Set<string>();
  for (const [token, value] of names) {
    const first = replaced(text, value, token);
    found.add(first);
    if (token !== "{namespace}") found.add(replaced(first, server.namespace, "{namespace}"));
  }
  return found;
}

/** `value` where it stands as whole words: between letters there is no place for a name. */
function replaced(text: string, value: string, token: string): string {
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(?<![A-Za-z0-9{])${escaped}(?![A-Za-z0-9}])`, "g"), token);
}

export interface Example {
  readonly text: string;
  readonly server: Pick<McpServer, "name" | "namespace">;
}

/**
 * What `text` would be for `server`, by the rule most examples follow; a constant where all agree on one. Undefined: they
 * show no rule, or rules that would give different texts. `isFree`: any spelling of a name will do, the plainest is taken.
 */
export function like(examples: readonly Example[], server: McpServer, isFree = false): string | undefined {
  const votes = new Map<string, number>();
  for (const { text, server: other } of examples) {
    for (const rule of rulesFor(text, other)) votes.set(rule, (votes.get(rule) ?? 0) + 1);
  }
  const most = Math.max(0, ...votes.values());
  if (most * 2 <= examples.length) return undefined;
  const best = [...votes].filter(([, count]) => count === most).map(([rule]) => rule);
  const ruled = best.filter((rule) => rule.includes("{"));
  if (ruled.length === 0) return most === examples.length ? best[0] : undefined;
  const names = namesOf(server);
  const texts = [...new Set(ruled.map((rule) => filled(rule, names)))];
  return texts.length === 1 || isFree ? texts.find((text) => text !== undefined) : undefined;
}

/** True when `text` holds the server's name in one of its forms. */
export function holdsName(text: string, server: Pick<McpServer, "name" | "namespace">): boolean {
  return [...rulesFor(text, server)].some((rule) => /\{(stem|name|STEM|NAME)/.test(rule));
}

function filled(rule: string, names: Names): string | undefined {
  const tokens = rule.match(/\{[A-Za-z_ ]+\}/g) ?? [];
  if (tokens.some((token) => names[token] === undefined)) return undefined;
  return rule.replace(/\{[A-Za-z_ ]+\}/g, (token) => names[token] ?? "");
}

/** `http://host:port/path` in its parts. */
export interface Address {
  readonly scheme: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly path: string;
}

export function addressIn(value: unknown): Address | undefined {
  if (typeof value !== "string" || value.length > 500) return undefined;
  const match = /^(https?):\/\/([a-z0-9][-a-z0-9.]*)(?::(\d{1,5}))?((?:\/[^\s?#]*)?)$/.exec(value);
  if (match === null) return undefined;
  const [, scheme = "", host = "", port, path = ""] = match;
  return { scheme, host, port: port === undefined ? undefined : Number(port), path };
}

/** The address of `server` as the examples write theirs, read from `from`; a text says why it is not certain. */
export function addressLike(
  examples: readonly { readonly address: Address; readonly server: McpServer }[],
  server: McpServer,
  port: number,
  from: string,
): { readonly url: string } | string {
  const scheme = mostCommon(examples.map(({ address }) => address.scheme)) ?? "http";
  const forms = examples.map(({ address }) =>
    address.host
      .split(".")
      .slice(1)
      .map((part, index) => (index === 0 ? "*" : part))
      .join("."),
  );
  const near = server.namespace === from;
  const form = mostCommon(near ? forms : forms.filter((one) => one !== "")) ?? "*.svc";
  const host = [server.name, ...(form === "" ? [] : [form.replace("*", server.namespace)])].join(".");
  const path = like(
    examples.map((one) => ({ text: one.address.path, server: one.server })),
    server,
  );
  if (path === undefined) return `the addresses of the others end in different ways, so how its own ends is not known`;
  const standard = scheme === "https" ? 443 : 80;
  const isBare = port === standard && examples.some(({ address }) => address.port === undefined);
  return { url: `${scheme}://${host}${isBare ? "" : `:${port}`}${path}` };
}
