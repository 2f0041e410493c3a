/** Knowledge that answers every question alike. */
import type { CorpusState, Found, Knowledge, StoredChunk } from "../../../shared/knowledge-ports.ts";

/** What a platform with one document has. */
const ready: readonly CorpusState[] = [
  { corpus: "documents", source: "docs", state: "ready", at: "2026-01-01T00:00:00.000Z", chunks: 1, collection: "c" },
];

/** Finds these, in this order, as far as they are of a corpus that is asked for. */
export function knowing(chunks: readonly StoredChunk[]): Knowledge {
  return {
    states: async () => [],
    search: async ({ corpora, limit = 10 }): Promise<Found> => {
      const wanted = chunks.filter(({ corpus }) => corpora === undefined || corpora.includes(corpus)).slice(0, limit);
      const hits = wanted.map((chunk, index) => ({ chunk, rank: index + 1, by: { sparse: index + 1 } }));
      return { kind: "found", hits, states: ready, notes: [] };
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
