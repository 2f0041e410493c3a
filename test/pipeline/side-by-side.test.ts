/** Two versions of the school side by side: who is alive, and what they must not do to each other. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { LAYOUT } from "../../shared/domain/schema/layout.ts";
import { RECORD_SCHEMA } from "../../shared/domain/schema/record.ts";
import { findKey, indexKeeper } from "../../shared/pipeline/search/index-keeper.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import { buildsAlive, coordinatorLeaves, signCoordinator } from "../../shared/pipeline/upgrade/builds-alive.ts";
import { BUILD, BUILD_SUFFIX, buildOf } from "../../shared/runtime/build-info.ts";
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

test("a search index of a newer version is left to it: two versions side by side do not make theirs in turn", async () => {
  await school.seed(["a"]);
  const index = indexKeeper(school.redis, school.keys);
  await index.fill();
  expect(await index.state()).toMatchObject({ complete: true, isNewer: false });
  const generation = "9.of-a-later-version";
  await school.redis.hset(findKey(school.keys), { generation, checkpoint: "0-0", filled: generation });
  expect(await index.state()).toEqual({ generation: undefined, complete: false, isNewer: true });
  await index.catchUp();
  await index.fill();
  expect(await school.redis.hgetall(findKey(school.keys))).toMatchObject({ generation, filled: generation });
});

test("who is alive is known by build, and what each can read", async () => {
  const now = await redisNow(school.redis);
  await school.redis.zadd(
    school.keys.workers("plan"),
    now + 9_000,
    `plan-1-a${BUILD_SUFFIX}`,
    now + 9_000,
    `plan-2-b${BUILD_SUFFIX}`,
  );
  await school.redis.zadd(school.keys.workers("plan"), now + 9_000, "plan-3-c", now - 1, `plan-4-d${BUILD_SUFFIX}`);
  await signCoordinator(school.redis, school.keys, `coordinator-1${BUILD_SUFFIX}`, now);
  const today = { build: BUILD, recordSchema: RECORD_SCHEMA, layout: LAYOUT };
  expect(await buildsAlive(school.redis, school.keys, now)).toEqual([
    { part: "coordinator", ...today, workers: 1 },
    { part: "plan", ...today, workers: 2 },
    { part: "plan", build: "unknown", recordSchema: 1, layout: 1, workers: 1 },
  ]);
  await coordinatorLeaves(school.redis, school.keys, `coordinator-1${BUILD_SUFFIX}`);
  expect((await buildsAlive(school.redis, school.keys, now)).map(({ part }) => part)).not.toContain("coordinator");
  expect(buildOf("route-1@0.1.0+3f2a/3.7")).toEqual({ build: "0.1.0+3f2a", recordSchema: 3, layout: 7 });
});
