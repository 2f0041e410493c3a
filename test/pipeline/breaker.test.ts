/** Rollbacks that were too many, and Applications that rest after one: the gate, the approval rule's view, and who is told. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { breakerAt } from "../../shared/domain/breaker.ts";
import { changeSet } from "../../shared/domain/change-set.ts";
import { operations } from "../../shared/pipeline/operations.ts";
import { schoolServices } from "../../shared/pipeline/services.ts";
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

const MINUTE = 60_000;
function services(limits = {}) {
  const { redis, keys, scripts } = school;
  return schoolServices(redis, keys, scripts, {
    rollbacksPerHour: 3,
    commitsPerHour: 1_000,
    commitsPerDay: 1_000,
    ...limits,
  });
}
const take = (improvement: string, { automatic = true, lock = "shop", limits = {} } = {}) =>
  services(limits).gate.take({ improvement, lock, automatic });

async function record(id: string, status: string, fields: Record<string, string> = {}, at = Date.now()): Promise<void> {
  await school.redis.hset(`improvement:${id}`, { id, status, ...fields });
  await school.redis.zadd(`improvements:${status}`, at, id);
}
const inApplication = (application: string) => ({ change_set: JSON.stringify(changeSet([], [], application)) });
const rolledBack = (...minutesAgo: number[]) =>
  school.redis.zadd(
    "school:rollbacks",
    ...minutesAgo.flatMap((minutes, n) => [String(Date.now() - minutes * MINUTE), `r${n}`]),
  );

describe("the breaker at the gate", () => {
  beforeEach(() => record("a", "approved"));

  test.each<[string, number[], object, string]>([
    ["open: four within the hour", [1, 10, 20, 50], {}, "refused"],
    ["open still: the last was within the time-out", [40, 80, 90, 95], {}, "refused"],
    ["closed: the time-out is over", [61, 80, 90, 95], {}, "taken"],
    ["closed: a shorter time-out is over", [10, 20, 30, 40], { breakerTimeoutMs: 9 * MINUTE }, "taken"],
    ["open: a longer time-out is not", [100, 110, 120, 130], { breakerTimeoutMs: 120 * MINUTE }, "refused"],
    ["closed: never four within one hour", [1, 30, 59, 62], {}, "taken"],
  ])("%s", async (_name, minutes, limits, kind) => {
    await rolledBack(...minutes);
    expect(await take("a", { limits })).toMatchObject({ kind });
    const { breaker } = await services(limits).brakes.brakes();
    expect(breaker === null ? "taken" : "refused").toBe(kind);
  });

  test("its words are the approval rule's, and say when it closes", async () => {
    await rolledBack(1, 2, 3, 4);
    const { breaker } = await services().brakes.brakes();
    expect(await take("a")).toEqual({ kind: "refused", rule: "circuit-breaker", because: breaker });
    expect(breaker).toMatch(/^4 rollbacks within an hour; until \d{4}-.*Z a person decides/);
  });

  test("what a person approved goes through", async () => {
    await rolledBack(1, 2, 3, 4);
    expect(await take("a", { automatic: false })).toEqual({ kind: "taken" });
  });

  test("an operator closes it; what comes after counts anew", async () => {
    await rolledBack(1, 2, 3, 4);
    await operations(school.redis, school.keys, school.scripts).closeBreaker("otto", "found it");
    expect(await take("a")).toEqual({ kind: "taken" });
  });

  test("the gate and the rule see the same, whenever rollbacks came", async () => {
    const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        minutes,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 5, max: 150 }),
        async (ago, most, wait) => {
          await school.redis.del("school:rollbacks");
          const now = Date.now();
          const times = ago.map((minute) => now - minute * MINUTE - 30_000).sort((x, y) => x - y);
          for (const [n, time] of times.entries()) await school.redis.zadd("school:rollbacks", time, `r${n}`);
          const open = breakerAt(times, { perHour: most, timeoutMs: wait * MINUTE }, now);
          const answer = await take("a", { limits: { rollbacksPerHour: most, breakerTimeoutMs: wait * MINUTE } });
          expect(answer.kind).toBe(open === undefined ? "taken" : "refused");
          if (answer.kind === "refused") expect(answer.because).toContain(`${open?.rollbacks} rollbacks`);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("an Application rests after a rollback", () => {
  beforeEach(() => record("a", "approved", inApplication("shop")));
  async function takenBack(minutesAgo: number, application: string, lock: string, status = "failed"): Promise<void> {
    const at = Date.now() - minutesAgo * MINUTE;
    await school.redis.zadd("school:rollbacks", at, "old");
    await record("old", status, { lock, ...inApplication(application) }, at);
  }
  const admit = (automatic: boolean) => services().gate.admit({ improvement: "a", automatic });

  test.each<[string, () => Promise<void>, string]>([
    ["taken back a moment ago", () => takenBack(5, "shop", "shop"), "refused"],
    ["taken back long ago", () => takenBack(31, "shop", "shop"), "taken"],
    ["another Application under the same lock", () => takenBack(5, "cart", "shop"), "refused"],
    ["another Application", () => takenBack(5, "cart", "cart"), "taken"],
    ["being taken back now", () => takenBack(120, "shop", "shop", "rolling_back"), "refused"],
    ["nobody knows how to take it back", () => takenBack(600, "shop", "shop", "rollback_blocked"), "refused"],
    [
      "one that failed without a rollback",
      async () => record("old", "failed", { lock: "shop", ...inApplication("shop") }),
      "taken",
    ],
  ])("%s", async (_name, happened, kind) => {
    await happened();
    expect(await take("a")).toMatchObject(kind === "taken" ? { kind } : { kind, rule: "recent-rollback" });
    if (kind === "refused") expect(await take("a", { limits: { cooldownMs: 0 } })).toEqual({ kind: "taken" });
  });

  test("a person may go on there, and before a pull request is opened it is the same", async () => {
    await takenBack(5, "shop", "shop");
    expect(await admit(true)).toMatchObject({ kind: "refused", rule: "recent-rollback" });
    expect(await admit(false)).toEqual({ kind: "taken" });
    expect(await take("a", { automatic: false })).toEqual({ kind: "taken" });
  });

  test("the approval rule is told of that Application, and of no other", async () => {
    await takenBack(5, "shop", "shop");
    const { brakes } = services();
    expect((await brakes.brakes("shop")).recentRollback).toMatch(/^old was taken back in shop; until .*Z a person/);
    expect((await brakes.brakes("cart")).recentRollback).toBeNull();
    expect((await services({ cooldownMs: 0 }).brakes.brakes("shop")).recentRollback).toBeNull();
    expect((await brakes.brakes()).recentRollback).toBeUndefined();
  });

  test("a damaged record stops nobody, and hides nothing", async () => {
    await takenBack(5, "shop", "shop");
    await school.redis.zadd("school:rollbacks", Date.now(), "broken");
    await record("broken", "failed", { change_set: "{" });
    expect(await take("a")).toMatchObject({ rule: "recent-rollback" });
    expect((await services().brakes.brakes("shop")).recentRollback).toContain("old");
  });
});

describe("that it opened is told once", () => {
  const open = { openedAt: 1_000, closesAt: 3_601_000, rollbacks: 4 };

  test("in the trail of the last rollback, in the events, and to notify", async () => {
    const acts = operations(school.redis, school.keys, school.scripts);
    await record("last", "rolling_back");
    await school.redis.zadd("school:rollbacks", open.openedAt, "last");
    expect(await acts.tellBreaker(open)).toBe(true);
    expect(await acts.tellBreaker(open)).toBe(false);
    expect(await acts.tellBreaker({ ...open, closesAt: 9_000_000 })).toBe(false);

    const [event, ...more] = await school.redis.lrange("school:queue:notify", 0, -1);
    expect(more).toEqual([]);
    expect(JSON.parse(event ?? "")).toMatchObject({
      specversion: "1.0",
      type: "ai.cortex.school.improvement.rolling_back",
      data: { id: "last" },
    });
    const trail = await school.redis.xrange("improvement:last:trail", "-", "+");
    expect(trail).toHaveLength(1);
    expect(trail[0]?.[1]).toEqual(expect.arrayContaining(["by", "breaker"]));
    expect(await school.redis.hget("improvement:last", "breaker_opened")).toContain("4 rollbacks");
    expect(await school.redis.hgetall("school:breaker")).toMatchObject({ opened_at: "1970-01-01T00:00:01.000Z" });

    expect(await acts.tellBreaker({ ...open, openedAt: 2_000 })).toBe(true);
  });

  test("also when the record of the last rollback is gone", async () => {
    const acts = operations(school.redis, school.keys, school.scripts);
    expect(await acts.tellBreaker(open)).toBe(true);
    expect(await school.redis.llen("school:queue:notify")).toBe(0);
  });
});
