import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { knowledgeOf } from "../../shared/adapters/qdrant/reader.ts";
import { knowledgeWriterOf } from "../../shared/adapters/qdrant/writer.ts";
import { memoryBook } from "../../shared/knowledge/memory-book.ts";
import type { Found, Knowledge, StoredChunk } from "../../shared/knowledge-ports.ts";
import { chunk, embedder, noteReady, pointsOf, type TestIndex, testIndex } from "../support/knowledge/index.ts";

const texts: readonly [string, Partial<StoredChunk>][] = [
  ["Postgres runs with one replica; backups are taken every night at two.", { path: "database.md", place: "Backups" }],
  ["Ingress terminates TLS with certificates of the internal authority.", { path: "network.md", place: "TLS" }],
  ["Redis holds queues only and may be emptied.", { path: "queues.md", place: "Redis" }],
  ["Images come from the internal registry, never from a public one.", { path: "images.md", place: "Registry" }],
];
const documents = texts.map(([text, over]) => chunk(text, over));
const manifests = [
  ["Deployment postgres replicas 1 image postgres backups", "data", "Deployment"],
  ["Service postgres port 5432", "data", "Service"],
  ["Deployment web replicas 3 image web", "shop", "Deployment"],
].map(([text = "", namespace = "", kind = ""]) =>
  chunk(text, { corpus: "manifests", source: "gitops", path: `${namespace}/${kind}.yaml`, namespace, kind }),
);

let index: TestIndex;
const book = memoryBook();
let knowledge: Knowledge;
beforeAll(async () => {
  index = await testIndex();
  const writer = knowledgeWriterOf({ QDRANT_URL: index.url });
  for (const [corpus, chunks] of [["documents", documents] as const, ["manifests", manifests] as const]) {
    const collection = await writer.open(corpus, embedder);
    await collection.upsert(await pointsOf(chunks));
    await collection.publish();
    await noteReady(book, corpus, collection, chunks);
  }
  knowledge = knowledgeOf({ QDRANT_URL: index.url }, book);
});
afterAll(async () => index.close());

function hitsOf(found: Found): Extract<Found, { kind: "found" }>["hits"] {
  if (found.kind === "unknown") throw new Error(found.because);
  return found.hits;
}

describe("what is found", () => {
  test("the chunk that says it comes first, with its ranks in both lists and its cosine", async () => {
    const [best] = hitsOf(await knowledge.search({ text: "When are backups taken?", corpora: ["documents"] }));
    expect(best).toMatchObject({ chunk: documents[0], rank: 1, by: { sparse: 1, dense: 1 } });
    const [own] = await embedder.embed(["When are backups taken?"], "query");
    const [theirs] = await embedder.embed([documents[0]?.text ?? ""], "document");
    const cosine = own?.reduce((sum, value, at) => sum + value * (theirs?.[at] ?? 0), 0);
    expect(best?.cosine).toBeCloseTo(cosine ?? 0, 5);
  });

  test("corpora take turns, ranks go through all of them, and the limit counts all", async () => {
    const hits = hitsOf(
      await knowledge.search({ text: "postgres backups", corpora: ["documents", "manifests"], limit: 4 }),
    );
    expect(hits.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    expect(new Set(hits.slice(0, 2).map((hit) => hit.chunk.corpus))).toEqual(new Set(["documents", "manifests"]));
    expect(new Set(hits.map((hit) => hit.chunk.id)).size).toBe(4);
  });

  test.each([
    [{ namespace: "data" }, ["data", "data"]],
    [{ kind: "Deployment" }, ["data", "shop"]],
    [{ namespace: "shop", kind: "Deployment" }, ["shop"]],
    [{ source: "gitops" }, ["data", "data", "shop"]],
    [{ namespace: "nowhere" }, []],
  ])("only %o", async (filter, namespaces) => {
    const hits = hitsOf(await knowledge.search({ text: "postgres image", corpora: ["manifests"], ...filter }));
    const found = hits.map((hit) => hit.chunk.namespace ?? "");
    expect(found.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(namespaces);
  });

  test("all corpora: those nobody configured are left out, and named", async () => {
    const found = await knowledge.search({ text: "postgres" });
    expect(hitsOf(found).length).toBe(7);
    expect(found).toMatchObject({
      notes: [expect.stringContaining("the known issues"), expect.stringContaining("the past improvements")],
    });
  });

  test("what was looked for and found, or not, is counted by corpus", async () => {
    const counting = memoryBook();
    for (const state of await book.states()) await counting.note(state);
    const counted = knowledgeOf({ QDRANT_URL: index.url }, counting);
    await counted.search({ text: "certificates of the internal authority", corpora: ["documents"] });
    await counted.search({ text: "a recipe for tomato soup", corpora: ["documents"] });
    await counted.search({ text: "certificates", corpora: ["issues"] });
    expect(Object.fromEntries(counting.counts)).toEqual({
      "documents:hit": 1,
      "documents:miss": 1,
      "issues:unknown": 1,
    });
  });

  test("a signal that was given up ends it with its own reason", async () => {
    const reason = new Error("the lease was lost");
    await expect(knowledge.search({ text: "postgres" }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
