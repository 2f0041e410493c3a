/** What was begun and not finished: rounds that end, processes that are killed, sources and servers that are away. */
import { afterEach, expect, test } from "vitest";
import { startQdrant } from "../../../../build/local/qdrant/qdrant.ts";
import { knowledgeWriterOf } from "../../../../shared/adapters/qdrant/writer.ts";
import { indexAll } from "../../../../shared/knowledge/indexing/index-all.ts";
import type { Embedder } from "../../../../shared/knowledge-ports.ts";
import { RetryLater } from "../../../../shared/runtime/errors.ts";
import {
  type IndexedRepository,
  indexedRepository,
  listeningEmbedder,
  roundOf,
} from "../../../support/knowledge/indexed-repository.ts";

const note = (n: number) => `# Note ${n}\n\nWhat the baker wrote on day ${n}, before the ovens were warm.\n`;
const notes = Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`notes/day-${n + 10}.md`, note(n)]));

let opened: IndexedRepository | undefined;
afterEach(async () => opened?.close());
const stateOf = async ({ indexer }: IndexedRepository, corpus: string) =>
  (await indexer.book.states()).find((state) => state.corpus === corpus);

test("a round that is over puts down how far it came; the next goes on, and nothing is embedded twice", async () => {
  opened = await indexedRepository(notes);
  const { indexer } = opened;
  const embedder = listeningEmbedder();
  const tools = { ...indexer, embedder: async () => embedder };
  let rounds = 0;
  for (;;) {
    // Every round is over when it has begun.
    const { more } = await indexAll(
      "all",
      tools,
      roundOf(() => true),
    );
    rounds += 1;
    if (!more) break;
    const state = await stateOf(opened, "documents");
    if (embedder.seen.length < 70) {
      expect(state).toMatchObject({ state: "building" });
      expect(state).not.toHaveProperty("collection");
      expect(await indexer.writer.published("documents")).toBeUndefined();
    }
  }
  expect(rounds).toBeGreaterThan(3);
  expect(embedder.seen).toHaveLength(70);
  expect(new Set(embedder.seen).size).toBe(70);
  expect(await stateOf(opened, "documents")).toMatchObject({ state: "ready", files: 70 });
});

test("a process that is killed in the middle loses at most the batch it was at", async () => {
  opened = await indexedRepository(notes);
  const seen: string[] = [];
  const hashing = listeningEmbedder();
  const dying: Embedder = {
    ...hashing,
    async embed(texts, purpose) {
      if (seen.length >= 40) throw new RetryLater("the process was killed here", 1);
      seen.push(...texts);
      return hashing.embed(texts, purpose);
    },
  };
  expect((await opened.index("all", { embedder: async () => dying })).failures).toHaveLength(1);
  expect(await stateOf(opened, "documents")).toMatchObject({ state: "failed", because: "the process was killed here" });
  expect(await opened.index("all", { embedder: async () => hashing })).toMatchObject({ failures: [] });
  // What the dying one embedded was written, and only the rest was left.
  expect(hashing.seen).toHaveLength(70);
  expect(new Set(hashing.seen).size).toBe(70);
});

test("the branch may move on while a version is brought in: what is reached in the end is what stands there", async () => {
  opened = await indexedRepository(notes);
  const { indexer, remote } = opened;
  await indexAll(
    "all",
    indexer,
    roundOf(() => true),
  );
  await indexAll(
    "all",
    indexer,
    roundOf(() => true),
  );
  const commit = await remote.push(
    { "notes/day-11.md": "# Rewritten\n\nAll is new here.\n" },
    { remove: ["notes/day-12.md"] },
  );
  await opened.index();
  const documents = await opened.indexed("documents");
  expect(documents.size).toBe(69);
  expect(documents.get("notes/day-11.md")?.[0]?.text).toContain("All is new here.");
  expect(await stateOf(opened, "documents")).toMatchObject({ state: "ready", commit, files: 69 });
});

test("half of a version that nobody can read any more is not taken for the one before", async () => {
  opened = await indexedRepository(notes);
  await opened.index();
  const { indexer, remote } = opened;
  const before = await remote.tip();
  const rewritten = Object.fromEntries(Object.keys(notes).map((path) => [path, `# Lost\n\nNobody wanted ${path}.\n`]));
  await remote.push(rewritten);
  await indexAll(
    "all",
    indexer,
    roundOf(() => true),
  );
  const lost = await remote.tip();
  await remote.clone("reset", "-q", "--hard", before);
  await remote.clone("push", "-q", "--force", "origin", "HEAD:main");
  const readers = indexer.readers.map((reader) => ({
    ...reader,
    files: async (version: string) => (version === lost ? undefined : reader.files(version)),
  }));
  await opened.index("all", { readers });
  const texts = [...(await opened.indexed("documents")).values()].flat().map(({ text }) => text);
  expect(texts.filter((text) => text.includes("Nobody wanted"))).toEqual([]);
  expect(texts).toHaveLength(70);
});

test("an index that is away, or refuses the key, is told in the state and tried again", async () => {
  opened = await indexedRepository(notes);
  const locked = await startQdrant({ apiKey: "the right key" });
  try {
    const writer = knowledgeWriterOf({ QDRANT_URL: locked.url, QDRANT_API_KEY: "another key" });
    const done = await opened.index("all", { writer });
    expect(done.failures.map(({ corpus }) => corpus)).toEqual(["documents", "manifests", "improvements"]);
    const state = await stateOf(opened, "documents");
    expect(state).toMatchObject({ state: "failed" });
    expect(state?.because).toContain("refuses the key of QDRANT_API_KEY");
    expect(JSON.stringify([state, opened.logged])).not.toContain("another key");
  } finally {
    await locked.close();
  }
  const away = knowledgeWriterOf({ QDRANT_URL: locked.url });
  const { failures } = await opened.index("all", { writer: away });
  expect(failures[0]?.error).toBeInstanceOf(RetryLater);
  expect((await stateOf(opened, "documents"))?.because).toContain("is out of reach");

  expect(await opened.index()).toMatchObject({ failures: [] });
  expect(await stateOf(opened, "documents")).toMatchObject({ state: "ready", files: 70 });
  expect((await stateOf(opened, "documents"))?.because).toBeUndefined();
});

test("what is away later leaves what is indexed as it is", async () => {
  opened = await indexedRepository(notes);
  await opened.index();
  const ready = await stateOf(opened, "documents");
  const readers = opened.indexer.readers.map((reader) => ({
    ...reader,
    version: async () => Promise.reject(new RetryLater("the remote is out of reach", 15_000)),
  }));
  await opened.index("all", { readers });
  expect(await stateOf(opened, "documents")).toEqual({
    ...ready,
    state: "failed",
    because: "the remote is out of reach",
  });
  expect((await opened.indexed("documents")).size).toBe(70);
});

test("one source that fails keeps no other from being indexed and answering", async () => {
  opened = await indexedRepository({
    ...notes,
    "apps/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n",
  });
  const { readers } = opened.indexer;
  const broken = {
    ...(readers[0] as (typeof readers)[0]),
    source: "docs",
    version: () => Promise.reject(new Error("no such branch")),
  };
  const { failures } = await opened.index("all", { readers: [broken, ...readers] });
  expect(failures).toMatchObject([{ corpus: "documents", source: "docs" }]);
  expect((await opened.indexed("documents")).size).toBe(70);
  const states = await opened.indexer.book.states();
  expect(states.map(({ corpus, source, state }) => `${corpus} ${source} ${state}`).sort()).toEqual([
    "documents docs failed",
    "documents gitops ready",
    "improvements school ready",
    "manifests gitops ready",
  ]);
});
