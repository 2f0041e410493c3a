/** Every way in which the index cannot be asked has a sentence of its own, and none of them is an empty answer. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { startQdrant } from "../../build/local/qdrant/qdrant.ts";
import { embedderOf } from "../../shared/adapters/embedding/open.ts";
import { knowledgeOf } from "../../shared/adapters/qdrant/reader.ts";
import { knowledgeWriterOf } from "../../shared/adapters/qdrant/writer.ts";
import { hashingEmbedder } from "../../shared/knowledge/embedding/hashing.ts";
import { type MemoryBook, memoryBook } from "../../shared/knowledge/memory-book.ts";
import type { CollectionWriter, CorpusState, KnowledgeQuery } from "../../shared/knowledge-ports.ts";
import type { Environment } from "../../shared/runtime/config.ts";
import { chunk, embedder, noteReady, pointsOf } from "../support/knowledge/index.ts";

const chunks = ["Postgres has one replica", "Redis may be emptied", "Ingress terminates TLS"].map((text) =>
  chunk(text),
);
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface World {
  readonly env: Environment;
  readonly book: MemoryBook;
  readonly documents: CollectionWriter;
  readonly close: () => Promise<void>;
}

/** A whole index of three documents; every test then breaks something. */
async function world(): Promise<World> {
  const qdrant = await startQdrant({ apiKey: "writes", readOnlyKey: "reads" });
  const close = async () => qdrant.close();
  open.push(close);
  const documents = await knowledgeWriterOf({ QDRANT_URL: qdrant.url, QDRANT_API_KEY: "writes" }).open(
    "documents",
    embedder,
  );
  await documents.upsert(await pointsOf(chunks));
  await documents.publish();
  const book = memoryBook();
  await noteReady(book, "documents", documents, chunks);
  const env = { QDRANT_URL: qdrant.url, QDRANT_READ_ONLY_API_KEY: "reads" };
  return { env, book, documents, close: async () => open.splice(open.indexOf(close), 1)[0]?.() };
}

async function ask(env: Environment, book: MemoryBook, query: Partial<KnowledgeQuery> = {}): Promise<string> {
  const found = await knowledgeOf(env, book).search({ text: "Postgres replica", corpora: ["documents"], ...query });
  return found.kind === "unknown" ? found.because : `found ${found.hits.length}`;
}

function state(over: Partial<CorpusState>): CorpusState {
  return { corpus: "documents", source: "docs", state: "ready", at: "2026-01-01T00:00:00.000Z", ...over };
}

