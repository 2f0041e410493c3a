/** Vectors that need not be made again: a text that only moved, in its file or to another part of its place, keeps its own. */
import type { CollectionWriter } from "../../knowledge-ports.ts";
import { embeddedText } from "../chunking/embedded-text.ts";

/** By what was embedded. `ids`: of chunks that are about to be replaced or removed; read before they are. */
export async function knownVectors(
  ids: readonly string[],
  collection: Pick<CollectionWriter, "points">,
): Promise<ReadonlyMap<string, Float32Array>> {
  if (ids.length === 0) return new Map();
  const points = await collection.points(ids);
  return new Map(points.map(({ chunk, dense }) => [embeddedText(chunk), dense]));
}
