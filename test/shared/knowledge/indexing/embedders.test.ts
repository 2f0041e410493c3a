/** From one embedder to another, and from hashing to one that was fitted to the platform. */
import { afterEach, describe, expect, test } from "vitest";
import { chunkOfImprovement } from "../../../../shared/knowledge/chunking/chunk-improvement.ts";
import { hashingEmbedder } from "../../../../shared/knowledge/embedding/hashing.ts";
import { lsaEmbedder } from "../../../../shared/knowledge/embedding/lsa.ts";
import { sparseDocument } from "../../../../shared/knowledge/embedding/sparse.ts";
import { indexAll } from "../../../../shared/knowledge/indexing/index-all.ts";
import { offlineFit } from "../../../../shared/knowledge/indexing/offline.ts";
import type { IndexBook } from "../../../../shared/knowledge-ports.ts";
import {
  allChunks,
  type IndexedRepository,
  indexedRepository,
  listeningEmbedder,
  roundOf,
} from "../../../support/knowledge/indexed-repository.ts";

const breads = ["rye", "wheat", "spelt", "barley", "oats", "millet", "corn"];
const page = (n: number) => {
  const bread = breads[n % breads.length];
  const other = breads[(n * 3 + 1) % breads.length];
  return `# Batch ${n}\n\nThe ${bread} dough of batch ${n} rests beside the ${other} until oven ${n % 5} is free.\n`;
};
const pages = (from: number, to: number) =>
  Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`batches/b${from + n}.md`, page(from + n)]));

let opened: IndexedRepository | undefined;
afterEach(async () => opened?.close());
const collections = async ({ url }: IndexedRepository): Promise<string[]> => {
  const answer = (await (await fetch(`${url}/collections`)).json()) as { result: { collections: { name: string }[] } };
  return answer.result.collections.map(({ name }) => name).sort();
};

/** As `learn` wrote it. */
async function keepOne({ indexer }: IndexedRepository, id: string, embedder = listeningEmbedder()): Promise<void> {
  const collection = await indexer.writer.open("improvements", embedder);
  const about = {
    id,
    title: "Warm the ovens earlier",
    description: "At four",
    category: "capability",
    type: "technique",
    status: "verified",
  } as const;
  const chunk = { ...chunkOfImprovement(about), commit: "" };
  const [dense] = await embedder.embed([chunk.text], "document");
  await collection.upsert([{ chunk, dense: dense as Float32Array, sparse: sparseDocument(chunk.text) }]);
}

describe("another embedder", () => {
  test("gets collections of its own; the old ones answer until the new ones are whole, then they go", async () => {
    opened = await indexedRepository(pages(0, 30));
    await opened.index();
    await keepOne(opened, "past-1");
    const [before] = (await opened.indexer.book.states()).filter(({ corpus }) => corpus === "documents");
    const next = listeningEmbedder("other-64");
    const tools = { ...opened.indexer, embedder: async () => next };

    const { more } = await indexAll(
      "all",
      { ...tools, writer: slow(tools.writer) },
      roundOf(() => true),
    );
    expect(more).toBe(true);
    expect((await opened.indexer.writer.published("documents"))?.name).toBe(before?.collection);
    expect((await opened.indexer.book.states())[0]).toMatchObject({
      state: "building",
      collection: before?.collection,
      embedder: "hash-64",
      commit: before?.commit,
    });

    await opened.index("all", { embedder: async () => next });
    expect(await collections(opened)).toEqual([
      "school_documents__other-64__64__v1",
      "school_improvements__other-64__64__v1",
      "school_manifests__other-64__64__v1",
    ]);
    for (const state of await opened.indexer.book.states())
      expect(state).toMatchObject({ state: "ready", embedder: "other-64" });
    expect((await opened.indexed("documents")).size).toBe(30);
    expect([...(await opened.indexed("improvements")).keys()]).toEqual(["past-1"]);
    // 30 pages, one improvement; nothing twice.
    expect(next.seen).toHaveLength(31);
  });

  test("loses no improvement that was written to the old collection or to the new one meanwhile", async () => {
    opened = await indexedRepository(pages(0, 2));
    await opened.index();
    const next = listeningEmbedder("other-64");
    await keepOne(opened, "past-old");
    await keepOne(opened, "past-new", next);
    // Told of the new embedder later than `learn`, the index leaves its collection alone.
    await opened.index();
    expect(await collections(opened)).toContain("school_improvements__other-64__64__v1");
    await opened.index("all", { embedder: async () => next });
    expect([...(await opened.indexed("improvements")).keys()].sort()).toEqual(["past-new", "past-old"]);
  });
});

describe("the offline embedder", () => {
  const offline = (book: IndexBook) => ({
    fit: offlineFit,
    embedder: async () => {
      const model = await book.model();
      return model === undefined ? hashingEmbedder(64) : lsaEmbedder(model.bytes);
    },
  });

  test("stays hashing while there is little to learn from", async () => {
    opened = await indexedRepository(pages(0, 20));
    await opened.index("all", offline(opened.indexer.book));
    expect(await opened.indexer.book.model()).toBeUndefined();
  });

  test("is fitted once there is enough, and again when a third of it has changed", async () => {
    opened = await indexedRepository(pages(0, 210));
    const { book } = opened.indexer;
    await opened.index("all", offline(book));
    const first = await book.model();
    expect(first?.id).toMatch(/^lsa-/);
    for (const { embedder } of await book.states()) expect(embedder).toBe(first?.id);
    expect((await opened.indexed("documents")).size).toBe(210);
    expect(await collections(opened)).toHaveLength(3);
    expect(await opened.index("all", offline(book))).toMatchObject({ changed: 0 });

    await opened.remote.push(pages(210, 260));
    await opened.index("all", offline(book));
    expect((await book.model())?.id).toBe(first?.id);

    await opened.remote.push(pages(260, 300));
    await opened.index("all", offline(book));
    const second = await book.model();
    expect(second?.id).not.toBe(first?.id);
    expect(await book.model(first?.id)).toBeUndefined();
    expect((await opened.indexed("documents")).size).toBe(300);
    for (const { embedder, state } of await book.states()) expect([state, embedder]).toEqual(["ready", second?.id]);
    const collection = await opened.indexer.writer.published("documents");
    expect(collection === undefined ? 0 : (await allChunks(collection)).length).toBe(300);
  });
});

/** Hands over a few chunks at a time, as a large collection would. */
function slow(writer: IndexedRepository["indexer"]["writer"]): IndexedRepository["indexer"]["writer"] {
  return {
    ...writer,
    async published(corpus) {
      const collection = await writer.published(corpus);
      if (collection === undefined) return undefined;
      return {
        ...collection,
        async *chunks() {
          for await (const some of collection.chunks())
            for (let at = 0; at < some.length; at += 5) yield some.slice(at, at + 5);
        },
      };
    },
  };
}
