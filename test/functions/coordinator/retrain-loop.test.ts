/** The clock of retraining: asks learn when labels have waited long enough, once, also when no learn is there to ask itself. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { askWhenDue, startRetrain } from "../../../functions/coordinator/loops/retrain.ts";
import { parseEvent } from "../../../shared/domain/events.ts";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { routerBook } from "../../../shared/pipeline/router-book.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";
import { trainingRowOf } from "../../support/router-models.ts";

const HOUR = 3_600_000;
const keys = keysOf();
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

const book = () => routerBook(redis, keys);
const asked = async () => (await redis.lrange(keys.list("learn"), 0, -1)).map((text) => parseEvent(text));
const row = (id: string, at: number) => book().keepRow(trainingRowOf(id, { at: new Date(at).toISOString() }));

test("labels that came since a training long ago: asked once, with the training they came after", async () => {
  await book().trained(Date.now() - 25 * HOUR);
  expect(await askWhenDue(redis, keys, 24 * HOUR)).toBe(false);
  await row("a", Date.now());
  expect(await askWhenDue(redis, keys, 24 * HOUR)).toBe(true);
  expect(await askWhenDue(redis, keys, 24 * HOUR)).toBe(false);
  expect(await asked()).toMatchObject([
    { event: { source: "/cortex-online-school/coordinator", data: { about: "retrain", facts: { labels: 1 } } } },
  ]);
});

test("a training that was not long ago: nobody is asked", async () => {
  await book().trained(Date.now() - HOUR);
  await row("a", Date.now());
  expect(await askWhenDue(redis, keys, 24 * HOUR)).toBe(false);
});

test("never trained: the time counts from the first row", async () => {
  await row("new", Date.now() - HOUR);
  expect(await askWhenDue(redis, keys, 24 * HOUR)).toBe(false);
  await row("old", Date.now() - 30 * HOUR);
  expect(await askWhenDue(redis, keys, 24 * HOUR)).toBe(true);
  expect(await asked()).toMatchObject([{ event: { data: { facts: { trained: 0, labels: 2 } } } }]);
});

test("what could not be sent was not asked", async () => {
  await row("old", Date.now() - 30 * HOUR);
  await redis.set(keys.list("learn"), "no list");
  await expect(askWhenDue(redis, keys, HOUR)).rejects.toThrow("WRONGTYPE");
  await redis.del(keys.list("learn"));
  expect(await askWhenDue(redis, keys, HOUR)).toBe(true);
});

test("the loop asks, wakes learn, and goes on after a failure", async () => {
  await row("old", Date.now() - 30 * HOUR);
  await redis.set(keys.list("learn"), "no list");
  const woken: string[] = [];
  let failures = 0;
  const failed = () => {
    failures += 1;
  };
  const school = { redis, keys, wake: (stage: string) => void woken.push(stage) };
  const loop = startRetrain({ ...school, log: { warn: failed, info: () => {} } as never }, 20);
  await expect.poll(() => failures).toBe(1);
  await redis.del(keys.list("learn"));
  await expect.poll(() => woken).toEqual(["learn"]);
  await loop.stop();
  expect(await asked()).toHaveLength(1);
});
