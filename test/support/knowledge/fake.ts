/** Knowledge that answers every question alike. */
import type { Found, Knowledge, StoredChunk } from "../../../shared/knowledge-ports.ts";

/** Finds these, in this order, as far as they are of a corpus that is asked for. */
export function knowing(chunks: readonly StoredChunk[]): Knowledge {
  return {
    states: async () => [],
    search: async ({ corpora, limit = 10 }): Promise<Found> => {
      const wanted = chunks.filter(({ corpus }) => corpora === undefined || corpora.includes(corpus)).slice(0, limit);
      const hits = wanted.map((chunk, index) => ({ chunk, rank: index + 1, by: { sparse: index + 1 } }));
      return { kind: "found", hits, states: [], notes: [] };
    },
  };
}

/** Has no answer. */
export function knowingNothing(because: string, soon = false): Knowledge {
  return {
    states: async () => [],
    search: async () => ({ kind: "unknown", because, states: [], ...(soon ? { soon } : {}) }),
  };
}
