/** Who may do what: a key for everything, a key for reading; without either, everybody everything. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { QdrantError } from "./errors.ts";

export interface Keys {
  readonly apiKey?: string;
  readonly readOnlyKey?: string;
}

/** In the header `api-key`, or as a bearer token. Throws QdrantError 401 or 403 with the real server's words. */
export function admit(headers: IncomingHttpHeaders, { apiKey, readOnlyKey }: Keys, reads: boolean): void {
  if (apiKey === undefined && readOnlyKey === undefined) return;
  const given = headers["api-key"] ?? headers.authorization?.replace(/^bearer\s+/i, "");
  if (typeof given !== "string") throw new QdrantError(401, "Must provide an API key or an Authorization bearer token");
  if (same(given, apiKey)) return;
  if (!same(given, readOnlyKey)) throw new QdrantError(401, "Invalid API key or JWT");
  if (!reads) throw new QdrantError(403, "Forbidden: Global manage access is required");
}

function same(given: string, key: string | undefined): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return key !== undefined && timingSafeEqual(digest(given), digest(key));
}
