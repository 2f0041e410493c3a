/** An index over the stand-in of Qdrant in this process: made now, or made before and kept. */
import path from "node:path";
import { knowledgeWriterOf } from "../../shared/adapters/qdrant/writer.ts";
import { indexWholly } from "../../shared/knowledge/indexing/index-all.ts";
import type { Failure } from "../../shared/knowledge/indexing/index-corpus.ts";
import { offlineFit } from "../../shared/knowledge/indexing/offline.ts";
import { endlessRound, type SourceReader } from "../../shared/knowledge/indexing/ports.ts";
import { memoryBook } from "../../shared/knowledge/memory-book.ts";
import type { CorpusState, KnowledgeBook } from "../../shared/knowledge-ports.ts";
import type { Environment } from "../../shared/runtime/config.ts";
import { type Qdrant, startQdrant } from "../local/qdrant/qdrant.ts";
import { indexKey } from "./index-key.ts";
import { findKept, keep } from "./kept-indexes.ts";
import type { Opening } from "./open-folders.ts";

export interface OpenIndex {
  /** For a reader. */
  readonly env: Environment;
  readonly book: KnowledgeBook;
  readonly failures: readonly Failure[];
  close(): Promise<void>;
}

const EMBEDDER = { EMBEDDING_MODEL: "offline" };

/** Throws the reason of `stopped`, and what a folder that cannot be read says. */
export async function openIndex(readers: readonly SourceReader[], opening: Opening): Promise<OpenIndex> {
  const { cache, note } = opening;
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  if (cache === undefined) {
    const made = await makeIndex(readers, opening.stopped);
    note(`${chunksOf(await made.book.states())} parts indexed in ${seconds()}`);
    return made;
  }
  const indexes = path.join(cache, "indexes");
  const key = await indexKey(readers, EMBEDDER.EMBEDDING_MODEL);
  const kept = key === undefined ? undefined : await openKept(indexes, key);
  if (kept !== undefined) {
    note(`${chunksOf(await kept.book.states())} parts, indexed before, read in ${seconds()}`);
    return kept;
  }
  const made = await makeIndex(readers, opening.stopped);
  const chunks = chunksOf(await made.book.states());
  note(`${chunks} parts indexed in ${seconds()}`);
  if (key === undefined || chunks === 0 || made.failures.length > 0) return made;
  try {
    await keep(indexes, key, made);
  } catch (error) {
    note(`the index is not kept for the next time: ${(error as Error).message}`);
  }
  return made;
}

interface Made extends OpenIndex {
  readonly qdrant: Qdrant;
}

async function makeIndex(readers: readonly SourceReader[], stopped: AbortSignal): Promise<Made> {
  const qdrant = await startQdrant();
  try {
    const book = memoryBook();
    const env = environmentOf(qdrant);
    const { failures } = await indexWholly(
      {
        readers,
        writer: knowledgeWriterOf(env),
        book,
        embedder: async () => (await import("../../shared/adapters/embedding/open.ts")).embedderOf(env, book),
        fit: offlineFit,
        log: { info: () => undefined, warn: () => undefined },
      },
      endlessRound(Date.now, stopped),
    );
    return { env, book, failures, qdrant, close: () => qdrant.close() };
  } catch (error) {
    await qdrant.close();
    throw error;
  }
}

/** Undefined when there is none that can be read. */
async function openKept(indexes: string, key: string): Promise<OpenIndex | undefined> {
  const kept = await findKept(indexes, key);
  if (kept === undefined) return undefined;
  // Another command may remove it for room, just now.
  const qdrant = await startQdrant({ dataDir: kept.dataDir, isSaved: true }).catch(() => undefined);
  if (qdrant === undefined) return undefined;
  const book = memoryBook();
  for (const state of kept.states) await book.note(state);
  if (kept.model !== undefined) await book.keepModel(kept.model);
  return { env: environmentOf(qdrant), book, failures: [], close: () => qdrant.close() };
}

function environmentOf({ url }: Qdrant): Environment {
  return { QDRANT_URL: url, ...EMBEDDER };
}

function chunksOf(states: readonly CorpusState[]): number {
  return states.reduce((sum, { chunks = 0 }) => sum + chunks, 0);
}
