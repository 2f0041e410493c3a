/** Settings a proposal writes out: `CACHE_HOST=cache`, `--db-host=db`, `name: DB_URL, value: ...`. Their hosts are called by name. */
import { type Around, hostsNamed, type NamedHost } from "./named-hosts.ts";

export interface SaidSetting {
  readonly variable: string;
  readonly value: string;
  /** Where the variable begins, and where the value. */
  readonly at: number;
  readonly valueAt: number;
}

const VALUE = "[`\"'“]?([^\\s`\"'“”,;)}\\]]{1,300})";
const PATTERNS: readonly RegExp[] = [
  new RegExp(`(?<![-\\w.$])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)[\`"']?(?: ?= ?|:[ \\t]+)${VALUE}`, "g"),
  new RegExp(`(?<![-\\w.$])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)[\`"']?\\s+to\\s+(?:be\\s+)?${VALUE}`, "g"),
  new RegExp(`(?<![-\\w])name:\\s*["']?([A-Z][A-Z0-9_]{1,80})["']?\\s*,?\\s*value:\\s*${VALUE}`, "g"),
  new RegExp(`(?<!\\S)\`?--?([a-z][a-z0-9.-]{1,80})=${VALUE}`, "g"),
];
/** Hosts a program listens on or is known by. */
const OWN_HOST =
  /^HOSTNAME$|(?:^|[_.-])(?:ALLOWED|BIND|CORS|EXTERNAL|INGRESS|LISTEN|NODE|POD|PUBLIC|SELF|TRUSTED|VIRTUAL)(?:[_.-]|$)/i;
const NO_HOST =
  /^(?:all|any|auto|changeme|default|dual|example|external|false|host|hostname|internal|ip|localhost|name|no|none|null|off|on|placeholder|private|public|server|service|the|true|value|yes)$/i;
const OF_HOST = /(?:^|[_.-])HOST(?:NAME)?$/i;

export function settingsSaid(text: string): readonly SaidSetting[] {
  return PATTERNS.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ index, 0: whole, 1: variable = "", 2: value = "" }) => ({
      variable,
      value: value.replace(/[.:!?]+$/, ""),
      at: index + whole.indexOf(variable),
      valueAt: index + whole.lastIndexOf(value),
    })),
  );
}

/** The text without the hosts it gives out, in the same length: what is left names who is told, not whom to call. */
export function withoutValues(text: string, settings: readonly SaidSetting[]): string {
  let rest = text.replace(/:\/\/[^\s/]{1,300}|(?<![-\w.])[a-z][-a-z0-9.]{0,252}:\d{2,5}\b/g, (host) =>
    " ".repeat(host.length),
  );
  for (const { value, valueAt } of settings) {
    rest = rest.slice(0, valueAt) + " ".repeat(value.length) + rest.slice(valueAt + value.length);
  }
  return rest;
}

/** Whom a setting names, as a container of `home` would look it up. */
export function hostsOfSetting(
  { variable, value }: SaidSetting,
  around: Pick<Around, "home" | "isService" | "isNamespace">,
): readonly NamedHost[] {
  if (OWN_HOST.test(variable) || NO_HOST.test(value)) return [];
  return hostsNamed(value, { ...around, variable, form: "setting", hasPort: OF_HOST.test(variable) });
}
