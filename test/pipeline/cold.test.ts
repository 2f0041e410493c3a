/** Which layers are cold, and how long a cold start took: from the first event that was seen waiting. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { coldStages } from "../../shared/pipeline/cold.ts";
import { readCounters } from "../../shared/pipeline/counters.ts";
import { BY_HTTP, presence } from "../../shared/pipeline/presence.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import { STAGES } from "../../shared/stages.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url, "{cortex}:");
});
afterAll(async () => {
  school.redis.disconnect();
  await server.close();
});
beforeEach(() => school.redis.flushall());

const cold = () => coldStages(school.redis, school.keys, STAGES);
const push = (stage: string) => school.redis.lpush(school.keys.list(stage), "{}");
async function worker(stage: "plan" | "sync", name: string) {
  const here = presence(school.redis, school.keys, stage, name);
  here.begin(300);
  await vi.waitFor(async () => expect(await school.redis.zscore(school.keys.workers(stage), name)).not.toBeNull());
  return here;
}

test("cold are those with events and nobody to take them", async () => {
  expect(await cold()).toEqual([]);
  await push("plan");
  await push("sync");
  const busy = await worker("sync", "one");
  expect(await cold()).toEqual(["plan"]);
  await busy.end();
  expect(await cold()).toEqual(["plan", "sync"]);
  expect(await coldStages(school.redis, school.keys, ["sync", "verify"])).toEqual(["sync"]);
});

test("a worker whose last sign ran out is nobody", async () => {
  await push("plan");
  await worker("plan", "killed");
  await school.redis.zadd(school.keys.workers("plan"), (await redisNow(school.redis)) - 1, "killed");
  expect(await cold()).toEqual(["plan"]);
});

test("a key that is no list is no list of ours, and hides no other", async () => {
  await school.redis.set(school.keys.list("plan"), "x");
  await school.redis.set(school.keys.workers("verify"), "x");
  await push("verify");
  await push("sync");
  expect(await cold()).toEqual(["sync"]);
});

test("the cold start took as long as the first event has been waiting, whoever looked how often", async () => {
  await push("plan");
  await cold();
  const since = Number(await school.redis.get(school.keys.cold("plan")));
  // As if it had been seen seven seconds ago.
  await school.redis.set(school.keys.cold("plan"), since - 7_000, "KEEPTTL");
  await Promise.all([cold(), cold(), cold()]);
  expect(Number(await school.redis.get(school.keys.cold("plan")))).toBe(since - 7_000);
  await worker("plan", "one");
  const counters = await readCounters(school.redis, school.keys);
  expect(counters.get("cold_seconds:plan:10")).toBe(1);
  expect(Number(counters.get("cold_ms_sum:plan"))).toBeGreaterThanOrEqual(7_000);
  // The next one begins anew.
  expect(await school.redis.exists(school.keys.cold("plan"))).toBe(0);
});

test("one that nobody looks at any more says nothing: its mark expires, and the process's own time counts", async () => {
  await push("plan");
  await cold();
  const left = await school.redis.pttl(school.keys.cold("plan"));
  expect([left > 0, left <= 10_000]).toEqual([true, true]);
  await school.redis.del(school.keys.cold("plan"));
  await worker("plan", "one");
  expect((await readCounters(school.redis, school.keys)).get("cold_ms_sum:plan")).toBe(300);
});

test("a second worker beside one that lives is no cold start, and takes the mark along", async () => {
  await worker("plan", "one");
  await school.redis.set(school.keys.cold("plan"), "1");
  await worker("plan", "two");
  expect((await readCounters(school.redis, school.keys)).get("cold:plan")).toBe(1);
  expect(await school.redis.exists(school.keys.cold("plan"))).toBe(0);
});

test("who gets events by HTTP takes none from the list: it is woken beside them, and each way starts cold for itself", async () => {
  await push("plan");
  await worker("plan", `${BY_HTTP}one`);
  expect(await cold()).toEqual(["plan"]);
  expect(await school.redis.exists(school.keys.cold("plan"))).toBe(1);
  await worker("plan", `${BY_HTTP}two`);
  await worker("plan", "list");
  expect(await cold()).toEqual([]);
  expect(await school.redis.exists(school.keys.cold("plan"))).toBe(0);
  expect((await readCounters(school.redis, school.keys)).get("cold:plan")).toBe(2);
});

test("a Redis that is full still says who is cold", async () => {
  await push("plan");
  await school.redis.config("SET", "maxmemory", "1");
  try {
    expect(await cold()).toEqual(["plan"]);
  } finally {
    await school.redis.config("SET", "maxmemory", "0");
  }
});
