/** Who is alive, and what was a cold start: counted once for each layer that came from nothing. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { readCounters } from "../../shared/pipeline/counters.ts";
import { presence, workersAlive } from "../../shared/pipeline/presence.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url);
});
afterAll(async () => {
  school.redis.disconnect();
  await server.close();
});
beforeEach(() => school.redis.flushall());

const alive = async () => (await workersAlive(school.redis, school.keys, await redisNow(school.redis))).plan;
const begin = async (worker: string, ms: number) => {
  const here = presence(school.redis, school.keys, "plan", worker);
  here.begin(ms);
  // The same connection: what was sent before is done before.
  await vi.waitFor(async () => expect(await school.redis.zscore(school.keys.workers("plan"), worker)).not.toBeNull(), {
    timeout: 20_000,
  });
  return here;
};

test("the first of a layer starts cold, the second does not, and the next after all left does", async () => {
  const first = await begin("one", 400);
  const second = await begin("two", 300);
  expect(await alive()).toBe(2);
  await first.end();
  expect(await alive()).toBe(1);
  await second.end();
  expect(await alive()).toBe(0);
  const third = await begin("three", 90_000);
  await third.end();
  const counters = await readCounters(school.redis, school.keys);
  expect(counters.get("cold:plan")).toBe(2);
  expect(counters.get("cold_seconds:plan:0.5")).toBe(1);
  expect(counters.get("cold_seconds:plan:inf")).toBe(1);
  expect(counters.get("cold_ms_sum:plan")).toBe(90_400);
});

test("who was killed is gone when its last sign has run out", async () => {
  await begin("killed", 400);
  // Twenty seconds later by Redis's clock, without waiting for it.
  await school.redis.zadd(school.keys.workers("plan"), (await redisNow(school.redis)) - 1, "killed");
  expect(await alive()).toBe(0);
  const next = await begin("next", 400);
  expect(await alive()).toBe(1);
  await next.end();
  expect((await readCounters(school.redis, school.keys)).get("cold:plan")).toBe(2);
});

test("a process that begins twice has begun once", async () => {
  const here = await begin("one", 400);
  here.begin(9_000);
  await here.end();
  expect((await readCounters(school.redis, school.keys)).get("cold_ms_sum:plan")).toBe(400);
});

test("a key of another type harms nothing", async () => {
  await school.redis.set(school.keys.workers("plan"), "x");
  const here = presence(school.redis, school.keys, "plan", "one");
  here.begin(1);
  await here.end();
  expect(await school.redis.get(school.keys.workers("plan"))).toBe("x");
});
