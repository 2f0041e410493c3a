import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { upgradeState } from "../../functions/coordinator/about.ts";
import { LAYOUT, NewerLayout } from "../../shared/domain/schema/layout.ts";
import { RECORD_SCHEMA } from "../../shared/domain/schema/record.ts";
import { examine } from "../../shared/pipeline/doctor.ts";
import { records } from "../../shared/pipeline/records.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import { metaKey, openLayout, readMeta } from "../../shared/pipeline/upgrade/meta.ts";
import { bringForward, sweepOn } from "../../shared/pipeline/upgrade/sweep.ts";
import { type Round, upgradeRound } from "../../shared/pipeline/upgrade/upgrade.ts";
import { BUILD } from "../../shared/runtime/build-info.ts";
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

const record = (id: string) => school.redis.hgetall(school.keys.record(id));
const versionOf = (id: string) => school.redis.hget(school.keys.record(id), "schema_version");
/** As a version before there were versions left it. */
const old = (id: string) => school.redis.hdel(school.keys.record(id), "schema_version", "quotes");
const newer = (id: string) => school.redis.hset(school.keys.record(id), "schema_version", RECORD_SCHEMA + 1);

async function round(name = "c1", trusts = true): Promise<Round> {
  const { redis, keys, scripts } = school;
  const { signal } = new AbortController();
  return upgradeRound({ redis, keys, scripts, name, now: await redisNow(redis), signal, trusts });
}
async function untilDone(): Promise<void> {
  for (let rounds = 0; rounds < 1_000; rounds += 1) if ((await round()) === "done") return;
  throw new Error("the upgrade does not end");
}

test("new records say their version", async () => {
  await school.seed(["a"]);
  expect(await versionOf("a")).toBe(String(RECORD_SCHEMA));
});

describe("one record", () => {
  test("is brought forward once, and shown in today's form before", async () => {
    await school.seed(["a"]);
    await old("a");
    expect((await records(school.redis, school.keys).get("a"))?.quotes).toEqual([]);
    const forward = () => bringForward(school.redis, school.keys, school.scripts, "a");
    expect([await forward(), await forward()]).toEqual(["migrated", "current"]);
    expect(await record("a")).toMatchObject({ schema_version: String(RECORD_SCHEMA), quotes: "[]", title: "a" });
  });

  test("that somebody works on is left to them; what they settle is not lost, and then it is brought forward", async () => {
    await school.seed(["a"]);
    await old("a");
    const worker = school.queue("route");
    const [lease] = (await worker.claim(1)).leases;
    const forward = () => bringForward(school.redis, school.keys, school.scripts, "a");
    expect(await forward()).toBe("busy");
    const { results } = await worker.settle(
      [
        {
          kind: "move",
          token: lease?.token ?? "",
          id: "a",
          from: "raw",
          to: "routed",
          because: "x",
          patch: { expert: "security" },
        },
      ],
      0,
    );
    expect(results).toEqual(["ok"]);
    expect(await forward()).toBe("migrated");
    expect(await record("a")).toMatchObject({ status: "routed", expert: "security", quotes: "[]" });
  });

  test("that somebody wrote meanwhile in its old form is not overwritten", async () => {
    await school.seed(["a"]);
    await old("a");
    const seen = await record("a");
    await school.redis.hset(school.keys.record("a"), "quotes", '[{"text":"written meanwhile"}]');
    const worker = school.queue("route");
    const [lease] = (await worker.claim(1)).leases;
    const changes = { set: { quotes: "[]", schema_version: "2" }, remove: [] };
    expect(await worker.migrate(lease?.token ?? "", seen, changes)).toBe("changed");
    expect(await worker.migrate("somebody-else", seen, changes)).toBe("lost");
    expect(await versionOf("a")).toBeNull();
  });

  test("what is damaged, newer or no record is told apart, and none is touched", async () => {
    await school.seed(["newer", "damaged"]);
    await newer("newer");
    await school.redis.hset(school.keys.record("damaged"), "schema_version", "soon");
    const forward = (id: string) => bringForward(school.redis, school.keys, school.scripts, id);
    expect(await Promise.all(["newer", "damaged", "nobody"].map(forward))).toEqual(["newer", "damaged", "gone"]);
  });

  test("one that a step stumbles over is damaged, however it stumbles, and stays as it is", async () => {
    await school.seed(["a"]);
    await old("a");
    const before = await record("a");
    const stumbles = () => {
      throw new TypeError("Cannot read properties of null");
    };
    expect(await bringForward(school.redis, school.keys, school.scripts, "a", stumbles)).toBe("damaged");
    expect(await record("a")).toEqual(before);
  });
});

