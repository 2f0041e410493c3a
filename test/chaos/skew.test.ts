/** Whose clock it is: leases, timers and times of records are Redis's, so that processes may be hours apart. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { records } from "../../shared/pipeline/records.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

const STAGE = path.resolve(import.meta.dirname, "../support/noop-stage.ts");
const SKEW = path.join(import.meta.dirname, "suite/skew.mjs");
const ITEMS = 60;

let server: TestRedis;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await server.close();
});

test("workers whose clocks are two hours apart share one list: each event once, no lease lost, no time but Redis's", async () => {
  server = await startTestRedis();
  const school = connectPipeline(server.url);
  const from = await redisNow(school.redis);
  await school.seed(Array.from({ length: ITEMS }, (_, i) => `i${i}`));
  for (const [skew, drift] of [
    [3_600_000, 1.05],
    [-3_600_000, 0.95],
  ]) {
    const env = {
      REDIS_URL: server.url,
      PORT: "0",
      PER_POD: "2",
      LEASE_SECONDS: "5",
      LOG_LEVEL: "fatal",
      CHAOS_SKEW_MS: String(skew),
      CHAOS_DRIFT: String(drift),
    };
    children.push(spawn(process.execPath, ["--import", SKEW, STAGE, "route", "0"], { env, stdio: "ignore" }));
  }
  await expect.poll(() => school.redis.zcard(school.keys.byStatus("routed")), { timeout: 50_000 }).toBe(ITEMS);
  await expect.poll(async () => Object.values(await school.places("route")).every((size) => size === 0)).toBe(true);

  const until = await redisNow(school.redis);
  const read = records(school.redis, school.keys);
  for (let i = 0; i < ITEMS; i += 1) {
    const trail = await read.trail(`i${i}`);
    expect(trail.map(({ to }) => to)).toEqual(["raw", "routed"]);
    const [found] = await read.many([`i${i}`]);
    const changed = Date.parse(found?.updated_at ?? "");
    expect(changed).toBeGreaterThanOrEqual(from);
    expect(changed).toBeLessThanOrEqual(until);
  }
  school.redis.disconnect();
});
