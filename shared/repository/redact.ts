/** Takes secrets out of what leaves the repository for a prompt or an index. Rather too much than too little. */
import { type Fields, isFields } from "./values.ts";

export const REDACTED = "[redacted]";

/** Names of variables and of entries in a ConfigMap whose values nobody else needs to see. */
const VARIABLE = /pass|token|key|secret|credential|auth|dsn|connection[-_]?string|webhook/i;
/** Names of fields; Kubernetes' own (`key`, `secretName`, `tokenExpirationSeconds`) hold none. */
const FIELD = /(password|passwd|passphrase|token|(api|access|private|secret|auth)[-_]?key|credentials?)$/i;
const NOT_A_VALUE = /^\s*$|^\$[({]|^\{\{|^<.*>$/;

/** A copy of an object without its secrets: data of Secrets, telling variables, and whatever `redactText` finds. */
export function redactObject(object: Fields): Fields {
  const { status: _status, metadata, ...rest } = object;
  const kept = isFields(metadata) ? { metadata: withoutNoise(metadata) } : {};
  const { apiVersion, kind, ...body } = rest;
  const named = {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    ...kept,
  };
  if (kind === "Secret") return { ...named, ...blanked(body) };
  const data = kind === "ConfigMap" ? { ...body, data: entriesOf(body["data"]), binaryData: undefined } : body;
  return redactFields({ ...named, ...data });
}

/** What clients write there repeats the object, with everything in it. */
function withoutNoise({ managedFields: _fields, annotations, ...metadata }: Fields): Fields {
  if (!isFields(annotations)) return metadata;
  const { "kubectl.kubernetes.io/last-applied-configuration": _applied, ...others } = annotations;
  return { ...metadata, annotations: others };
}

/** Names stay, so that it can be told what is there. */
function blanked(secret: Fields): Fields {
  const values = (given: unknown): Fields =>
    isFields(given) ? Object.fromEntries(Object.keys(given).map((key) => [key, REDACTED])) : {};
  const { data, stringData, ...others } = secret;
  return {
    ...others,
    ...(data === undefined ? {} : { data: values(data) }),
    ...(stringData === undefined ? {} : { stringData: values(stringData) }),
  };
}

function entriesOf(data: unknown): unknown {
  if (!isFields(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, VARIABLE.test(key) && isSecret(value) ? REDACTED : value]),
  );
}

/** Deeper than any manifest; aliases can lead in a circle. */
const DEEPEST = 40;

function redactFields(fields: Fields, depth = 0): Fields {
  const isVariable = typeof fields["name"] === "string" && VARIABLE.test(fields["name"]) && isSecret(fields["value"]);
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => {
        const secret = (isVariable && key === "value") || (FIELD.test(key) && isSecret(value));
        return [key, secret || depth > DEEPEST ? REDACTED : redactValue(value, depth + 1)];
      }),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (depth > DEEPEST) return REDACTED;
  if (Array.isArray(value)) return value.map((one) => redactValue(one, depth + 1));
  return isFields(value) ? redactFields(value, depth) : value;
}

function isSecret(value: unknown): boolean {
  return (typeof value === "string" && !NOT_A_VALUE.test(value)) || typeof value === "number";
}

const WHOLE: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*-----[\s\S]*?(?:-----END [A-Z0-9 ]*-----|$)/g,
  /\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|sk-|rk_live_|sk_live_|hv[sb]\.|npm_|dckr_pat_|pypi-|SG\.|ya29\.)[\w.-]{8,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /https:\/\/hooks\.[\w.-]+\/[\w/-]+/g,
];
/** What comes before the value stays. */
const VALUE: readonly RegExp[] = [
  /(:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g,
  /(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi,
  /((?:password|passwd|passphrase|pwd|token|secret|(?:api|access|private|secret|auth)[-_ ]?key|credentials?)["'`]?\s*(?:\bis\b\s*:?|[:=])\s*["'`]?)(?!\$[({]|\{\{|<|\[redacted|(?:the|a|an|in|not|kept|stored)\b)[^\s"'`,;]{3,}/gi,
];
const LONG = /(?<![\w+/=.-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=-])/g;

/** The same for any text: documents, scripts, settings. */
export function redactText(text: string): string {
  const known = WHOLE.reduce((now, pattern) => now.replaceAll(pattern, REDACTED), text);
  const named = VALUE.reduce((now, pattern) => now.replaceAll(pattern, `$1${REDACTED}`), known);
  return named.replaceAll(LONG, (word: string, at: number) =>
    looksRandom(word) && !/sha(?:256|512)[:-]$/.test(named.slice(Math.max(0, at - 7), at)) ? REDACTED : word,
  );
}

/** Keys are drawn, names and paths are written: they have cases and digits mixed, and hardly repeat themselves. */
function looksRandom(word: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(word)) return true;
  const mixed = /\d/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word);
  if (!mixed) return false;
  const counts = new Map<string, number>();
  for (const sign of word) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / word.length) * Math.log2(count / word.length);
  return bits > 3.7;
}
