/** A function that drains takes no more events: for whoever wakes cold layers it is gone, though it is still at work. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { coldStages } from "../../shared/pipeline/cold.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { startStage } from "../support/stage-process.ts";

const PROGRAM = path.resolve(import.meta.dirname, "programs/gated.mjs");
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

test("an event pushed while the last worker drains finds a cold layer, and the work in hand is still finished", async () => {
  let gate: ServerResponse | undefined;
  const door = createServer((_request, response) => {
    gate = response;
  });
  await once(door.listen(0, "127.0.0.1"), "listening");
  const { port } = door.address() as AddressInfo;
  await school.seed(["a"]);
  const env = { REDIS_URL: server.url, GATE_URL: `http://127.0.0.1:${port}` };
  const worker = startStage("route", env, PROGRAM);
  await expect.poll(() => gate, { timeout: 30_000 }).toBeDefined();
  await expect.poll(() => school.redis.zcard(school.keys.workers("route"))).toBe(1);

  worker.kill("SIGTERM");
  await worker.logged(({ msg }) => msg === "draining");
  await school.seed(["b"]);
  await expect.poll(() => coldStages(school.redis, school.keys, ["route"])).toEqual(["route"]);

  gate?.end("go");
  expect(await worker.exit).toBe(0);
  expect(await school.redis.hget(school.keys.record("a"), "status")).toBe("routed");
  expect(await school.redis.llen(school.keys.list("route"))).toBe(1);
  door.close();
});