describe("the sweep", () => {
  test("takes all records in bounded batches, goes on where it was, and is done once", async () => {
    const ids = Array.from({ length: 1_200 }, (_, i) => `i${i}`);
    for (let from = 0; from < ids.length; from += 400) await school.seed(ids.slice(from, from + 400));
    for (const id of ids.slice(0, 700)) await old(id);
    const { redis, keys, scripts } = school;
    const first = await sweepOn(redis, keys, scripts);
    expect(first?.looked).toBeGreaterThan(0);
    expect(first?.looked).toBeLessThan(ids.length);
    expect((await readMeta(redis, keys)).sweep).toEqual(first);
    // Another coordinator, after the first one died.
    await redis.del(`${metaKey(keys)}:turn`);
    await untilDone();
    expect(await readMeta(redis, keys)).toMatchObject({ layout: LAYOUT, records: RECORD_SCHEMA, sweep: undefined });
    const versions = await Promise.all(ids.map(versionOf));
    expect(new Set(versions)).toEqual(new Set([String(RECORD_SCHEMA)]));
    expect(await redis.hget(keys.metrics, "migrated")).toBe("700");
    expect(await round()).toBe("done");
  });

  test("begins anew when records were busy, and never says done before", async () => {
    await school.seed(["a"]);
    await old("a");
    const worker = school.queue("route");
    const [lease] = (await worker.claim(1)).leases;
    for (let rounds = 0; rounds < 20; rounds += 1) expect(await round()).not.toBe("done");
    expect((await readMeta(school.redis, school.keys)).records).toBeUndefined();
    await worker.settle([{ kind: "handback", token: lease?.token ?? "" }], 0);
    await untilDone();
    expect(await versionOf("a")).toBe(String(RECORD_SCHEMA));
  });

  test("two coordinators at once: one is at it, both end, each record is brought forward once", async () => {
    const ids = Array.from({ length: 300 }, (_, i) => `i${i}`);
    await school.seed(ids);
    for (const id of ids) await old(id);
    const { redis, keys, scripts } = school;
    // Even where both believe it is their turn.
    await Promise.all([1, 2, 3].map(() => sweepOn(redis, keys, scripts)));
    await untilDone();
    expect(await redis.hget(keys.metrics, "migrated")).toBe("300");
    await round("c1");
    await redis.hdel(metaKey(keys), "records");
    expect([await round("c1"), await round("c2")][1]).toBe("waiting");
  });

  test("waits while anybody is alive who could not read the result, and looks again at what they wrote", async () => {
    await school.seed(["a"]);
    await untilDone();
    await old("a");
    const now = await redisNow(school.redis);
    await school.redis.zadd(school.keys.workers("route"), now + 60_000, "route-1-abc");
    expect(await round()).toBe("waiting");
    expect(await readMeta(school.redis, school.keys)).toMatchObject({
      records: undefined,
      waitsFor: "1 × route unknown",
    });
    expect(await versionOf("a")).toBeNull();
    await school.redis.del(school.keys.workers("route"));
    await untilDone();
    expect(await versionOf("a")).toBe(String(RECORD_SCHEMA));
    expect((await readMeta(school.redis, school.keys)).waitsFor).toBeUndefined();
  });

  test("a coordinator that has just come looks once itself: a version that left no sign may have been here", async () => {
    await school.seed(["a", "b"]);
    await untilDone();
    await old("a");
    expect(await round()).toBe("done");
    expect(await versionOf("a")).toBeNull();
    expect(await round("c1", false)).toBe("done");
    expect(await versionOf("a")).toBe(String(RECORD_SCHEMA));
  });

  test("what it finds busy then is not said to be done any more", async () => {
    await school.seed(["a"]);
    await untilDone();
    await old("a");
    const worker = school.queue("route");
    const [lease] = (await worker.claim(1)).leases;
    expect(await round("c1", false)).toBe("waiting");
    expect((await readMeta(school.redis, school.keys)).records).toBeUndefined();
    await worker.settle([{ kind: "handback", token: lease?.token ?? "" }], 0);
    await untilDone();
    expect(await versionOf("a")).toBe(String(RECORD_SCHEMA));
  });

  test("is done beside a record that cannot be brought forward, and says which also afterwards", async () => {
    await school.seed(["a", "b"]);
    await old("b");
    await school.redis.hset(school.keys.record("a"), "schema_version", "soon");
    await untilDone();
    expect(await versionOf("b")).toBe(String(RECORD_SCHEMA));
    expect(await upgradeState(school)).toMatchObject({ state: "done", records: { damaged: ["a"] } });
    await school.redis.hset(school.keys.record("a"), "schema_version", RECORD_SCHEMA);
    await round("c1", false);
    expect((await upgradeState(school)).records.damaged).toEqual([]);
  });

  test("after a newer version has gone again it says what is so from now on: at least its own", async () => {
    await school.seed(["a"]);
    await untilDone();
    await newer("a");
    await school.redis.hset(metaKey(school.keys), "records", RECORD_SCHEMA + 1);
    expect(await round()).toBe("done");
    expect((await readMeta(school.redis, school.keys)).records).toBe(RECORD_SCHEMA);
    expect(await upgradeState(school)).toMatchObject({ state: "done", records: { atLeast: RECORD_SCHEMA } });
    expect(await versionOf("a")).toBe(String(RECORD_SCHEMA + 1));
  });
});

