/** What an index of folders depends on, as one name: what lies in them, and the program that reads it. */
import { createHash, type Hash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { SourceReader } from "../../shared/knowledge/indexing/ports.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
/** How files are cut, embedded, kept and asked for. */
const PROGRAM = [
  "shared/knowledge",
  "shared/repository",
  "shared/domain",
  "shared/adapters/embedding",
  "shared/adapters/qdrant",
  "build/local/qdrant",
  "build/knowledge",
];

/** 64 hex digits; undefined when what lies there changes while it is read. Throws what cannot be read. */
export async function indexKey(readers: readonly SourceReader[], embedder: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  part(hash, embedder);
  part(hash, await readFile(path.join(ROOT, "package.json"), "utf8"));
  for (const folder of PROGRAM) await addProgram(hash, path.join(ROOT, folder));
  for (const reader of readers) {
    const version = await reader.version();
    const files = await reader.files(version);
    if (files === undefined) return undefined;
    for (const word of [reader.corpus, reader.source, version, String(files.size)]) part(hash, word);
    for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      part(hash, name);
      part(hash, content);
    }
  }
  return hash.digest("hex");
}

async function addProgram(hash: Hash, folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  files.sort();
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  for (const [index, file] of files.entries()) {
    part(hash, path.relative(ROOT, file));
    part(hash, texts[index] ?? "");
  }
}

/** With its length, so that no two lists of parts are the same text. */
function part(hash: Hash, text: string): void {
  hash.update(`${Buffer.byteLength(text)}:`).update(text);
}
