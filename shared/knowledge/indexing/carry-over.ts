/** Fills the collection of a new embedder from the one that answers: chunks are kept with their texts. */
import type { CollectionWriter, Embedder, StoredChunk } from "../../knowledge-ports.ts";
import type { Round } from "./ports.ts";
import { putIn } from "./put-in.ts";

/**
 * Embeds what the new collection does not hold yet; what is there already may be newer and stays. False when the round
 * ended before all was looked at.
 */
export async function carryOver(
  from: CollectionWriter,
  tools: { collection: CollectionWriter; embedder: Embedder; round: Round },
): Promise<boolean> {
  const { collection, round } = tools;
  for await (const chunks of from.chunks()) {
    const missing = await missingIn(collection, chunks);
    if ((await putIn(missing, tools)) < missing.length) return false;
    if (missing.length > 0 && round.isOver()) return false;
  }
  return true;
}

async function missingIn(collection: CollectionWriter, chunks: readonly StoredChunk[]): Promise<StoredChunk[]> {
  const missing: StoredChunk[] = [];
  for (const [source, some] of Map.groupBy(chunks, (chunk) => chunk.source)) {
    const stored = await collection.stored(source, [...new Set(some.map(({ path }) => path))]);
    missing.push(...some.filter(({ id }) => !stored.has(id)));
  }
  return missing;
}
