/** Whether the best of what was found is about the question at all: what the hit rate counts. */
import { termsOf } from "../../knowledge/embedding/terms.ts";
import type { Hit } from "../../knowledge-ports.ts";

/**
 * Share of the question's terms the best hit has. There is always a nearest neighbour, cosines mean something else with every
 * embedder, and a fusion's score is a rank in disguise; words that are there, or not, mean the same everywhere.
 */
const COVERED = 0.5;
const LOOKED_AT = 3;

export function isHit(question: string, hits: readonly Hit[]): boolean {
  const terms = new Set(termsOf(question));
  return hits.slice(0, LOOKED_AT).some(({ chunk }) => {
    const own = new Set(termsOf(`${chunk.path} ${chunk.place} ${chunk.text}`));
    const covered = [...terms].filter((term) => own.has(term)).length;
    return terms.size > 0 && covered / terms.size >= COVERED;
  });
}