describe("the way there", () => {
  test("with nothing broken it answers", async () => {
    const { env, book } = await world();
    expect(await ask(env, book)).toBe("found 3");
  });

  test("no address", async () => {
    const { book } = await world();
    expect(await ask({}, book)).toBe("QDRANT_URL is not set: there is no index to ask");
  });

  test("nobody listens", async () => {
    const { env, book, close } = await world();
    await close();
    expect(await ask(env, book)).toMatch(
      /^Qdrant at 127\.0\.0\.1:\d+ is out of reach \(ECONNREFUSED\): see that it runs/,
    );
  });

  test.each([
    ["wrong", "wrong"],
    ["none", undefined],
  ])("%s key, and the key that writes is not taken instead", async (_, key) => {
    const { env, book } = await world();
    const because = await ask({ ...env, QDRANT_READ_ONLY_API_KEY: key, QDRANT_API_KEY: "writes" }, book);
    expect(because).toMatch(/refuses the key of QDRANT_READ_ONLY_API_KEY \(40[13]\): give this process a key/);
    expect(because).not.toContain("writes");
  });

  test("a server that fails with every request", async () => {
    const { book } = await world();
    const server = createServer((_, response) => response.writeHead(503).end("overloaded"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    open.push(async () => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await ask({ QDRANT_URL: url }, book)).toMatch(/fails with 503: overloaded: see that it runs/);
  });

  test("the book is away", async () => {
    const { env, book } = await world();
    const away = { ...book, states: () => Promise.reject(new Error("connect ECONNREFUSED")) };
    expect(await ask(env, away)).toMatch(/the state of the index cannot be read.*ECONNREFUSED/);
  });

  test("counting fails: the answer does not", async () => {
    const { env, book } = await world();
    expect(await ask(env, { ...book, count: () => Promise.reject(new Error("READONLY")) })).toBe("found 3");
  });
});

describe("the corpus", () => {
  test.each<[string, readonly CorpusState[], string]>([
    ["nobody has indexed", [], "the documents are not indexed: set DOCS_REPO, or wait for the first indexing"],
    ["that is not configured", [state({ state: "absent", because: "DOCS_REPO is not set" })], "DOCS_REPO is not set"],
    ["that is being built", [state({ state: "building" })], "are being indexed for the first time"],
    [
      "that is tried again",
      [state({ state: "building", because: "the embedding API does not answer" })],
      "could not be indexed, and it is tried again: the embedding API does not answer",
    ],
    ["that failed", [state({ state: "failed", because: "git: no such branch" })], "could not be indexed: git: no such"],
    ["without text", [state({ chunks: 0 })], "is empty: its sources (docs) have no text"],
    ["of which one source is missing", [state({ chunks: 3 }), state({ source: "wiki", state: "building" })], "of wiki"],
    ["with more chunks than there are", [state({ chunks: 4 })], "holds 3 of 4 chunks of docs"],
  ])("%s", async (_, states, because) => {
    const { env, documents } = await world();
    const book = memoryBook();
    for (const one of states) await book.note(one.chunks ? { ...one, collection: documents.name } : one);
    expect(await ask(env, book)).toContain(because);
  });

  test("whose collection is gone, and one whose alias leads nowhere", async () => {
    const { env, book, documents } = await world();
    await fetch(`${env["QDRANT_URL"]}/collections/${documents.name}`, {
      method: "DELETE",
      headers: { "api-key": "writes" },
    });
    expect(await ask(env, book)).toContain("the index of the documents is lost: alias school_documents does not exist");
  });

  test("that was emptied behind the school's back", async () => {
    const { env, book, documents } = await world();
    const knowledge = knowledgeOf(env, book);
    await documents.remove(chunks.map(({ id }) => id));
    expect(await knowledge.search({ text: "Postgres", corpora: ["documents"] })).toMatchObject({
      kind: "unknown",
      because: expect.stringContaining("holds 0 of 3 chunks"),
    });
  });

  test("made with an embedder that is neither configured nor kept", async () => {
    const { env, book } = await world();
    const admin = knowledgeWriterOf({ ...env, QDRANT_API_KEY: "writes" });
    const other = await admin.open("documents", { id: "some-model-3", dimension: 64 });
    await other.upsert(await pointsOf(chunks));
    await other.publish();
    await noteReady(book, "documents", other, chunks);
    expect(await ask(env, book)).toContain("were indexed with embedder some-model-3, which is not the configured one");
  });

  test("brought up to date, or failed since: the older one answers, with a word about it", async () => {
    const { env, book, documents } = await world();
    const [ready = state({})] = await book.states();
    await book.note({ ...ready, state: "building", chunks: 99 });
    expect(await ask(env, book)).toBe("found 3");
    await book.note({ ...ready, state: "failed", because: "the remote is away" });
    const found = await knowledgeOf(env, book).search({ text: "Postgres", corpora: ["documents"] });
    expect(found).toMatchObject({ kind: "found", notes: [expect.stringContaining("the remote is away")] });
    expect(documents.name).toBe(ready.collection);
  });

  test("switched to another embedder between two questions: nobody notices", async () => {
    const { env, book } = await world();
    const knowledge = knowledgeOf(env, book);
    const question = { text: "Postgres replica", corpora: ["documents"] } as const;
    expect(await knowledge.search(question)).toMatchObject({ kind: "found" });
    const admin = knowledgeWriterOf({ ...env, QDRANT_API_KEY: "writes" });
    const larger = hashingEmbedder(128);
    const second = await admin.open("documents", larger);
    const vectors = await larger.embed(
      chunks.map(({ text }) => text),
      "document",
    );
    const points = await pointsOf(chunks);
    await second.upsert(points.map((point, at) => ({ ...point, dense: vectors[at] ?? point.dense })));
    await second.publish();
    await admin.removeOthers("documents", second.name);
    // The book is told last, and what was looked up a moment ago names the embedder of the first.
    expect(await knowledge.search(question)).toMatchObject({ kind: "found", hits: { length: 3 } });
    await noteReady(book, "documents", second, chunks);
    expect(await knowledge.search(question)).toMatchObject({ kind: "found", hits: { length: 3 } });
  });
});

describe("the embedder", () => {
  test.each<[string, number | undefined, RegExp]>([
    ["refuses the key", 401, /401|key/i],
    ["is away", undefined, /reach|ECONNREFUSED|connect/i],
  ])("%s: unknown, whatever the index holds", async (_, status, because) => {
    const { env, book } = await world();
    const server = createServer((_request, response) => response.writeHead(status ?? 500).end("{}"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
    if (status === undefined) await close();
    else open.push(close);
    const vendor = {
      ...env,
      EMBEDDING_ENDPOINT: `http://127.0.0.1:${port}/v1`,
      EMBEDDING_MODEL: "some-model",
      EMBEDDING_DIMENSION: "64",
      EMBEDDING_API_KEY: "wrong-key",
      EMBEDDING_TIMEOUT: "1",
    };
    const configured = await embedderOf(vendor, book);
    const collection = await knowledgeWriterOf({ ...env, QDRANT_API_KEY: "writes" }).open("documents", configured);
    await collection.upsert(await pointsOf(chunks));
    await collection.publish();
    await noteReady(book, "documents", collection, chunks);
    const said = await ask(vendor, book);
    expect(said).toMatch(because);
    expect(said).not.toMatch(/^found|wrong-key/);
  });
});

describe("the question", () => {
  test.each(["", "   ", "???", "the of and"])("%j has nothing to look for", async (text) => {
    const { env, book } = await world();
    expect(await ask(env, book, { text })).toBe("there is no word in the question that could be looked for");
  });
});
