/** Takes secrets out of what leaves the repository for a prompt or an index. Rather too much than too little. */

import { looksRandom, REDACTED, redactFormats } from "./redact-formats.ts";
import { redactLines } from "./redact-lines.ts";
import { redactTables } from "./redact-tables.ts";
import { type Fields, isFields } from "./values.ts";

export { REDACTED } from "./redact-formats.ts";

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

const LONG = /(?<![\w+/.-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=-])/g;
/** What a digest or a commit is called where it stands. */
const DIGEST =
  /(?:commit|revision|\brev|\bref|sha-?(?:1|256|512)?|digest|checksum(?:\/[\w.-]+)?|\bhead|tree|blob|raw|merged?|parent)["'`)\]]*[\s:=/@-]{1,3}["'`([]*$/i;

/**
 * The same for any text: documents, scripts, settings, manifests that cannot be parsed. Names, paths, addresses and
 * digests stay. The number of lines does not change, so that what is found can be looked up.
 */
export function redactText(text: string): string {
  const lines = redactLines(redactTables(redactFormats(text).split("\n"))).join("\n");
  return lines.replaceAll(LONG, (word: string, at: number) =>
    looksRandom(word) && !(/^[0-9a-f]+$/i.test(word) && DIGEST.test(lines.slice(Math.max(0, at - 48), at)))
      ? REDACTED
      : word,
  );
}
