import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleBetween } from "../../shared/anomalies/sample.ts";
import { stageReadings } from "../../shared/pipeline/stage-readings.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

let server: TestRedis;
let pipeline: ReturnType<typeof connectPipeline>;
beforeAll(async () => {
  server = await startTestRedis();
  pipeline = connectPipeline(server.url);
});
afterAll(async () => {
  pipeline.redis.disconnect();
  await server.close();
});

test("what the stages did between two readings becomes one sample", async () => {
  const { redis, keys, queue, seed } = pipeline;
  const readings = stageReadings(redis, keys);
  const before = await readings.read();
  await seed(["a", "b"]);
  const route = queue("route");
  const { leases } = await route.claim(1);
  const token = leases[0]?.token ?? "";
  const id = leases[0]?.fields["id"] ?? "";
  const move = { kind: "move", token, id, from: "raw", to: "routed", because: "t", patch: {} } as const;
  expect((await route.settle([move], 0)).results).toEqual(["ok"]);
  await redis.hincrby(keys.metrics, "model_tokens|plan|v:m|input", 700);
  await redis.hincrby(keys.metrics, "model_tokens|plan|v:m|cache_read", 600);
  await redis.hincrby(keys.metrics, "moved:rolling_back", 1);
  const after = await readings.read();

  const minutes = (after.at - before.at) / 60_000;
  const values: Readonly<Record<string, number>> = sampleBetween(before, after, 60_000)?.values ?? {};
  expect((values["settled:route"] ?? 0) * minutes).toBeCloseTo(1, 3);
  expect((values["settled"] ?? 0) * minutes).toBeCloseTo(2, 3);
  expect((values["tokens"] ?? 0) * minutes).toBeCloseTo(700, 0);
  expect((values["rollbacks"] ?? 0) * minutes).toBeCloseTo(1, 3);
  expect(values["waiting:route"]).toBe(1);
  expect(values["waiting:evaluate"]).toBe(1);
  // From the moment ingest made it until route moved it on.
  expect(values["duration:route"]).toBeGreaterThanOrEqual(0);
  expect(values["duration:route"]).toBeLessThan(60);
  expect(values).not.toHaveProperty("duration:plan");
});
