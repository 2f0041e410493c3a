/** What the review queue keeps of records: the same while nothing moves, and never anything that is no longer so. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { defer } from "../../shared/pipeline/put-off.ts";
import { type ReviewRecord, reviewRecords } from "../../shared/pipeline/review-rows.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

const keys = keysOf();
let server: TestRedis;
let pipeline: ReturnType<typeof connectPipeline>;
beforeAll(async () => {
  server = await startTestRedis();
  pipeline = connectPipeline(server.url);
});
afterAll(async () => {
  pipeline.redis.disconnect();
  await server.close();
});
beforeEach(() => pipeline.redis.flushall());

const AT = "2026-01-31T08:00:00.000Z";
async function stands(id: string, fields: Record<string, string> = {}): Promise<void> {
  const facts = { id, status: "pending_review", title: id, updated_at: AT };
  await pipeline.redis.hset(keys.record(id), { ...facts, ...fields });
}
const byId = (records: readonly ReviewRecord[], id: string) => records.find(({ line }) => line.id === id);

test("reads in the order asked for, without what is gone or damaged", async () => {
  await stands("a");
  await stands("b", { verdict: "{broken", relevance: "0.5" });
  await pipeline.redis.set(keys.record("c"), "no record");
  await pipeline.redis.hset(keys.record("d"), "title", "without a status");
  const records = await reviewRecords(pipeline.redis, keys)(["b", "nobody", "c", "a", "d"]);
  expect(records.map(({ line }) => line.id)).toEqual(["b", "a"]);
  expect(records[0]?.line).toEqual({ id: "b", status: "pending_review", title: "b", updated_at: AT, relevance: 0.5 });
});

test("what did not move is not read again; what moved is, alone", async () => {
  const read = reviewRecords(pipeline.redis, keys);
  await stands("a");
  await stands("b");
  const before = await read(["a", "b"]);
  await stands("a", { title: "another", updated_at: "2026-01-31T09:00:00.000Z" });
  const after = await read(["a", "b"]);
  expect(byId(after, "a")?.line.title).toBe("another");
  expect(byId(after, "b")).toBe(byId(before, "b"));
});

test("what is put off, forecast or locked without a move is seen at once, and so is one that is gone and back", async () => {
  const read = reviewRecords(pipeline.redis, keys);
  await stands("a");
  await read(["a"]);
  const one = { id: "a", status: "pending_review", updated_at: AT } as const;
  await defer(pipeline.scripts, one, { until: Date.now() + 3_600_000, by: "person:r", because: "after the launch" });
  expect((await read(["a"]))[0]?.line.deferred).toMatchObject({ because: "after the launch" });
  await stands("a", { forecast: JSON.stringify({ holds: { probability: 0.5 }, missing: [] }) });
  expect((await read(["a"]))[0]?.line.forecast).toMatchObject({ holds: { probability: 0.5 } });
  await stands("a", { lock: "shop" });
  expect((await read(["a"]))[0]?.line.lock).toBe("shop");
  await pipeline.redis.del(keys.record("a"));
  expect(await read(["a"])).toEqual([]);
  await stands("a");
  expect((await read(["a"]))[0]?.line.lock).toBeUndefined();
});

test("keeps no more than it is asked for and some thousands", async () => {
  const read = reviewRecords(pipeline.redis, keys);
  const many = Array.from({ length: 4_200 }, (_, n) => `n-${n}`);
  const batch = pipeline.redis.pipeline();
  for (const id of many) batch.hset(keys.record(id), { id, status: "conflicts", title: id, updated_at: AT });
  await batch.exec();
  const [first] = await read(many.slice(0, 1));
  for (let from = 1; from < many.length; from += 500) await read(many.slice(from, from + 500));
  expect((await read(many.slice(0, 1)))[0]).not.toBe(first);
});
