import { expect, test } from "vitest";
import { fuse } from "../../build/local/qdrant/fusion.ts";
import { fusionFor } from "../../shared/adapters/qdrant/fusion.ts";

/** Places from 1 of what stands first in one list alone, among twenty that both lists have in the same order. */
function places(embedder: string): { readonly words: number; readonly vectors: number } {
  const both = Array.from({ length: 20 }, (_, at) => at);
  const { k, weights } = fusionFor({ id: embedder });
  const scores = fuse(
    [
      [100, ...both],
      [200, ...both],
    ],
    { k, weights },
  );
  const order = [...scores].sort(([, a], [, b]) => b - a).map(([slot]) => slot);
  return { words: order.indexOf(100) + 1, vectors: order.indexOf(200) + 1 };
}

test("the first of one list alone is among the first five", () => {
  for (const embedder of ["lsa-0a1b2c3d", "text-embedding-3-large"]) {
    const { words, vectors } = places(embedder);
    expect(Math.max(words, vectors), embedder).toBeLessThanOrEqual(5);
  }
});

test.each([
  ["lsa-0a1b2c3d", 1],
  ["hash-1024", 0],
  ["text-embedding-3-large", 0],
])("with vectors of %s words decide where the two disagree: %i", (embedder, preferred) => {
  const { k, weights } = fusionFor({ id: embedder });
  const scores = fuse(
    [
      [1, 2],
      [2, 1],
    ],
    { k, weights },
  );
  expect((scores.get(1) ?? 0) > (scores.get(2) ?? 0)).toBe(preferred === 1);
});
