import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { forecastBook } from "../../shared/pipeline/forecast-book.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { history } from "../support/forecast-history.ts";
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

const rows = history({ seed: 1, rows: 12 }).map(({ truth: _, median: __, ...row }) => row);

test("rows come back newest first, one per improvement, and the oldest go", async () => {
  const book = forecastBook(redis, keys, 10);
  for (const row of [...rows].reverse()) await book.keep(row);
  expect((await book.rows()).rows).toEqual(rows.slice(0, 10));
  expect(await redis.hlen(keys.forecastRows)).toBe(10);
  const [newest] = rows;
  if (newest === undefined) throw new Error("no rows");
  await book.keep({ ...newest, held: !newest.held });
  const again = (await book.rows()).rows;
  expect(again).toHaveLength(10);
  expect(again[0]?.held).toBe(!newest.held);
  expect(await book.extent()).toEqual({ count: 10, newest: Date.parse(newest.at) });
});

test("an empty book is empty", async () => {
  const book = forecastBook(redis, keys);
  expect(await book.rows()).toEqual({ rows: [], damaged: 0 });
  expect(await book.extent()).toEqual({ count: 0, newest: 0 });
});

test("what somebody else wrote there harms no other row", async () => {
  const book = forecastBook(redis, keys);
  const [row] = rows;
  if (row === undefined) throw new Error("no rows");
  await book.keep(row);
  await redis.hset(keys.forecastRows, "strange", '{"held":1}');
  await redis.zadd(keys.forecastRowTimes, 1, "strange", 2, "gone");
  expect(await book.rows()).toEqual({ rows: [row], damaged: 2 });
});
