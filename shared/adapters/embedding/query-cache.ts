/** A question that is asked again is not paid for again. */
import type { Embedder } from "../../knowledge-ports.ts";

/** Questions that are remembered, the latest. */
const MOST = 256;

export function withRememberedQueries(embedder: Embedder): Embedder {
  const known = new Map<string, Float32Array>();
  function remember(text: string, vector: Float32Array): void {
    known.delete(text);
    known.set(text, vector);
    const [oldest] = known.keys();
    if (known.size > MOST && oldest !== undefined) known.delete(oldest);
  }
  return {
    id: embedder.id,
    dimension: embedder.dimension,
    async embed(texts, purpose, signal) {
      if (purpose === "document") return embedder.embed(texts, purpose, signal);
      signal?.throwIfAborted();
      const found = new Map(texts.map((text) => [text, known.get(text)]));
      const missing = [...found].flatMap(([text, vector]) => (vector === undefined ? [text] : []));
      const fresh = missing.length === 0 ? [] : await embedder.embed(missing, purpose, signal);
      missing.forEach((text, i) => found.set(text, fresh[i]));
      return texts.map((text) => {
        const vector = found.get(text);
        if (vector === undefined) throw new Error(`the embedder ${embedder.id} gave too few vectors`);
        remember(text, vector);
        return vector;
      });
    },
  };
}
