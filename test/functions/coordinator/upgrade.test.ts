import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCoordinator } from "../../../functions/coordinator/start.ts";
import { LAYOUT, NEWER_LAYOUT_EXIT, NewerLayout } from "../../../shared/domain/schema/layout.ts";
import { RECORD_SCHEMA } from "../../../shared/domain/schema/record.ts";
import { presence } from "../../../shared/pipeline/presence.ts";
import { metaKey } from "../../../shared/pipeline/upgrade/meta.ts";
import { BUILD, BUILD_SUFFIX } from "../../../shared/runtime/build-info.ts";
import { until } from "../../support/local-school.ts";
import { startTestRedis } from "../../support/redis.ts";
import { baseEnv, startSchool, type TestSchool } from "./support.ts";

const MAIN = path.resolve(import.meta.dirname, "../../../functions/coordinator/main.ts");

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

const about = async () => (await school.call("viewer", "GET", "/api/about")).json;
const done = () =>
  until("the upgrade is done", async () => ((await about()).upgrade.state === "done" ? true : undefined));

test("a new school has nothing to bring forward, and says which build it is", async () => {
  await done();
  expect(await about()).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    build: BUILD,
    reads: { record: RECORD_SCHEMA, event: 1, layout: LAYOUT },
    running: [{ part: "coordinator", build: BUILD, workers: 1 }],
    upgrade: { state: "done", because: null, records: { atLeast: RECORD_SCHEMA, damaged: [] } },
  });
  expect((await school.call("nobody", "GET", "/api/about")).status).toBe(401);
  for (const probe of ["/health", "/ready"]) expect((await school.call("nobody", "GET", probe)).json.build).toBe(BUILD);
});

describe("old records", () => {
  test("wait for old functions to go; doctor and metrics say so, and when all is done", async () => {
    await school.stand("a", "validated");
    await school.redis.hdel(school.keys.record("a"), "schema_version", "quotes");
    await school.redis.hdel(metaKey(school.keys), "records");
    const old = presence(school.redis, school.keys, "plan", "plan-1-abc");
    const today = presence(school.redis, school.keys, "route", `route-1-abc${BUILD_SUFFIX}`);
    old.begin(1);
    today.begin(1);
    await until("it waits", async () => ((await about()).upgrade.state === "waiting" ? true : undefined));
    expect((await about()).upgrade.because).toBe("1 × plan unknown");
    expect((await school.call("operator", "GET", "/api/doctor")).json).toMatchObject({
      healthy: true,
      upgrade: { state: "waiting" },
    });
    const waiting = (await school.call("viewer", "GET", "/metrics")).text;
    expect(waiting).toContain("cortex_school_upgrade_done 0");
    expect(waiting).toContain(`cortex_build_info{part="plan",version="unknown",build="unknown",record_schema="1"} 1`);
    expect(waiting).toContain(
      `cortex_build_info{part="route",version="${BUILD.split("+")[0]}",build="${BUILD}",record_schema="${RECORD_SCHEMA}"} 1`,
    );
    await Promise.all([old.end(), today.end()]);
    await done();
    expect(await school.record("a")).toMatchObject({ schema_version: String(RECORD_SCHEMA), quotes: [] });
    const after = (await school.call("viewer", "GET", "/metrics")).text;
    expect(after).toContain("cortex_school_upgrade_done 1");
    expect(after).toMatch(/cortex_school_records_migrated_total [1-9]/);
    expect(after).toContain(`cortex_school_schema_version{of="records",which="stored"} ${RECORD_SCHEMA}`);
  });

  test("of a version that left no sign are found by the next coordinator that starts", async () => {
    await done();
    await school.stand("b", "validated");
    await school.redis.hdel(school.keys.record("b"), "schema_version", "quotes");
    await school.redis.del(`${metaKey(school.keys)}:turn`);
    const next = await startCoordinator({ env: { ...baseEnv, REDIS_URL: school.server.url } });
    try {
      const version = () => school.redis.hget(school.keys.record("b"), "schema_version");
      await until("it is brought forward", async () => (await version()) ?? undefined);
      expect(await version()).toBe(String(RECORD_SCHEMA));
    } finally {
      await next.close();
    }
  });
});

describe("a coordinator that is too old for the layout of the keys", () => {
  test("does not start: exit code 78, and what to do", async () => {
    const redis = await startTestRedis();
    try {
      const { Redis } = await import("ioredis");
      const client = new Redis(redis.url);
      await client.hset("school:meta", "layout", LAYOUT + 1);
      const before = await client.hgetall("school:meta");
      const env = { PATH: process.env["PATH"] ?? "", ...baseEnv, REDIS_URL: redis.url };
      const failed = await promisify(execFile)(process.execPath, [MAIN], { env }).then(
        () => ({ code: 0, stderr: "" }),
        (error: { code: number; stderr: string }) => error,
      );
      expect(failed.code).toBe(NEWER_LAYOUT_EXIT);
      expect(failed.stderr).toMatch(
        /^coordinator: The school's keys in Redis have layout \d+.*restore the backup of Redis/s,
      );
      expect(await client.keys("*")).toEqual(["school:meta"]);
      expect(await client.hgetall("school:meta")).toEqual(before);
      client.disconnect();
    } finally {
      await redis.close();
    }
  });

  test("says so when a newer one moves the keys on while it runs", async () => {
    const one = await startCoordinator({ env: { ...baseEnv, REDIS_URL: school.server.url } });
    try {
      await school.redis.hset(metaKey(school.keys), "layout", LAYOUT + 1);
      expect(await one.tooOld).toBeInstanceOf(NewerLayout);
    } finally {
      await school.redis.hset(metaKey(school.keys), "layout", LAYOUT);
      await one.close();
    }
  });
});
