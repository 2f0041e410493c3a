/** MurmurHash3 (x86, 32 bit) of a text's UTF-8: the hash term ids have wherever Qdrant is used with BM25. */
import murmurhash from "murmurhash";

/** Unsigned. */
export function hashOf(text: string, seed = 0): number {
  return murmurhash.v3(text, seed);
}
