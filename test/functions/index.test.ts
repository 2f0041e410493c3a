/** index as a stage: many requests are one run, long work comes back, what fails is tried again. */
import { afterEach, expect, test } from "vitest";
import { index } from "../../functions/index/handle.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import type { InputOf } from "../../shared/runtime/stage.ts";
import { type IndexedRepository, indexedRepository } from "../support/knowledge/indexed-repository.ts";

let opened: IndexedRepository | undefined;
afterEach(async () => opened?.close());
const files = { "README.md": "# Bakery\n\nBread.\n", "apps/oven.yaml": "kind: Oven\n" };

let time = 1_000_000;
/** Every look at the clock is later than the one before. */
const clock = (step = 1) => ({ now: () => (time += step), signal: new AbortController().signal });
const asks = (source: InputOf<"index">["change"]["source"] = "all", at?: number): InputOf<"index"> => ({
  change: { source, because: "a push" },
  asked: { by: "/cortex-online-school/webhook", ...(at === undefined ? {} : { at }) },
});

test("ten pushes while a run is going on are one further run", async () => {
  opened = await indexedRepository(files);
  const { indexer } = opened;
  const { book } = indexer;
  let looks = 0;
  const readers = indexer.readers.map((reader) => ({
    ...reader,
    version: async () => {
      looks += 1;
      return reader.version();
    },
  }));
  const ports = { book, indexer: { ...indexer, readers } };
  const first = clock();
  const during = first.now() + 5;
  await index(asks("gitops", during - 5), ports, first);
  expect(looks).toBe(2);
  const pushes = Array.from({ length: 10 }, (_, n) => asks("gitops", during + n));
  const told: string[] = [];
  // The run that came first is over now; these were told of while it went on.
  time = during + 100;
  for (const push of pushes) told.push((await index(push, ports, clock())).because);
  expect(looks).toBe(4);
  expect(told.filter((text) => text.includes("has seen all of gitops"))).toHaveLength(9);
});

test("a run over everything covers every source, one over a single source only that one", async () => {
  opened = await indexedRepository(files);
  const { indexer } = opened;
  const ports = { book: indexer.book, indexer };
  await index(asks("docs", time), ports, clock());
  expect((await index(asks("gitops", time - 50), ports, clock())).because).toContain("gitops is indexed");
  const asked = time;
  await index(asks("all"), ports, clock());
  for (const source of ["docs", "gitops", "issues", "all"] as const) {
    expect((await index(asks(source, asked), ports, clock())).because).toContain("has seen all");
  }
});

test("somebody else's event is never taken for an old one: their clock is not ours", async () => {
  opened = await indexedRepository(files);
  const { indexer } = opened;
  await index(asks(), { book: indexer.book, indexer }, clock());
  const { because } = await index(asks(), { book: indexer.book, indexer }, clock());
  expect(because).toContain("is indexed");
});

test("long work comes back with the same event until it is done", async () => {
  opened = await indexedRepository(
    Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${n}.md`, `# Page ${n}\n`])),
  );
  const { indexer } = opened;
  const kinds: string[] = [];
  do kinds.push((await index(asks(), { book: indexer.book, indexer }, clock(30_000))).kind);
  while (kinds.at(-1) === "go-on");
  expect(kinds.length).toBeGreaterThan(2);
  expect(kinds.at(-1)).toBe("observed");
  expect((await opened.indexed("documents")).size).toBe(60);
});

test("what is away, or wrongly set up, is tried for as long as it takes, and was not seen", async () => {
  opened = await indexedRepository(files);
  const { indexer } = opened;
  const broken = { ...indexer, embedder: async () => Promise.reject(new Error("EMBEDDING_MODEL: nobody knows it")) };
  const failing = index(asks(), { book: indexer.book, indexer: broken }, clock());
  await expect(failing).rejects.toThrow(RetryLater);
  await expect(failing).rejects.toMatchObject({ free: true, afterMs: 60_000 });
  await expect(failing).rejects.toThrow("nobody knows it");
  expect(await indexer.book.lastRun("all")).toBeUndefined();
  expect(await indexer.book.states()).toMatchObject([
    { corpus: "documents", state: "failed", because: "EMBEDDING_MODEL: nobody knows it" },
    { corpus: "manifests", state: "failed" },
  ]);
});

test("without an index there is nothing to do", async () => {
  opened = await indexedRepository(files);
  const { because } = await index(asks(), { book: opened.indexer.book, indexer: undefined }, clock());
  expect(because).toBe("there is no index: QDRANT_URL is not set");
});
