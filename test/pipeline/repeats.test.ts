/** Exact repeats in a real Redis. */

import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connectRedis } from "../../shared/pipeline/connection.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { repeats } from "../../shared/pipeline/repeats.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

let server: TestRedis;
let redis: Redis;
const keys = keysOf("{a}:");
beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis(server.url, { lazyConnect: false });
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushall());

const judged = (expert: string) => ({ expert, expert_evaluation: JSON.stringify({ expert }) });

test("an improvement that was judged is the precedent of its words, with what was said of it", async () => {
  const past = repeats(redis, keys);
  expect(await past.precedent("w", "new")).toBeUndefined();
  await past.remember("w", "old");
  await redis.hset(keys.record("old"), judged("security"));
  expect(await past.precedent("w", "new")).toEqual({ improvement: "old", expert: "security" });
  const feedback = { right: false, by: "person:ada", because: "no", at: "2026-01-01T00:00:00.000Z" };
  await redis.hset(keys.record("old"), "routing_feedback", JSON.stringify(feedback));
  expect(await past.precedent("w", "new")).toEqual({ improvement: "old", expert: "security", feedback });
});

test.each<[string, Record<string, string>]>([
  ["nobody judged it yet", { expert: "security" }],
  ["somebody else judged it", { ...judged("security"), expert: "database" }],
  ["its record is damaged", { expert: "security", expert_evaluation: "{" }],
  ["its record is gone", {}],
])("no precedent: %s", async (_why, fields) => {
  const past = repeats(redis, keys);
  await past.remember("w", "old");
  if (Object.keys(fields).length > 0) await redis.hset(keys.record("old"), fields);
  expect(await past.precedent("w", "new")).toBeUndefined();
});

test("nothing is a precedent of itself, and the newest stands for its words", async () => {
  const past = repeats(redis, keys);
  for (const id of ["one", "two"]) {
    await redis.hset(keys.record(id), judged("database"));
    await past.remember("w", id);
  }
  expect(await past.precedent("w", "two")).toBeUndefined();
  expect((await past.precedent("w", "three"))?.improvement).toBe("two");
});
