/** By which rule a repository's ExternalSecrets name what they take from their store, learned from those that are there. */
import type { CopiedSecret } from "../../repository/external-secrets.ts";

/**
 * Names in the store with `{namespace}`, `{secret}`, `{stem}` and forms of `{key}` for what differs. Several explain what is
 * there equally well as long as nothing tells them apart.
 */
export interface Patterns {
  readonly key: readonly string[];
  /** Undefined where entries have no property. */
  readonly property: readonly string[] | undefined;
}

interface Subject {
  readonly namespace: string;
  readonly secret: string;
  /** A key of the Secret; absent for what is taken as a whole. */
  readonly secretKey?: string;
}

type Token = "{namespace}" | "{secret}" | "{stem}" | "{key}" | "{key-}" | "{key_}" | "{KEY_}";
const KEY_TOKENS: readonly Token[] = ["{key}", "{key-}", "{key_}", "{KEY_}"];

/** A word of a Secret's name that says only what it is. */
const SUFFIX = /-(secrets?|credentials?|creds|env|config|auth)$/;

function valueOf(token: Token, { namespace, secret, secretKey = "" }: Subject): string {
  switch (token) {
    case "{namespace}":
      return namespace;
    case "{secret}":
      return secret;
    case "{stem}":
      return secret.replace(SUFFIX, "");
    case "{key}":
      return secretKey;
    case "{key-}":
      return secretKey.toLowerCase().replace(/[_.]/g, "-");
    case "{key_}":
      return secretKey.toLowerCase().replace(/[-.]/g, "_");
    case "{KEY_}":
      return secretKey.toUpperCase().replace(/[-.]/g, "_");
  }
}

/** What the patterns come to for one Secret and key; undefined where they differ, so that nobody can tell which is meant. */
export function fill(patterns: readonly string[], subject: Subject): string | undefined {
  const [first, ...others] = new Set(
    patterns.map((pattern) => pattern.replace(/\{[\w-]+\}/g, (token) => valueOf(token as Token, subject))),
  );
  return others.length === 0 ? first : undefined;
}

export function isKeyed(patterns: readonly string[] | undefined): boolean {
  return patterns?.some((pattern) => KEY_TOKENS.some((token) => pattern.includes(token))) === true;
}

export function namesItsSecret(patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pattern.includes("{secret}") || pattern.includes("{stem}"));
}

/** Every pattern `text` may have been made by: the same word can stand for the Secret, its stem, its key, or itself. */
function patternsOf(text: string, subject: Subject): ReadonlySet<string> {
  const found = new Set<string>();
  if (/[{}]/.test(text)) return found;
  const keys: readonly (Token | undefined)[] = subject.secretKey === undefined ? [undefined] : KEY_TOKENS;
  for (const key of keys) {
    // A stem with the rest of the name behind it is the name.
    const isWhole = text.includes(subject.secret) && valueOf("{stem}", subject) !== subject.secret;
    const names = isWhole ? (["{secret}"] as const) : (["{secret}", "{stem}"] as const);
    for (const name of names) {
      const orders: readonly (readonly (Token | undefined)[])[] = [
        [name, key, "{namespace}"],
        [key, name, "{namespace}"],
        ["{namespace}", name, key],
        [name, "{namespace}", key],
      ];
      for (const order of orders) found.add(replaced(text, order, subject));
    }
  }
  return found;
}

function replaced(text: string, order: readonly (Token | undefined)[], subject: Subject): string {
  return order.reduce<string>((result, token) => {
    const value = token === undefined ? "" : valueOf(token, subject);
    if (token === undefined || value === "") return result;
    const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return result.replace(new RegExp(`(?<![A-Za-z0-9{])${escaped}(?![A-Za-z0-9}])`, "g"), token);
  }, text);
}

/** The rule by which most of `known` name single entries; a text says why there is none. */
export function entryPatterns(known: readonly CopiedSecret[]): Patterns | string {
  const withEntries = known.filter(({ entries }) => entries.length > 0);
  const subjects = withEntries.map((one) => one.entries.map((entry) => ({ ...one, ...entry })));
  const key = shared(
    withEntries,
    subjects.map((list) => list.map((one) => patternsOf(one.key, one))),
  );
  if (key.length === 0) return "the other ExternalSecrets show no common rule for the names of keys in the store";
  const bare = subjects.flat().filter(({ property }) => property === undefined).length;
  if (bare === subjects.flat().length) return { key, property: undefined };
  const property = shared(
    withEntries,
    subjects.map((list) =>
      list.map((one) => (one.property === undefined ? new Set<string>() : patternsOf(one.property, one))),
    ),
  );
  return property.length === 0 ? "the other ExternalSecrets show no common rule for properties" : { key, property };
}

/** The rule by which most of `known` name what they take as a whole; [] where there is none. */
export function extractPatterns(known: readonly CopiedSecret[]): readonly string[] {
  const single = known.filter(({ extracts, entries }) => extracts.length === 1 && entries.length === 0);
  return shared(
    single,
    single.map(({ extracts, namespace, secret }) => [patternsOf(extracts[0] ?? "", { namespace, secret })]),
  );
}

/** The patterns all entries of most Secrets have in common, if at least two Secrets do. */
function shared(
  known: readonly CopiedSecret[],
  patterns: readonly (readonly ReadonlySet<string>[])[],
): readonly string[] {
  const votes = new Map<string, Set<string>>();
  for (const [index, list] of patterns.entries()) {
    const secret = `${known[index]?.namespace}/${known[index]?.secret}`;
    for (const pattern of list[0] ?? []) {
      if (!list.every((one) => one.has(pattern))) continue;
      const voters = votes.get(pattern) ?? new Set();
      votes.set(pattern, voters.add(secret));
    }
  }
  const all = new Set(known.map(({ namespace, secret }) => `${namespace}/${secret}`)).size;
  const most = Math.max(0, ...[...votes.values()].map(({ size }) => size));
  if (most < 2 || most * 2 <= all) return [];
  const best = [...votes].filter(([, voters]) => voters.size === most).map(([pattern]) => pattern);
  // Where nothing was ever left out of a name, nothing is.
  return best.filter(
    (pattern) => !pattern.includes("{stem}") || !best.includes(pattern.replaceAll("{stem}", "{secret}")),
  );
}
