/** plan as its pod runs it, with a model: what was paid for outlives a process that is killed. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { improvementEvent } from "../../shared/domain/events.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { records } from "../../shared/pipeline/records.ts";
import { gitRemote } from "../support/git-remote.ts";
import { until } from "../support/local-school.ts";
import { type ModelServer, modelServer } from "../support/models/server.ts";
import type { Reply } from "../support/models/wire.ts";
import { LIMITS, platformTexts } from "../support/plan-model.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { startStage } from "../support/stage-process.ts";

let server: ModelServer;
let testRedis: TestRedis;
let redis: Redis;
beforeAll(async () => {
  [server, testRedis] = await Promise.all([modelServer(), startTestRedis()]);
  redis = new Redis(testRedis.url);
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([server.close(), testRedis.close()]);
});

const keys = keysOf();
const candidate = (number: number): Reply => ({
  value: { because: "It fits.", choice: "candidate", candidate: number },
});

test("killed while it asks again: the next process pays for what is missing, and tells what it all cost", async () => {
  const remote = await gitRemote(platformTexts());
  const env = {
    REDIS_URL: testRedis.url,
    GITOPS_REPO: remote.url,
    GITOPS_CACHE_DIR: remote.cacheDir,
    LEASE_SECONDS: "1",
    LLMD_ENDPOINT: server.url,
  };
  const first = startStage("plan", env);
  server.say(() => {
    server.fail("silence");
    return candidate(999);
  });
  server.say(() => {
    first.kill("SIGKILL");
    return candidate(1);
  });
  await redis.lpush(keys.list("plan"), event("limits"));
  expect(await first.exit, first.output()).toBe("SIGKILL");
  expect((await records(redis, keys).get("limits"))?.plan_answers).toHaveLength(1);

  server.say(candidate(2));
  const second = startStage("plan", env);
  const planned = await until(
    "it is planned",
    async () => {
      const record = await records(redis, keys).get("limits");
      return record?.status === "planned" ? record : undefined;
    },
    second.output,
  );
  expect(await second.stop()).toBe(0);

  expect(server.asked).toHaveLength(3);
  expect(server.asked[2]?.prompt).toBe(server.asked[1]?.prompt);
  expect(server.violations).toEqual([]);
  expect(planned).toMatchObject({ planning: { by: "llmd:served-model" }, change_set: { application: "insights" } });
  expect(planned.plan_answers).toBeUndefined();
  const move = (await records(redis, keys).trail("limits")).at(-1);
  expect(move).toMatchObject({
    to: "planned",
    evidence: { answers: [{ usage: { input: 1_000, output: 40 } }, { choice: { kind: "intent" } }] },
  });
  expect(JSON.stringify(await redis.hgetall(keys.record("limits")))).not.toContain(server.key);
  await remote.close();
});

function event(id: string): string {
  const improvement = {
    title: LIMITS,
    description: "Containers without limits were killed.",
    category: "architecture",
    type: "technique",
    relevance: 0.9,
    source_id: "talk",
    source_title: "A talk",
  };
  const type = improvementEvent("validated");
  return JSON.stringify({ specversion: "1.0", id: "1", source: "/test", type, data: { id, improvement } });
}
