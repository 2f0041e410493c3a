/** What an update costs and what it leaves behind, against real git and an index over HTTP. */
import { afterEach, describe, expect, test } from "vitest";
import { embedded, type IndexedRepository, indexedRepository } from "../../../support/knowledge/indexed-repository.ts";

const manifest = (name: string, replicas = 1) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\n  namespace: bakery\nspec:\n  replicas: ${replicas}\n`;
const files = {
  "README.md": "# The bakery\n\nBread for everybody.\n\n## Ovens\n\nTwo of them, in turns.\n",
  "docs/flour.md": "# Flour\n\nIt comes on Mondays.\n",
  "apps/oven.yaml": manifest("oven"),
  "apps/counter.yaml": manifest("counter"),
};

let opened: IndexedRepository | undefined;
afterEach(async () => opened?.close());
async function bakery(more: Readonly<Record<string, string | Buffer>> = {}): Promise<IndexedRepository> {
  opened = await indexedRepository({ ...files, ...more });
  await opened.index();
  return opened;
}
const pathsOf = async (school: IndexedRepository) => [
  ...(await school.indexed("documents")).keys(),
  ...(await school.indexed("manifests")).keys(),
];
const stateOf = async (school: IndexedRepository, corpus: string) =>
  (await school.indexer.book.states()).find((state) => state.corpus === corpus);

test("the first run puts in every file, under its corpus, and says so", async () => {
  const school = await bakery();
  const commit = await school.remote.tip();
  expect([...(await school.indexed("documents")).keys()].sort()).toEqual(["README.md", "docs/flour.md"]);
  expect([...(await school.indexed("manifests")).keys()].sort()).toEqual(["apps/counter.yaml", "apps/oven.yaml"]);
  const [oven] = (await school.indexed("manifests")).get("apps/oven.yaml") ?? [];
  expect(oven).toMatchObject({ source: "gitops", kind: "Deployment", namespace: "bakery", name: "oven", commit });
  expect(await stateOf(school, "manifests")).toMatchObject({
    source: "gitops",
    state: "ready",
    commit,
    files: 2,
    chunks: 2,
    embedder: "hash-64",
    collection: "school_manifests__hash-64__64__v1",
  });
  expect(await stateOf(school, "improvements")).toMatchObject({ source: "school", state: "ready", chunks: 0 });
});

test("a second run embeds, writes and notes nothing", async () => {
  const school = await bakery();
  await embedded(school);
  const states = await school.indexer.book.states();
  expect(await school.index()).toEqual({ more: false, failures: [], changed: 0 });
  expect(await embedded(school)).toEqual([]);
  expect(await school.indexer.book.states()).toEqual(states);
});

describe("an update", () => {
  test("of one file embeds what changed in it and nothing else", async () => {
    const school = await bakery();
    await embedded(school);
    const commit = await school.remote.push({ "README.md": files["README.md"].replace("Two of them", "Three") });
    expect(await school.index()).toMatchObject({ changed: 1 });
    const texts = await embedded(school);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toContain("Three, in turns.");
    for (const corpus of ["documents", "manifests"]) expect(await stateOf(school, corpus)).toMatchObject({ commit });
  });

  test("looks at no file but the changed one, however many there are", async () => {
    const school = await bakery(
      Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`apps/a${n}.yaml`, manifest(`a${n}`)])),
    );
    await school.remote.push({ "apps/a7.yaml": manifest("a7", 3) });
    const asked: string[] = [];
    const readers = school.indexer.readers.map((reader) => ({
      ...reader,
      chunks: async (some: ReadonlyMap<string, string>) => {
        asked.push(...some.keys());
        return reader.chunks(some);
      },
    }));
    expect(await school.index("gitops", { readers })).toMatchObject({ changed: 1 });
    expect(asked).toEqual(["apps/a7.yaml"]);
  });

  describe("of a file whose parts moved", () => {
    const part = (name: string) =>
      `The ${name} is looked after by the bakers of the morning, and nobody else. `.repeat(5);
    const headings = ["Dough", "Oven", "Counter", "Cellar"];
    const sections = headings.map((name) => `## ${name}\n\n${part(name)}\n`);
    const before = `# Handbook\n\n${part("handbook")}\n\n${sections.join("\n")}`;
    const handbook = async (school: IndexedRepository) => {
      const found = (await school.indexed("documents")).get("handbook.md") ?? [];
      return found.toSorted((a, b) => a.from - b.from);
    };
    const vectorsOf = async (school: IndexedRepository) => {
      const ids = (await handbook(school)).map(({ id }) => id);
      const points = (await (await school.indexer.writer.published("documents"))?.points(ids)) ?? [];
      return new Map(points.map(({ chunk, dense }) => [chunk.place, dense]));
    };

    test("embeds what was added, and all lines are right", async () => {
      const school = await bakery({ "handbook.md": before });
      await embedded(school);
      const vectors = await vectorsOf(school);
      const text = before.replace("## Dough", `## Yeast\n\n${part("yeast")}\n\n## Dough`);
      const commit = await school.remote.push({ "handbook.md": text });
      await school.index();
      const texts = await embedded(school);
      expect(texts).toHaveLength(1);
      expect(texts[0]).toContain("The yeast");
      const found = await handbook(school);
      expect(found.map(({ place }) => place.split(" > ").at(-1))).toEqual(["Handbook", "Yeast", ...headings]);
      const lines = text.split("\n");
      for (const { from, to, text: shown } of found) expect(lines.slice(from - 1, to).join("\n")).toBe(shown);
      expect(new Set(found.slice(1).map((chunk) => chunk.commit))).toEqual(new Set([commit]));
      expect(vectors.size).toBe(5);
      const after = await vectorsOf(school);
      for (const [place, vector] of vectors) expect(after.get(place), place).toEqual(vector);
      expect(await school.index()).toMatchObject({ changed: 0 });
      expect(await embedded(school)).toEqual([]);
    });

    test("embeds none of the parts of one place that only count differently now", async () => {
      const long = (names: readonly string[]) =>
        `# Handbook\n\n${names.map((name) => part(name).repeat(4)).join("\n\n")}\n`;
      const school = await bakery({ "handbook.md": long(headings) });
      await embedded(school);
      expect(await handbook(school)).toHaveLength(4);
      await school.remote.push({ "handbook.md": long([...headings.slice(0, 1), "Yeast", ...headings.slice(1)]) });
      await school.index();
      const texts = await embedded(school);
      expect(texts).toHaveLength(1);
      expect(texts[0]).toContain("The Yeast");
      expect((await handbook(school)).map(({ text }) => /The (\w+)/.exec(text)?.[1])).toEqual([
        "Dough",
        "Yeast",
        "Oven",
        "Counter",
        "Cellar",
      ]);
    });
  });

  test("takes a deleted file out and follows a renamed one", async () => {
    const school = await bakery();
    await school.remote.push(
      { "apps/stove.yaml": files["apps/oven.yaml"] },
      { remove: ["apps/oven.yaml", "docs/flour.md"] },
    );
    await school.index();
    expect((await pathsOf(school)).sort()).toEqual(["README.md", "apps/counter.yaml", "apps/stove.yaml"]);
    expect(await stateOf(school, "manifests")).toMatchObject({ files: 2, chunks: 2 });
  });

  test("after rewritten history ends with what stands there, and embeds only what is really new", async () => {
    const school = await bakery();
    await school.remote.push({ "apps/gone.yaml": manifest("gone") });
    await school.index();
    await embedded(school);
    // Nobody has the commits that were indexed any more.
    await school.remote.clone("reset", "-q", "--hard", "HEAD~1");
    await school.remote.clone("commit", "-q", "--amend", "--allow-empty", "-m", "Another beginning");
    await school.remote.clone("push", "-q", "--force", "origin", "HEAD:main");
    await school.index();
    expect(await embedded(school)).toEqual([]);
    expect((await pathsOf(school)).sort()).toEqual(Object.keys(files).sort());
    expect(await stateOf(school, "manifests")).toMatchObject({ state: "ready", commit: await school.remote.tip() });
  });

  test("finds out that the collection lost something, and mends it", async () => {
    const school = await bakery();
    await (await fetch(`${school.url}/collections/school_manifests__hash-64__64__v1`, { method: "DELETE" })).text();
    await school.index();
    expect([...(await school.indexed("manifests")).keys()].sort()).toEqual(["apps/counter.yaml", "apps/oven.yaml"]);
  });

  test("names what cannot be used, as long as it is there", async () => {
    const school = await bakery({ "logo.png": Buffer.from([137, 80]), "apps/dump.yaml": Buffer.from([0xff, 0xfe, 0]) });
    expect((await stateOf(school, "manifests"))?.because).toBe(
      "2 files left out: apps/dump.yaml (not text in UTF-8), logo.png (not text)",
    );
    await school.remote.push({}, { remove: ["logo.png"] });
    await school.index();
    expect((await stateOf(school, "manifests"))?.because).toBe("1 file left out: apps/dump.yaml (not text in UTF-8)");
    await school.remote.push({ "apps/dump.yaml": manifest("dump") });
    await school.index();
    expect((await stateOf(school, "manifests"))?.because).toBeUndefined();
  });
});

test("a repository without any file is ready, and empty", async () => {
  opened = await indexedRepository({ "only.md": "gone soon" });
  await opened.remote.push({}, { remove: ["only.md"] });
  await opened.index();
  expect(await stateOf(opened, "documents")).toMatchObject({ state: "ready", files: 0, chunks: 0 });
});

test("a source that is not configured any more is taken out with all that came from it", async () => {
  const school = await bakery();
  await school.index("all", { readers: school.indexer.readers.filter(({ corpus }) => corpus === "documents") });
  expect(await pathsOf(school)).toEqual(["README.md", "docs/flour.md"].filter(() => true));
  expect(await stateOf(school, "manifests")).toBeUndefined();
});
