/** Which tier served when: every improvement in its hour and its day, and nothing that grows for ever. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { routerBook } from "../../shared/pipeline/router-book.ts";
import { DAYS, HOURS, servedOverTime } from "../../shared/pipeline/router-days.ts";
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

const NOW = Date.parse("2026-03-10T14:30:00.000Z");
const HOUR = 3_600_000;
const serve = (tier: string, at: number) => routerBook(school.redis, school.keys).count({}, { tier, at });
const read = () => servedOverTime(school.redis, school.keys, NOW);

test("a school that routed nothing has no tiers, and says which time it looked at", async () => {
  expect(await read()).toEqual({
    hours: { from: "2026-03-08T15:00:00.000Z", stepSeconds: 3_600, served: {} },
    days: { from: "2026-02-09T00:00:00.000Z", stepSeconds: 86_400, served: {} },
  });
});

test("each hour and each day has its own, the present ones last", async () => {
  for (const at of [NOW, NOW - 1, NOW - HOUR, NOW - 47 * HOUR, NOW - 49 * HOUR]) await serve("keywords", at);
  await serve("person", NOW - 5 * 24 * HOUR);
  const { hours, days } = await read();
  expect(Object.keys(hours.served)).toEqual(["keywords"]);
  expect(hours.served["keywords"]).toHaveLength(HOURS);
  expect(hours.served["keywords"]?.slice(-2)).toEqual([1, 2]);
  expect(hours.served["keywords"]?.[0]).toBe(1);
  expect(days.served["keywords"]).toHaveLength(DAYS);
  expect(days.served["keywords"]?.slice(-3)).toEqual([2, 0, 3]);
  expect(days.served["person"]?.at(-6)).toBe(1);
});

test("nothing within its span is lost, nothing before it counts", async () => {
  const age = fc.integer({ min: 0, max: 40 * 24 * HOUR });
  await fc.assert(
    fc.asyncProperty(fc.array(age, { maxLength: 20 }), async (ages) => {
      await school.redis.flushall();
      for (const ago of ages) await serve("classifier", NOW - ago);
      const { hours, days } = await read();
      for (const { from, served } of [hours, days]) {
        const sum = (served["classifier"] ?? []).reduce((all, one) => all + one, 0);
        expect(sum).toBe(ages.filter((ago) => NOW - ago >= Date.parse(from)).length);
      }
    }),
    { numRuns: 25 },
  );
});

test("a day ends by itself, and what somebody else wrote into it is left out", async () => {
  await serve("model", NOW);
  const key = school.keys.routerDay("2026-03-10");
  expect(await school.redis.ttl(key)).toBeGreaterThan(DAYS * 86_400);
  await school.redis.hset(key, "xx:model", "3", "14:", "4", "14:model:more", "many", "99:keywords", "5");
  const { hours, days } = await read();
  expect(hours.served).toEqual({ model: [...Array.from({ length: HOURS - 1 }, () => 0), 1] });
  expect(Object.keys(days.served)).toEqual(["model"]);
});
