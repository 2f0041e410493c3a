/** The router's rows for statistics: read once, then only what was written since, and never what is no longer so. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { routerBook } from "../../shared/pipeline/router-book.ts";
import { reportRows } from "../../shared/pipeline/router-rows.ts";
import type { TrainingRow } from "../../shared/routing-ports.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

const keys = keysOf("{t}:");
let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushall());

const text = { title: "t", description: "d", implementation_notes: "", type: "technique" };
const row = (id: string, own: Partial<TrainingRow> = {}): TrainingRow => ({
  id,
  source: "s",
  at: "2026-01-31T08:00:00.000Z",
  text,
  votes: [{ tier: "keywords", expert: "database", confidence: 0.8 }],
  reached: "verified",
  ...own,
});
const keep = (...args: Parameters<typeof row>) => routerBook(redis, keys).keepRow(row(...args));
const rows = () => reportRows(redis, keys);
const ids = async () => (await rows()).map(({ id }) => id).sort();

test("has everything of a row but its texts", async () => {
  await keep("a", { chosen: "database", label: "security", by: "person" });
  const { text: _, source: __, ...slim } = row("a", { chosen: "database", label: "security", by: "person" });
  expect(await rows()).toEqual([slim]);
});

test("nothing written, the very same array; one row written, the others are not read again", async () => {
  await keep("a");
  await keep("b");
  const before = await rows();
  expect(await rows()).toBe(before);

  await keep("a", { label: "security" });
  const after = await rows();
  expect(after).not.toBe(before);
  expect(after.find(({ id }) => id === "a")).toMatchObject({ label: "security" });
  expect(after.find(({ id }) => id === "b")).toBe(before.find(({ id }) => id === "b"));
});

test("who asks at the same time shares one reading", async () => {
  await keep("a");
  const [one, other] = await Promise.all([rows(), rows()]);
  expect(one).toBe(other);
});

test("what went is gone, what was written by hand or cannot be read does no harm", async () => {
  await keep("a");
  await keep("b");
  expect(await ids()).toEqual(["a", "b"]);
  await redis.zrem(keys.routerRowTimes, "a");
  await redis.hdel(keys.routerRows, "a");
  expect(await ids()).toEqual(["b"]);
  await redis.hset(keys.routerRows, "c", JSON.stringify(row("c")), "d", "{broken");
  await redis.zadd(keys.routerRowTimes, 1, "c", 2, "d");
  expect(await ids()).toEqual(["b", "c"]);
  await keep("e");
  expect(await ids()).toEqual(["b", "c", "e"]);
});

test("as many rows as before on a Redis that was emptied are other rows", async () => {
  await keep("a");
  await keep("b");
  await rows();
  await redis.flushall();
  await keep("a", { label: "security" });
  await keep("c");
  expect(await ids()).toEqual(["a", "c"]);
  expect((await rows()).find(({ id }) => id === "a")).toMatchObject({ label: "security" });
});

test("a backup that was put back counts, though it is older than what was read", async () => {
  await keep("a");
  const [written, json] = [await redis.hget(keys.router, "written"), await redis.hget(keys.routerRows, "a")];
  await keep("a", { label: "security" });
  expect((await rows())[0]).toMatchObject({ label: "security" });
  await redis.hset(keys.router, "written", String(written));
  await redis.hset(keys.routerRows, "a", String(json));
  expect((await rows())[0]).not.toHaveProperty("label");
});
