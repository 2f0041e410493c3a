import { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isOutage, isPassingRefusal } from "../../shared/pipeline/refusal.ts";
import { consume } from "../../shared/runtime/consume.ts";
import { settlementForError } from "../../shared/runtime/settlement.ts";
import { startProxy } from "../chaos/suite/proxy.ts";
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

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'. script: 1f, on @user_script:3.", true],
  ["READONLY You can't write against a read only replica. script: 1f, on @user_script:3.", true],
  ["ERR Error running script (call to f_1f): @user_script:3: -OOM command not allowed when used memory", true],
  ["MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", true],
  ["WRONGTYPE Operation against a key holding the wrong kind of value", false],
  ["ERR user_script:3: attempt to index a nil value", false],
  ["the model is BUSY", false],
])("%s: passes by itself is %s", (message, passing) => {
  expect(isPassingRefusal(new Error(message))).toBe(passing);
  expect(settlementForError("t", new Error(message), 1)).toMatchObject({ kind: "retry", counts: !passing });
});

test("a handler whose pipeline Redis answered in part has used up no attempt", async () => {
  const proxy = await startProxy(() => server.port);
  const redis = new Redis(proxy.port, "127.0.0.1", { maxRetriesPerRequest: null, retryStrategy: () => 10 });
  redis.on("error", () => undefined);
  await redis.set("long", "x".repeat(200_000));
  await proxy.set("cut");
  // The first two answers fit into the half that arrives.
  const batch = redis.pipeline().ping().ping();
  for (let i = 0; i < 20; i += 1) batch.get("long");
  const failed = batch.exec().then((replies) => replies?.find(([error]) => error !== null)?.[0]);
  await expect.poll(() => proxy.figures().ended).toBeGreaterThan(0);
  await proxy.set(undefined);
  const error = await failed;
  redis.disconnect();
  await proxy.close();

  expect(error?.message).toMatch(/aborted/);
  expect(isOutage(error)).toBe(true);
  expect(settlementForError("t", error, 1)).toMatchObject({ kind: "retry", counts: false });
});

test("a worker outlives a Redis that refuses writes for a while, and loses nothing it had finished", async () => {
  await school.seed(Array.from({ length: 20 }, (_, i) => `i${i}`));
  let warned = 0;
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const log = pino({ level: "warn" }, { write: () => void (warned += 1) });
  const consumer = consume({
    queue: school.queue("route"),
    list: school.keys.list("route"),
    blocking: () => new Redis(server.url, { maxRetriesPerRequest: null }),
    perPod: 4,
    leaseMs: 30_000,
    limitMs: 30_000,
    log,
    async perform({ lease: { token, fields } }) {
      await gate;
      const id = fields["id"] as string;
      return { kind: "move", token, id, from: "raw", to: "routed", because: "t", patch: {} };
    },
  });
  await expect.poll(async () => (await school.places("route"))["leases"]).toBe(4);
  // A replica of nobody: it answers reads and refuses writes.
  await school.redis.replicaof("127.0.0.1", 1);
  release();
  await expect.poll(() => warned).toBeGreaterThan(0);
  await school.redis.replicaof("NO", "ONE");

  await expect.poll(() => school.redis.zcard("improvements:routed"), { timeout: 10_000 }).toBe(20);
  expect(await school.places("route")).toMatchObject({ leases: 0, attempts: 0 });
  await consumer.drain(0);
});
