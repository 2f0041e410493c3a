/** A Redis that evicts, goes away, refuses to write or stands still. */
import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { startCoordinator } from "../../functions/coordinator/start.ts";
import { examine } from "../../shared/pipeline/doctor.ts";
import { baseEnv, request } from "../functions/coordinator/support.ts";
import { until } from "../support/local-school.ts";
import { badInput, good } from "./support.ts";

const school = badInput({ appendOnly: true });
const AWAY_MS = 10_000;

describe("a Redis that evicts", () => {
  test.each(["allkeys-lru", "volatile-ttl"])(
    "%s: a function refuses to start, says why and what to do",
    async (policy) => {
      const { redis, run } = school();
      await redis.config("SET", "maxmemory-policy", policy);
      const worker = run("route");
      expect(await worker.exit).toBe(1);
      expect(worker.output()).toContain(`evicts keys (maxmemory-policy ${policy})`);
      expect(worker.output()).toContain("redis-cli config set maxmemory-policy noeviction");
      await redis.config("SET", "maxmemory-policy", "noeviction");
    },
  );

  test("one that begins to evict later is told by the coordinator and by doctor", async () => {
    const { redis, keys, scripts, server } = school();
    const lines: string[] = [];
    let told: () => void = () => undefined;
    const said = new Promise<void>((resolve) => {
      told = resolve;
    });
    const log = pino({ level: "error" }, { write: (line) => (lines.push(line), line.includes("evicts") && told()) });
    const env = { ...baseEnv, REDIS_URL: server.url, REAP_SECONDS: "0.05" };
    const coordinator = await startCoordinator({ env, log });
    await redis.config("SET", "maxmemory-policy", "allkeys-lfu");
    await said;
    expect(lines.join()).toContain("redis-cli config set maxmemory-policy noeviction");
    expect(await examine(redis, keys, scripts)).toContainEqual(
      expect.objectContaining({ kind: "damaged", id: "redis", problem: expect.stringContaining("allkeys-lfu") }),
    );
    await redis.config("SET", "maxmemory-policy", "noeviction");
    await coordinator.close();
  });

  test("the coordinator refuses it too", async () => {
    const { redis, server } = school();
    await redis.config("SET", "maxmemory-policy", "allkeys-random");
    await expect(startCoordinator({ env: { ...baseEnv, REDIS_URL: server.url } })).rejects.toThrow("noeviction");
    await redis.config("SET", "maxmemory-policy", "noeviction");
  });
});

test("a Redis that is away for ten seconds: a worker waits, says so once per try, and loses nothing", async () => {
  const { redis, keys, server, run, stands, places } = school();
  const worker = run("route", { PER_POD: "2" });
  const coordinator = await startCoordinator({ env: { ...baseEnv, REDIS_URL: server.url } });
  await redis.lpush(keys.list("route"), good("before"));
  await stands("before", "routed");
  await redis.lpush(keys.list("route"), ...Array.from({ length: 50 }, (_, i) => good(`during-${i}`)));

  await server.kill();
  const warned = await worker.logged(({ msg }) => msg.includes("Redis is out of reach"));
  expect(warned.msg).toContain("waiting for it");
  const answer = await request(coordinator.url, "viewer", "GET", "/api/status");
  expect(answer).toMatchObject({ status: 503, type: "application/problem+json" });
  expect(answer.json.detail).toContain("Try again");
  // The outage itself; nothing is waited for that could be seen.
  await delay(AWAY_MS);
  await server.start();

  for (let i = 0; i < 50; i += 1) await stands(`during-${i}`, "routed");
  await until("the coordinator answers again", async () =>
    (await request(coordinator.url, "viewer", "GET", "/api/status")).status === 200 ? true : undefined,
  );
  await redis.lpush(keys.list("route"), good("after"));
  await stands("after", "routed");
  expect(await worker.stop()).toBe(0);
  await coordinator.close();
  expect(await places("route")).toEqual({ list: 0, leases: 0, leased: 0, delayed: 0, dead: 0, attempts: 0 });
  for (const id of ["before", "during-0", "during-49", "after"]) {
    expect(await redis.xlen(keys.trail(id))).toBe(2);
  }
});
