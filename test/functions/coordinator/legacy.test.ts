import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCoordinator } from "../../../functions/coordinator/start.ts";
import type { StageName } from "../../../shared/stages.ts";
import { baseEnv, startSchool, type TestSchool } from "./support.ts";

const LEGACY = "youtube:improvements";
const woken: StageName[] = [];
let school: TestSchool;
beforeAll(async () => {
  school = await startSchool({
    env: { REAP_SECONDS: "0.05", LEGACY_LIST: `${LEGACY}, other:list` },
    layers: {
      async wake(stage) {
        woken.push(stage);
        return "woken" as const;
      },
    },
  });
});
afterAll(() => school.close());

const start = (env: Record<string, string>) =>
  startCoordinator({ log: pino({ level: "silent" }), env: { ...baseEnv, REDIS_URL: school.server.url, ...env } });

describe("LEGACY_LIST", () => {
  test("what the platform's ingester pushes arrives at ingest, and its layer is woken", async () => {
    await school.redis.lpush(LEGACY, '{"video_id":"a","improvements":[]}');
    await school.redis.lpush("other:list", '{"video_id":"b","improvements":[]}');
    await expect.poll(() => school.redis.llen("school:queue:ingest"), { timeout: 10_000 }).toBe(2);
    await expect.poll(() => woken, { timeout: 10_000 }).toContain("ingest");
    expect(await school.redis.exists(LEGACY, "other:list")).toBe(0);
  });

  test("goes on after Redis was away, with nothing lost in between", async () => {
    await school.redis.del("school:queue:ingest");
    await school.server.kill();
    await school.server.start();
    await expect.poll(() => school.redis.status, { timeout: 10_000 }).toBe("ready");
    await school.redis.lpush(LEGACY, "1", "2", "3");
    await expect
      .poll(() => school.redis.lrange("school:queue:ingest", 0, -1), { timeout: 10_000 })
      .toEqual(["3", "2", "1"]);
  });

  test("is off unless somebody names a list", async () => {
    const other = await startSchool({ env: { REAP_SECONDS: "0.01" } });
    await other.redis.lpush(LEGACY, "1");
    // The reaper of the same coordinator has been round since.
    await other.redis.zadd("school:queue:verify:delayed", 1, '{"id":"y"}');
    await expect.poll(() => other.redis.llen("school:queue:verify"), { timeout: 10_000 }).toBe(1);
    await other.redis.zadd("school:queue:verify:delayed", 1, '{"id":"z"}');
    await expect.poll(() => other.redis.llen("school:queue:verify"), { timeout: 10_000 }).toBe(2);
    expect(await other.redis.llen(LEGACY)).toBe(1);
    await other.close();
  });

  test("cannot name a key of the school: the coordinator says so and does not start", async () => {
    await expect(start({ LEGACY_LIST: "improvements:raw" })).rejects.toThrow(
      /LEGACY_LIST: improvements:raw is a key of the school/,
    );
    await expect(start({ LEGACY_LIST: "c:school:queue:ingest", KEY_PREFIX: "c:" })).rejects.toThrow(/LEGACY_LIST/);
  });
});
