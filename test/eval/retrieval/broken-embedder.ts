/** The embedder nobody should have: every text somewhere at random. Search by it must find nothing. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { chunksOfFile } from "../../../shared/knowledge/chunking/chunk-file.ts";
import { embeddedText } from "../../../shared/knowledge/chunking/embedded-text.ts";
import type { Query } from "./queries.ts";

const DIMENSION = 256;

/** Per question whether one of the first five files is right, when texts are compared by hashes of them. */
export function foundByHash(folder: string, corpus: Query["corpus"], queries: readonly Query[]): readonly boolean[] {
  const chunks = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const text = readFileSync(file, "utf8");
      return chunksOfFile({ corpus, source: "eval", path: path.relative(folder, file), text });
    })
    .map((chunk) => ({ path: chunk.path, vector: vectorOf(embeddedText(chunk)) }));
  return queries.map(({ query, files }) => {
    const asked = vectorOf(query);
    const best = chunks
      .map((chunk) => ({ path: chunk.path, score: dot(asked, chunk.vector) }))
      .sort((a, b) => b.score - a.score);
    const paths = [...new Set(best.map((one) => one.path))].slice(0, 5);
    return paths.some((one) => files.includes(one));
  });
}

function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(DIMENSION);
  for (let at = 0; at < DIMENSION; at += 32) {
    const bytes = createHash("sha256").update(`${at} ${text}`).digest();
    for (const [offset, byte] of bytes.entries()) vector[at + offset] = byte - 127.5;
  }
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
