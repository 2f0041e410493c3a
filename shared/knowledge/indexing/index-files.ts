/** Brings a few files of a source up to date: what changed is embedded and written, what is gone is removed. */
import type { Chunk, CollectionWriter, Embedder } from "../../knowledge-ports.ts";
import { knownVectors } from "./known-vectors.ts";
import type { Round, SourceReader } from "./ports.ts";
import { putIn } from "./put-in.ts";

export interface Files {
  /** Of the files to look at, in order; those that are not in `all` were deleted. */
  readonly paths: readonly string[];
  /** Every file of the version, as the reader tells of them. */
  readonly all: ReadonlyMap<string, string>;
  readonly version: string;
}

export interface FilesIndexed {
  /** False: the round ended before all was written; the same files come again. */
  readonly complete: boolean;
  /** Chunks written and removed. */
  readonly changed: number;
  readonly leftOut: ReadonlyMap<string, string>;
  readonly redacted: ReadonlyMap<string, number>;
}

export async function indexFiles(
  reader: SourceReader,
  { paths, all, version }: Files,
  tools: { collection: CollectionWriter; embedder: Embedder; round: Round },
): Promise<FilesIndexed> {
  const { collection, round } = tools;
  const present = new Map<string, string>();
  for (const path of paths) {
    const content = all.get(path);
    if (content !== undefined) present.set(path, content);
  }
  const [read, stored] = await Promise.all([
    reader.chunks(present, round.signal),
    collection.stored(reader.source, paths),
  ]);
  const leftOut = new Map<string, string>();
  const redacted = new Map<string, number>();
  const wanted = new Map<string, Chunk>();
  for (const [path, { chunks, leftOut: why }] of read) {
    if (why !== undefined) leftOut.set(path, why);
    for (const chunk of chunks) wanted.set(chunk.id, chunk);
    const secrets = chunks.reduce((sum, chunk) => sum + chunk.redacted, 0);
    if (secrets > 0) redacted.set(path, secrets);
  }
  const fresh = [...wanted.values()].filter(({ id, hash }) => stored.get(id)?.hash !== hash);
  const gone = [...stored.keys()].filter((id) => !wanted.has(id));
  const replaced = fresh.map(({ id }) => id).filter((id) => stored.has(id));
  const written = await putIn(
    fresh.map((chunk) => ({ ...chunk, commit: version })),
    tools,
    fresh.length === 0 ? new Map() : await knownVectors([...replaced, ...gone], collection),
  );
  if (written < fresh.length) return { complete: false, changed: written, leftOut, redacted };
  if (gone.length > 0) await collection.remove(gone);
  return { complete: true, changed: written + gone.length, leftOut, redacted };
}
