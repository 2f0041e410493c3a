/** learn and the index: a past improvement is found again with its outcome, once, and an index that is away costs nothing. */
import { afterEach, expect, test } from "vitest";
import { type Qdrant, startQdrant } from "../../build/local/qdrant/qdrant.ts";
import { learn } from "../../functions/learn/handle.ts";
import { pastImprovements } from "../../shared/adapters/knowledge/past-improvements.ts";
import { knowledgeWriterOf } from "../../shared/adapters/qdrant/writer.ts";
import { hashingEmbedder } from "../../shared/knowledge/embedding/hashing.ts";
import { keepImprovement } from "../../shared/knowledge/indexing/keep-improvement.ts";
import { memoryBook } from "../../shared/knowledge/memory-book.ts";
import type { StoredChunk } from "../../shared/knowledge-ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { committedImprovement } from "../support/improvement.ts";
import { allChunks, listeningEmbedder } from "../support/knowledge/indexed-repository.ts";

const signal = new AbortController().signal;
const now = () => Date.parse("2026-05-01T10:00:00Z");
const ended = (status: "verified" | "failed", over = {}) =>
  committedImprovement("c0ffee", [], { id: "past-1", status, title: "Warm the ovens earlier", ...over });

let qdrant: Qdrant | undefined;
afterEach(async () => {
  await qdrant?.close();
  qdrant = undefined;
});
async function indexed(url: string): Promise<StoredChunk[]> {
  const collection = await knowledgeWriterOf({ QDRANT_URL: url }).published("improvements");
  return collection === undefined ? [] : await allChunks(collection);
}

test("the first one opens the collection; a later outcome replaces the one before", async () => {
  qdrant = await startQdrant();
  const book = memoryBook();
  const env = { QDRANT_URL: qdrant.url };
  const rows: unknown[] = [];
  const ports = {
    outcomes: { append: async (row: unknown) => void rows.push(row) },
    past: pastImprovements(env, book),
  };
  await learn({ improvement: ended("failed", { failure_reason: "crash loop" }), reached: "failed" }, ports, {
    now,
    signal,
  });
  expect(await indexed(qdrant.url)).toMatchObject([{ path: "past-1", source: "school", status: "failed", commit: "" }]);
  for (const _ of [1, 2]) await learn({ improvement: ended("verified"), reached: "verified" }, ports, { now, signal });
  const [only, ...others] = await indexed(qdrant.url);
  expect(others).toEqual([]);
  expect(only).toMatchObject({ status: "verified" });
  expect(only?.text).toContain("Warm the ovens earlier");
  expect(rows).toHaveLength(3);
  expect(await book.states()).toMatchObject([{ corpus: "improvements", source: "school", state: "ready", chunks: 1 }]);
});

test("what is there already is not embedded again", async () => {
  qdrant = await startQdrant();
  const embedder = listeningEmbedder();
  const tools = {
    writer: knowledgeWriterOf({ QDRANT_URL: qdrant.url }),
    book: memoryBook(),
    embedder: async () => embedder,
    now,
    signal,
  };
  for (const _ of [1, 2, 3]) await keepImprovement(ended("verified"), tools);
  expect(embedder.seen).toHaveLength(1);
});

test("an embedder that changes meanwhile gets it too: the index may have looked at the old collection before", async () => {
  qdrant = await startQdrant();
  const writer = knowledgeWriterOf({ QDRANT_URL: qdrant.url });
  let asked = 0;
  const embedder = async () => {
    asked += 1;
    return asked === 1 ? hashingEmbedder(64) : listeningEmbedder("other-64");
  };
  await keepImprovement(ended("verified"), { writer, book: memoryBook(), embedder, now, signal });
  const collection = await writer.open("improvements", listeningEmbedder("other-64"));
  expect(await allChunks(collection)).toHaveLength(1);
});

test.each([
  ["is away", async () => ({ QDRANT_URL: "http://127.0.0.1:1" })],
  [
    "refuses the key",
    async () => {
      qdrant = await startQdrant({ apiKey: "the right key" });
      return { QDRANT_URL: qdrant.url, QDRANT_API_KEY: "another" };
    },
  ],
])("an index that %s: the outcome is kept, and the rest tried for as long as it takes", async (_what, make) => {
  const rows: unknown[] = [];
  const past = pastImprovements(await make(), memoryBook());
  const ports = { outcomes: { append: async (row: unknown) => void rows.push(row) }, past };
  const learning = learn({ improvement: ended("verified"), reached: "verified" }, ports, { now, signal });
  await expect(learning).rejects.toThrow(RetryLater);
  await expect(learning).rejects.toMatchObject({ free: true });
  await expect(learning).rejects.toThrow(
    /the outcome is kept, but not indexed yet: Qdrant at 127\.0\.0\.1:\d+ (is out of reach|refuses)/,
  );
  expect(rows).toHaveLength(1);
});

test("without an index the outcome is all", () => {
  expect(pastImprovements({}, memoryBook())).toBeUndefined();
});
