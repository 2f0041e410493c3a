/** What was acknowledged is there again, whatever happened to the process; everything is found as if it had stayed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Qdrant, startQdrant } from "../../../../build/local/qdrant/qdrant.ts";
import { temporaryDirectory } from "../../../support/directory.ts";
import { checkAnswers, clientOf, LIKE_OURS } from "../../../support/qdrant.ts";

checkAnswers();

const MAIN = path.resolve(import.meta.dirname, "../../../../build/local/qdrant/main.ts");

async function standInProcess(dataDir: string): Promise<{ url: string; kill(): Promise<void> }> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    QDRANT__SERVICE__HTTP_PORT: "0",
    QDRANT__STORAGE__STORAGE_PATH: dataDir,
  };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    url: /http:\S+/.exec(line.toString())?.[0] ?? "",
    async kill() {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

const point = (id: number, text: string) => ({
  id,
  vector: { dense: [1, id, 0, 0], bm25: { indices: [1, 10 + id], values: [1, 2] } },
  payload: { text, kind: id % 2 === 0 ? "even" : "odd" },
});

test("kill -9 in the middle of writing: every acknowledged write is there, and of no other request half", async () => {
  const dataDir = await temporaryDirectory();
  const first = await standInProcess(dataDir);
  const client = clientOf(first.url);
  await client.createCollection("c", LIKE_OURS);
  await client.createPayloadIndex("c", { wait: true, field_name: "kind", field_schema: "keyword" });
  await client.updateCollectionAliases({ actions: [{ create_alias: { alias_name: "a", collection_name: "c" } }] });

  const SIZE = 5;
  const acknowledged: number[] = [];
  let killed: Promise<void> | undefined;
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let batch = writer; ; batch += 4) {
      const points = Array.from({ length: SIZE }, (_, i) => point(batch * SIZE + i, `batch ${batch}`));
      await client.upsert("a", { wait: true, points });
      acknowledged.push(batch);
      if (acknowledged.length === 40) killed = first.kill();
    }
  });
  await Promise.allSettled(writers);
  await killed;
  expect(acknowledged.length).toBeGreaterThanOrEqual(40);

  const again = await startQdrant({ dataDir });
  const { points } = await clientOf(again.url).scroll("a", { limit: 10_000 });
  const batches = Map.groupBy(points, ({ payload }) => String(payload?.["text"]));
  for (const batch of acknowledged) expect(batches.get(`batch ${batch}`), `batch ${batch}`).toHaveLength(SIZE);
  expect([...batches.values()].every((written) => written.length === SIZE)).toBe(true);
  const even = await clientOf(again.url).count("a", { filter: { must: [{ key: "kind", match: { value: "even" } }] } });
  expect(even.count).toBe(points.filter(({ id }) => Number(id) % 2 === 0).length);
  await again.close();
});

test("a folder that another process has is not opened a second time", async () => {
  const dataDir = await temporaryDirectory();
  const first = await startQdrant({ dataDir });
  await clientOf(first.url).createCollection("c", LIKE_OURS);
  const { openStorage } = await import("../../../../build/local/qdrant/storage.ts");
  expect(() => openStorage(dataDir, 50)).toThrow(/locked/);
  await first.close();
  const second = await startQdrant({ dataDir });
  expect(await clientOf(second.url).collectionExists("c")).toEqual({ exists: true });
  await second.close();
});

test("what was saved is read by several at once, with its aliases, and written by nobody", async () => {
  const dataDir = path.join(await temporaryDirectory(), "what? #1");
  const first = await startQdrant();
  const client = clientOf(first.url);
  await client.createCollection("c", LIKE_OURS);
  await client.updateCollectionAliases({ actions: [{ create_alias: { alias_name: "a", collection_name: "c" } }] });
  await client.upsert("c", { wait: true, points: [point(1, "one")] });
  await first.save(dataDir);
  await client.upsert("c", { wait: true, points: [point(2, "two")] });
  await first.close();
  const readers = await Promise.all([1, 2].map(() => startQdrant({ dataDir, isSaved: true })));
  for (const { url } of readers) {
    expect(await clientOf(url).count("a")).toEqual({ count: 1 });
    await expect(clientOf(url).upsert("a", { wait: true, points: [point(3, "three")] })).rejects.toThrow();
    expect(await clientOf(url).count("a")).toEqual({ count: 1 });
  }
  await Promise.all(readers.map((reader) => reader.close()));
  expect(await readdir(dataDir)).toEqual(["qdrant.sqlite"]);
});

/** What the server should hold, as plainly as it can be said. */
interface Model {
  readonly dense: readonly number[];
  readonly terms: readonly number[];
  readonly kind: string;
}
type Step =
  | { readonly put: readonly (Model & { readonly id: number })[] }
  | { readonly drop: readonly number[] }
  | { readonly dropKind: string };

