import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { examine } from "../../shared/pipeline/doctor.ts";
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

test.each([
  "improvements:raw",
  "improvements:status:raw",
  "improvements:rollback_log",
  "school:timers",
  "school:metrics",
  "school:queue:route",
  "school:queue:route:leased",
  "school:queue:implement:delayed",
  "school:locks:app:shop:waiting",
])("a damaged %s is named, left alone, and hides nothing else", async (key) => {
  await school.seed(["a"]);
  await school.redis.zadd("improvements:failed", 1, "ghost");
  await school.redis.del(key);
  await school.redis.set(key, "mine");

  const findings = await examine(school.redis, school.keys, school.scripts, true);

  expect(findings).toContainEqual(expect.objectContaining({ kind: "damaged", id: key, repaired: false }));
  expect(findings).toContainEqual(expect.objectContaining({ kind: "index", id: "ghost", repaired: true }));
  expect(findings).toHaveLength(2);
  expect(await school.redis.get(key)).toBe("mine");
});

test("a lock key that holds something else is named", async () => {
  await school.redis.hset("school:locks:app:shop", "mine", "1");
  expect(await examine(school.redis, school.keys, school.scripts, true)).toEqual([
    {
      kind: "damaged",
      id: "school:locks:app:shop",
      problem: "the key school:locks:app:shop holds a hash, not a string",
      repaired: false,
    },
  ]);
});
