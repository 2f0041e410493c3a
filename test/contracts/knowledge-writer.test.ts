import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startQdrant } from "../../build/local/qdrant/qdrant.ts";
import { knowledgeWriterOf } from "../../shared/adapters/qdrant/writer.ts";
import { hashingEmbedder } from "../../shared/knowledge/embedding/hashing.ts";
import type { KnowledgeWriter, StoredChunk } from "../../shared/knowledge-ports.ts";
import { PermanentError, RetryLater } from "../../shared/runtime/errors.ts";
import { chunk, embedder, pointsOf, type TestIndex, testIndex } from "../support/knowledge/index.ts";

let index: TestIndex;
let writer: KnowledgeWriter;
beforeAll(async () => {
  index = await testIndex();
  writer = knowledgeWriterOf({ QDRANT_URL: index.url });
});
afterAll(async () => index.close());

async function all(chunks: AsyncIterable<readonly StoredChunk[]>): Promise<readonly StoredChunk[]> {
  const found: StoredChunk[] = [];
  for await (const some of chunks) found.push(...some);
  return found;
}

describe("a collection", () => {
  test("is named by corpus, embedder, dimension and form, and can be opened any number of times", async () => {
    const names = await Promise.all([1, 2, 3].map(async () => (await writer.open("documents", embedder)).name));
    expect(new Set(names)).toEqual(new Set(["school_documents__hash-64__64__v1"]));
  });

  test("gives back every field of what was put in", async () => {
    const collection = await writer.open("manifests", embedder);
    const full = chunk("replicas: 2", {
      corpus: "manifests",
      source: "gitops",
      path: "apps/web.yaml",
      kind: "Deployment",
      namespace: "shop",
      name: "web",
      redacted: 2,
    });
    const bare = chunk("nothing more", { corpus: "manifests", source: "gitops", path: "b.yaml", status: "verified" });
    await collection.upsert(await pointsOf([full, bare]));
    const stored = await all(collection.chunks());
    expect(stored.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([full, bare]);
  });

  test("gives back vectors as they were put in, of as many as are asked for, and knows no others", async () => {
    const collection = await writer.open("manifests", embedder);
    const many = Array.from({ length: 230 }, (_, at) =>
      chunk(`replicas: ${at}`, { corpus: "manifests", path: `v${at}.yaml` }),
    );
    const points = await pointsOf(many);
    await collection.upsert(points);
    const stranger = chunk("never stored", { corpus: "manifests" }).id;
    const found = await collection.points([stranger, ...many.map(({ id }) => id)]);
    expect(found.map((point) => point.chunk)).toEqual(many);
    for (const [at, { dense }] of found.entries()) {
      for (const [index, value] of dense.entries())
        expect(value).toBeCloseTo(points[at]?.dense[index] ?? Number.NaN, 6);
    }
    expect(await collection.points([])).toEqual([]);
    await collection.remove(many.map(({ id }) => id));
  });

  test("replaces what has the same id, tells it by source and path, and removes it", async () => {
    const collection = await writer.open("issues", embedder);
    const [one, other, foreign] = [
      chunk("one", { corpus: "issues", path: "a.md", hash: "h1" }),
      chunk("other", { corpus: "issues", path: "b.md", hash: "h2" }),
      chunk("foreign", { corpus: "issues", path: "a.md", hash: "h3", source: "elsewhere" }),
    ];
    await collection.upsert(await pointsOf([one, other, foreign]));
    await collection.upsert(await pointsOf([{ ...one, hash: "new" }]));
    expect(await collection.count()).toBe(3);
    expect(await collection.count("docs")).toBe(2);
    expect(await collection.stored("docs")).toEqual(
      new Map([
        [one.id, { hash: "new", path: "a.md" }],
        [other.id, { hash: "h2", path: "b.md" }],
      ]),
    );
    expect([...(await collection.stored("docs", ["b.md", "c.md"])).keys()]).toEqual([other.id]);
    expect(await collection.stored("docs", [])).toEqual(new Map());
    await collection.remove([one.id]);
    expect([...(await collection.stored("docs")).keys()]).toEqual([other.id]);
    await collection.remove([]);
  });

  test("takes more than one request holds, and lists more than one page", async () => {
    const small = hashingEmbedder(2);
    const collection = await writer.open("improvements", small);
    const texts = Array.from({ length: 1_203 }, (_, number) => `improvement ${number}`);
    const vectors = await small.embed(texts, "document");
    const points = texts.map((text, number) => ({
      chunk: chunk(text, { corpus: "improvements", source: "school", path: `${number % 700}` }),
      dense: vectors[number] ?? new Float32Array(2),
      // Without a single term.
      sparse: { indices: [], values: [] },
    }));
    await collection.upsert(points);
    expect(await collection.count()).toBe(1_203);
    const paths = Array.from({ length: 700 }, (_, number) => `${number}`);
    expect((await collection.stored("school", paths)).size).toBe(1_203);
    expect(new Set((await all(collection.chunks())).map(({ id }) => id))).toEqual(
      new Set(points.map((point) => point.chunk.id)),
    );
  });

  test("that was made for another number of values is refused, not written into", async () => {
    const fake = { id: "model", dimension: 8 };
    const collection = await writer.open("documents", fake);
    await fetch(`${index.url}/collections/${collection.name}`, { method: "DELETE" });
    await fetch(`${index.url}/collections/${collection.name}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        vectors: { dense: { size: 4, distance: "Cosine" } },
        sparse_vectors: { bm25: { modifier: "idf" } },
      }),
    });
    const refused = writer.open("documents", fake);
    await expect(refused).rejects.toThrow(PermanentError);
    await expect(refused).rejects.toThrow("has vectors of 4 values instead of 8");
  });
});

describe("publishing", () => {
  test("switches the alias, and what nobody reads any more can be removed", async () => {
    expect(await writer.published("documents")).toBeUndefined();
    const first = await writer.open("documents", embedder);
    await first.publish();
    await first.publish();
    expect((await writer.published("documents"))?.name).toBe(first.name);
    const second = await writer.open("documents", hashingEmbedder(32));
    await writer.removeOthers("documents", second.name);
    expect((await writer.published("documents"))?.name).toBe(first.name);
    await second.publish();
    expect((await writer.published("documents"))?.name).toBe(second.name);
    await (await writer.open("issues", embedder)).publish();
    await writer.removeOthers("documents", second.name);
    const listed = await (await fetch(`${index.url}/collections`)).text();
    expect(listed).toContain(second.name);
    expect(listed).not.toContain(`"${first.name}"`);
    expect((await writer.published("issues"))?.name).toContain("school_issues__");
  });
});

describe("a server that does not let the writer in", () => {
  test("away: tried again later, with its address and no key", async () => {
    const closed = await startQdrant();
    await closed.close();
    const away = knowledgeWriterOf({ QDRANT_URL: closed.url, QDRANT_API_KEY: "secret-key" }).open("issues", embedder);
    await expect(away).rejects.toThrow(RetryLater);
    await expect(away).rejects.toThrow(/^Qdrant at 127\.0\.0\.1:\d+ is out of reach \(ECONNREFUSED\)$/);
  });

  test.each([
    ["a wrong key", "wrong"],
    ["no key", undefined],
    ["the key that only reads", "reads"],
  ])("%s: a person has to act", async (_, key) => {
    const locked = await startQdrant({ apiKey: "writes", readOnlyKey: "reads" });
    const env = { QDRANT_URL: locked.url, QDRANT_API_KEY: key };
    const refused = knowledgeWriterOf(env).open("issues", embedder);
    await expect(refused).rejects.toThrow(PermanentError);
    await expect(refused).rejects.toThrow("refuses the key of QDRANT_API_KEY");
    await locked.close();
  });

  test("no address: the setting is named", async () => {
    await expect(knowledgeWriterOf({}).open("issues", embedder)).rejects.toThrow("QDRANT_URL");
  });
});
