import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StageName } from "../../../shared/stages.ts";
import { startSchool, type TestSchool } from "./support.ts";

const woken: StageName[] = [];
let school: TestSchool;
beforeAll(async () => {
  school = await startSchool({
    env: { REAP_SECONDS: "0.05", MAX_ATTEMPTS: "2" },
    layers: {
      async wake(stage) {
        woken.push(stage);
        if (stage === "plan") throw new Error("the cluster is away");
        return "woken" as const;
      },
    },
  });
});
afterAll(() => school.close());

describe("the coordinator's loops", () => {
  test("an expired lease goes back although no worker of that stage is left", async () => {
    await school.stand("r1", "raw");
    const { leases } = await school.queue("route", { leaseMs: 1, maxAttempts: 2 }).claim(1);
    expect(leases).toHaveLength(1);
    await expect.poll(() => school.places("route")).toMatchObject({ list: 1, leases: 0, attempts: 1 });
  });

  test("a retry that falls due comes back", async () => {
    await school.redis.zadd("school:queue:approve:delayed", 1, '{"id":"x"}');
    await expect.poll(() => school.redis.llen("school:queue:approve")).toBe(1);
  });

  test("a damaged key of one stage does not keep the others from being reaped", async () => {
    await school.redis.set("school:queue:ingest", "not a list");
    await school.redis.zadd("school:queue:verify:delayed", 1, '{"id":"y"}');
    await expect.poll(() => school.redis.llen("school:queue:verify")).toBe(1);
    await school.redis.del("school:queue:ingest");
  });

  test("an event pushed by a stranger wakes its layer; so does every transition the layer listens to", async () => {
    woken.length = 0;
    await school.redis.lpush("school:queue:ingest", "{}");
    await expect.poll(() => woken, { timeout: 10_000 }).toContain("ingest");
    await school.stand("w1", "conflicts");
    await expect.poll(() => woken, { timeout: 10_000 }).toEqual(expect.arrayContaining(["learn", "notify"]));
  });

  test("a layer that cannot be woken harms nobody", async () => {
    await school.stand("w2", "validated");
    await expect.poll(() => woken, { timeout: 10_000 }).toContain("plan");
    expect((await school.call("nobody", "GET", "/health")).status).toBe(200);
  });

  test("loops go on after Redis was away", async () => {
    await school.server.kill();
    await school.server.start();
    await expect.poll(() => school.redis.status, { timeout: 10_000 }).toBe("ready");
    await school.redis.zadd("school:queue:sync:delayed", 1, '{"id":"z"}');
    await expect.poll(() => school.redis.llen("school:queue:sync"), { timeout: 10_000 }).toBe(1);
  });
});

test("a long timer that comes near moves to its stage as soon as a coordinator looks", async () => {
  const other = await startSchool();
  await other.coordinator.close();
  await other.redis.zadd("school:timers", Date.now() + 60_000, 'sync|{"id":"t"}');
  await other.redis.zadd("school:timers", Date.now() + 3_600_000, 'sync|{"id":"later"}');
  const { startCoordinator } = await import("../../../functions/coordinator/start.ts");
  const { baseEnv } = await import("./support.ts");
  const log = pino({ level: "silent" });
  const pair = await Promise.all([
    startCoordinator({ log, env: { ...baseEnv, REDIS_URL: other.server.url } }),
    startCoordinator({ log, env: { ...baseEnv, REDIS_URL: other.server.url } }),
  ]);
  await expect.poll(() => other.redis.zrange("school:queue:sync:delayed", "0", "-1")).toEqual(['{"id":"t"}']);
  expect(await other.redis.zcard("school:timers")).toBe(1);
  await Promise.all(pair.map((one) => one.close()));
  other.redis.disconnect();
  await other.server.close();
});
