/** What all chunks have in common: their id, their hash and what is counted. */
import { createHash } from "node:crypto";
import { v5 } from "uuid";
import type { Chunk } from "../../knowledge-ports.ts";
import { REDACTED } from "../../repository/redact.ts";

/** Of the ids of this project's chunks; never to be changed, or everything is indexed anew. */
const NAMESPACE = "5b0f2a52-6f6c-5d0c-9a51-3c1f3f0f7f5e";

/** `part` tells chunks of the same place apart, from 0. `text` has no secrets any more. */
export function newChunk(given: Omit<Chunk, "id" | "hash" | "redacted">, part: number): Chunk {
  const { corpus, source, path, place, text } = given;
  const id = v5(JSON.stringify([corpus, source, path, place, part]), NAMESPACE);
  const stored = Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256").update(JSON.stringify(stored)).digest("hex");
  return { ...given, id, hash, redacted: text.split(REDACTED).length - 1 };
}
