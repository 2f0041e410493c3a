/**
 * The secrets this process was given, and their removal from every text that leaves it: log, Redis, traces, answers. Adapters
 * keep them out of what they say; this is for what nobody foresaw, as a proxy that repeats the header it did not like, or a
 * client that names the address it could not use, password included.
 */
import type { Environment } from "./config.ts";

/** Whose value is a secret as a whole. */
export const SECRET_NAME = /SECRET|PASSWORD|CREDENTIAL|TOKENS?$|_KEYS?$|^OTEL_\w+_HEADERS$|^SLACK_WEBHOOK_URL$/;

const HIDDEN = "[secret]";
/** What is shorter, or a word, may stand in any text by chance: records would be damaged and nothing hidden. */
const LEAST = 12;
const LEAST_OF_WORDS = 20;
const needles = new Set<string>();
let longestFirst: readonly string[] = [];

/** Remembers the secrets among the settings, for as long as the process lives. */
export function keepSecrets(env: Environment): void {
  for (const [name, value = ""] of Object.entries(env)) {
    if (value === "") continue;
    if (SECRET_NAME.test(name)) for (const part of partsOf(name, value)) keep(part);
    for (const secret of secretsInAddresses(value)) keep(secret);
  }
}

/** Remembers a secret that is not among the settings, as a token that is read from a file. */
export function keepSecret(secret: string | undefined): void {
  if (secret !== undefined) keep(secret.trim());
}

/** The text without any secret this process was given, however it was written down: plain, encoded, escaped. */
export function conceal(text: string): string {
  let clean = text;
  for (const needle of longestFirst) if (clean.includes(needle)) clean = clean.replaceAll(needle, HIDDEN);
  return clean;
}

function keep(secret: string): void {
  if (secret.length < LEAST || (secret.length < LEAST_OF_WORDS && !/\d/.test(secret))) return;
  const before = needles.size;
  for (const form of [secret, encodeURIComponent(secret), decoded(secret)]) {
    for (const each of [form, JSON.stringify(form).slice(1, -1), ...inBase64(form)]) needles.add(each);
  }
  if (needles.size > before) longestFirst = [...needles].sort((a, b) => b.length - a.length);
}

/** Of a list every entry is one, of a header its value, of a key in PEM every line. */
function partsOf(name: string, value: string): string[] {
  if (name.endsWith("_HEADERS")) return pairsIn(value).flatMap((text) => [text, ...text.split(/\s+/)]);
  if (name.endsWith("TOKENS")) return value.split(",").map((entry) => entry.trim().replace(/^[^:]*:[^:]*:/, ""));
  if (value.includes("-----BEGIN"))
    return value.split(/\n|\\n/).filter((line) => line.length >= LEAST_OF_WORDS && !line.startsWith("-----"));
  return URL.canParse(value) ? [value, new URL(value).pathname] : [value.trim()];
}

function pairsIn(list: string): string[] {
  return list.split(",").map((pair) => decoded(pair.replace(/^[^=]*=/, "").trim()));
}

const WITH_USER = /[a-z][a-z0-9+.-]*:\/\/([^/?#\s@]*)@/gi;
const IN_QUERY = /[?&](?:[\w-]*(?:key|token|secret|password|signature|sig)[\w-]*)=([^&#\s,]+)/gi;

/** User and password together are what Basic authentication sends, in base64. A user alone may be a token. */
function secretsInAddresses(value: string): string[] {
  const users = [...value.matchAll(WITH_USER)].flatMap(([, user = ""]) => {
    const colon = user.indexOf(":");
    return colon === -1 ? [user] : [user.slice(colon + 1), decoded(user)];
  });
  return [...users, ...[...value.matchAll(IN_QUERY)].map(([, secret = ""]) => secret)];
}

/** Alone, and at each of the three places where it may begin in a longer one, without the signs its neighbours share. */
function inBase64(text: string): string[] {
  const inside = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString("base64");
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  });
  return [Buffer.from(text).toString("base64"), ...inside];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