const id = fc.integer({ min: 0, max: 12 });
const kind = fc.constantFrom("a", "b");
const model = fc.record({
  id,
  dense: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 }),
  terms: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 4 }),
  kind,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: fc.array(model, { minLength: 1, maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ drop: fc.array(id, { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ dropKind: kind }) },
);

const ofKind = (value: string) => ({ must: [{ key: "kind", match: { value } }] });

async function expectLike(server: Qdrant, held: ReadonlyMap<number, Model>): Promise<void> {
  const client = clientOf(server.url);
  expect((await client.getCollection("c")).points_count).toBe(held.size);
  const ids = (entries: Iterable<[number, number]>) =>
    [...entries].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([found, score]) => [found, score.toFixed(4)]);
  const found = async (request: object) =>
    (await client.query("c", { limit: 50, ...request })).points.map((each) => [each.id, each.score.toFixed(4)]);

  const length = (vector: readonly number[]) => Math.hypot(...vector) || 1;
  const cosines = [...held].map(([each, { dense }]): [number, number] => {
    return [each, Math.fround(((dense[0] ?? 0) + 2 * (dense[1] ?? 0)) / length(dense) / Math.sqrt(5))];
  });
  const rounded = (list: readonly (readonly unknown[])[]) =>
    list.map(([each, score]) => `${String(score)} ${String(each)}`).sort();
  expect(rounded(await found({ query: [1, 2, 0, 0], using: "dense" }))).toEqual(rounded(ids(cosines)));

  const df = (term: number) => [...held.values()].filter(({ terms }) => terms.includes(term)).length;
  const idf = (term: number) => Math.log((held.size - df(term) + 0.5) / (df(term) + 0.5) + 1);
  for (const wanted of ["a", "b"]) {
    const scores = [...held].flatMap(([each, { terms, kind }]): [number, number][] => {
      const common = [0, 3].filter((term) => terms.includes(term));
      return kind !== wanted || common.length === 0 ? [] : [[each, common.reduce((sum, term) => sum + idf(term), 0)]];
    });
    const query = { query: { indices: [0, 3], values: [1, 1] }, using: "bm25", filter: ofKind(wanted) };
    expect(await found(query)).toEqual(ids(scores));
    const count = [...held.values()].filter(({ kind }) => kind === wanted).length;
    expect(await client.count("c", { filter: ofKind(wanted) })).toEqual({ count });
  }
}

describe("whatever is written and deleted in whatever order", () => {
  test("is found as by a plain look at everything, at once and after a new start", { timeout: 60_000 }, async () => {
    const folder = await temporaryDirectory();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        run += 1;
        const dataDir = path.join(folder, String(run));
        const held = new Map<number, Model>();
        const server = await startQdrant({ dataDir });
        const client = clientOf(server.url);
        await client.createCollection("c", LIKE_OURS);
        await client.createPayloadIndex("c", { wait: true, field_name: "kind", field_schema: "keyword" });
        for (const each of steps) await apply(each, client, held);
        await expectLike(server, held);
        await server.close();
        const again = await startQdrant({ dataDir });
        await expectLike(again, held);
        await again.close();
        const inMemory = await startQdrant();
        const other = clientOf(inMemory.url);
        await other.createCollection("c", LIKE_OURS);
        await other.createPayloadIndex("c", { wait: true, field_name: "kind", field_schema: "keyword" });
        for (const each of steps) await apply(each, other, new Map());
        await inMemory.save(`${dataDir}-saved`);
        await inMemory.close();
        const saved = await startQdrant({ dataDir: `${dataDir}-saved`, isSaved: true });
        await expectLike(saved, held);
        await saved.close();
      }),
      { numRuns: 15 },
    );
  });
});

async function apply(step: Step, client: ReturnType<typeof clientOf>, held: Map<number, Model>): Promise<void> {
  if ("put" in step) {
    const points = step.put.map(({ id, dense, terms, kind }) => {
      return {
        id,
        vector: { dense: [...dense], bm25: { indices: [...terms], values: terms.map(() => 1) } },
        payload: { kind },
      };
    });
    await client.upsert("c", { wait: true, points });
    for (const { id, ...rest } of step.put) held.set(id, rest);
  } else if ("drop" in step) {
    await client.delete("c", { wait: true, points: [...step.drop] });
    for (const id of step.drop) held.delete(id);
  } else {
    await client.delete("c", { wait: true, filter: ofKind(step.dropKind) });
    for (const [id, { kind }] of held) if (kind === step.dropKind) held.delete(id);
  }
}
