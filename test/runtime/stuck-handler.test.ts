import { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { consume } from "../../shared/runtime/consume.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

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

test("a handler that never ends does not hold the only place of its worker for ever", async () => {
  await school.seed(["a"]);
  const consumer = consume({
    queue: school.queue("route", { leaseMs: 60 }),
    list: school.keys.list("route"),
    blocking: () => new Redis(server.url, { maxRetriesPerRequest: null }),
    perPod: 1,
    leaseMs: 60,
    limitMs: 60,
    log: pino({ level: "silent" }),
    perform: ({ lease: { token, attempt } }) =>
      attempt === 1
        ? new Promise(() => undefined)
        : Promise.resolve({ kind: "move", token, id: "a", from: "raw", to: "routed", because: "t", patch: {} }),
  });
  await expect.poll(() => school.redis.zcard("improvements:routed"), { timeout: 10_000 }).toBe(1);
  await consumer.drain(0);
});
