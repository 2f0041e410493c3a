/** Embeds chunks and writes them, a few at a time. */
import type { Chunk, CollectionWriter, Embedder, StoredChunk } from "../../knowledge-ports.ts";
import { embeddedText } from "../chunking/embedded-text.ts";
import { sparseDocument } from "../embedding/sparse.ts";
import type { Round } from "./ports.ts";
import { slicesOf } from "./slices.ts";

/** Chunks that are embedded and written together: what a kill loses at most. */
const TOGETHER = 128;

/**
 * How many were written, from the first on; fewer than all when the round is over. `known`: vectors of the embedder by the
 * text that was embedded; these texts are not embedded again.
 */
export async function putIn(
  chunks: readonly StoredChunk[],
  { collection, embedder, round }: { collection: CollectionWriter; embedder: Embedder; round: Round },
  known: ReadonlyMap<string, Float32Array> = new Map(),
): Promise<number> {
  let written = 0;
  for (const some of slicesOf(chunks, TOGETHER)) {
    if (written > 0 && round.isOver()) break;
    round.signal.throwIfAborted();
    const texts = some.map(embeddedText);
    const unknown = texts.filter((text) => !known.has(text));
    const vectors = unknown.length === 0 ? [] : await embedder.embed(unknown, "document", round.signal);
    const fresh = vectors.values();
    await collection.upsert(
      some.map((chunk, index) => {
        const text = texts[index] ?? "";
        const dense = known.get(text) ?? fresh.next().value ?? missing(embedder, chunk);
        return { chunk, dense, sparse: sparseDocument(text) };
      }),
    );
    written += some.length;
  }
  return written;
}

function missing(embedder: Embedder, chunk: Chunk): never {
  throw new Error(`the embedder ${embedder.id} gave no vector for ${chunk.path} (${chunk.place})`);
}