describe("the layout of the keys", () => {
  test("of an empty Redis is today's at once; of one that was used before it is the first", async () => {
    await openLayout(school.redis, school.keys, BUILD);
    expect((await readMeta(school.redis, school.keys)).layout).toBe(LAYOUT);
    await school.redis.flushall();
    await school.seed(["a"]);
    await openLayout(school.redis, school.keys, BUILD);
    expect((await readMeta(school.redis, school.keys)).layout).toBe(1);
    await untilDone();
    expect((await readMeta(school.redis, school.keys)).layout).toBe(LAYOUT);
  });

  test("from 1 to 2: locks and tombstones from before their indexes stand in them", async () => {
    await school.seed(["a", "b"]);
    await school.redis.set(school.keys.lock("shop"), "b");
    const { redis, keys } = school;
    await redis.hset(keys.record("a"), { status: "rejected", tombstone: "taken back" });
    await redis.zadd(keys.byStatus("rejected"), 5, "a");
    await untilDone();
    expect(await redis.smembers(keys.lockNames)).toEqual(["shop"]);
    expect(await redis.zrange(keys.tombstones, "0", "-1", "WITHSCORES")).toEqual(["a", "5"]);
  });

  test("that is newer stops a coordinator, with what to do, and a worker before it claims", async () => {
    await school.seed(["a"]);
    await school.redis.hset(metaKey(school.keys), "layout", LAYOUT + 1);
    await expect(openLayout(school.redis, school.keys, BUILD)).rejects.toThrow(NewerLayout);
    await expect(round()).rejects.toThrow(
      /have layout \d+; this program .* knows layouts up to \d+.*restore the backup/s,
    );
    const claims = await school.queue("route").claim(5);
    expect(claims).toMatchObject({ leases: [], newerLayout: LAYOUT + 1 });
    expect(await school.places("route")).toMatchObject({ list: 1, leases: 0 });
  });

  test("a key of another type in its place stops no work", async () => {
    await school.seed(["a"]);
    await school.redis.set(metaKey(school.keys), "?");
    expect((await school.queue("route").claim(5)).leases).toHaveLength(1);
    const findings = await examine(school.redis, school.keys, school.scripts);
    expect(findings.map(({ problem }) => problem)).toEqual([expect.stringContaining("school:meta holds a string")]);
  });
});
