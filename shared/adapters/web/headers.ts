/** What requests and answers say of themselves. */
import type { Validators } from "../../source-ports.ts";

/** Of an answer, names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The only value of a header, or the first of several. */
export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** What the next request can be asked with. */
export function validatorsOf(headers: AnswerHeaders): Validators {
  const etag = headerOf(headers, "etag");
  const lastModified = headerOf(headers, "last-modified");
  return {
    ...(isPlain(etag) ? { etag } : {}),
    ...(isPlain(lastModified) ? { lastModified } : {}),
  };
}

/** The other way round. */
export function conditionsOf({ etag, lastModified }: Validators): Record<string, string> {
  return {
    ...(isPlain(etag) ? { "if-none-match": etag } : {}),
    ...(isPlain(lastModified) ? { "if-modified-since": lastModified } : {}),
  };
}

/** A line end would make one header two, and what is long is stored for nothing. */
function isPlain(value: string | undefined): value is string {
  return value !== undefined && /^[\x20-\x7e]{1,500}$/.test(value);
}

const EVERYBODYS = new Set(["accept", "accept-language", "if-none-match", "if-modified-since"]);

/** What a reader told one server, like its token, is not for another. */
export function forAnotherServer(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => EVERYBODYS.has(name)));
}

/** By these a request says where it ends and for whom it is. */
const OF_CONNECTION = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "upgrade",
  "te",
]);

/** What a reader may say: names in lower case, without those of the connection. */
export function ofReader(headers: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(own.filter(([name]) => !OF_CONNECTION.has(name)));
}
