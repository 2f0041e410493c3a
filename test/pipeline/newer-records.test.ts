/** What a newer version of the school wrote is shown and counted, and left as it is. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { NewerSchema } from "../../shared/domain/schema/chain.ts";
import { RECORD_SCHEMA } from "../../shared/domain/schema/record.ts";
import { examine } from "../../shared/pipeline/doctor.ts";
import { operations } from "../../shared/pipeline/operations.ts";
import { allowAgain, defer, endDeferrals } from "../../shared/pipeline/put-off.ts";
import { records } from "../../shared/pipeline/records.ts";
import { schoolServices } from "../../shared/pipeline/services.ts";
import { settlementForError } from "../../shared/runtime/settlement.ts";
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
const newer = (id: string) => school.redis.hset(school.keys.record(id), "schema_version", RECORD_SCHEMA + 1);

describe("a worker", () => {
  test("gives its event back as it is: no lease, no attempt, nothing written, and says so", async () => {
    await school.seed(["a", "b"]);
    await newer("a");
    const before = await record("a");
    const [event] = (await school.redis.lrange(school.keys.list("route"), 0, -1)).filter((text) =>
      text.includes('"a"'),
    );
    const worker = school.queue("route");
    const claims = await worker.claim(5);
    expect(claims.leases.map(({ fields }) => fields["id"])).toEqual(["b"]);
    expect(claims.newer).toEqual([{ improvement: "a", version: RECORD_SCHEMA + 1 }]);
    expect(claims.buried).toEqual([]);
    expect(await record("a")).toEqual(before);
    expect(await school.redis.zrange(school.keys.delayed("route"), "0", "-1")).toEqual([event]);
    expect(await school.places("route")).toMatchObject({ list: 0, leases: 1, delayed: 1, dead: 0, attempts: 0 });
    // It is there, and has its event; doctor only says why this version leaves it alone.
    expect(await examine(school.redis, school.keys, school.scripts)).toEqual([
      { kind: "damaged", id: "a", problem: expect.stringContaining("which a newer school wrote"), repaired: false },
    ]);
  });

  test("does so however often: a worker that can read it gets it as fresh as it was", async () => {
    await school.seed(["a"]);
    await newer("a");
    const worker = school.queue("route", { maxAttempts: 2 });
    for (let look = 0; look < 5; look += 1) {
      await school.redis.zadd(
        school.keys.delayed("route"),
        "XX",
        0,
        (await school.redis.zrange(school.keys.delayed("route"), "0", "0"))[0] ?? "",
      );
      expect((await worker.claim(1)).leases).toEqual([]);
    }
    await school.redis.hset(school.keys.record("a"), "schema_version", RECORD_SCHEMA);
    await school.redis.zadd(
      school.keys.delayed("route"),
      "XX",
      0,
      (await school.redis.zrange(school.keys.delayed("route"), "0", "0"))[0] ?? "",
    );
    expect((await worker.claim(1)).leases).toMatchObject([{ attempt: 1, fields: { id: "a" } }]);
  });
});

describe("the past that proposals are compared with", () => {
  const limits = { rollbacksPerHour: 3, commitsPerHour: 2, commitsPerDay: 100 };
  const recent = () => schoolServices(school.redis, school.keys, school.scripts, limits).history.recent(10);

  test("is not judged by who cannot read all of it: the event is given back, and no attempt counts", async () => {
    await school.seed(["a", "b"]);
    expect((await recent()).map(({ id }) => id).sort()).toEqual(["a", "b"]);
    await newer("a");
    await school.redis.hdel(school.keys.record("a"), "quotes");
    const error: unknown = await recent().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NewerSchema);
    expect(settlementForError("t", error, 3)).toMatchObject({ kind: "retry", counts: false });
  });

  test("one damaged record does not end all judging: what can be read of it still counts", async () => {
    await school.seed(["a", "b", "c"]);
    await school.redis.hset(school.keys.record("a"), { quotes: "[{", tombstone: "taken back" });
    await school.redis.hset(school.keys.record("b"), "schema_version", "soon");
    await school.redis.del(school.keys.record("c"));
    await school.redis.set(school.keys.record("c"), "no record");
    const past = (await recent()).map(({ id, title, quotes, tombstone }) => [id, title, quotes.length, tombstone]);
    expect(past.sort(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      ["a", "a", 0, "taken back"],
      ["b", "b", 1, undefined],
    ]);
    // Asked for by itself it says what is wrong.
    await expect(records(school.redis, school.keys).get("a")).rejects.toThrow(SyntaxError);
  });
});

describe("a coordinator", () => {
  test("decides nothing about it, and says where to", async () => {
    await school.seed(["a"]);
    await newer("a");
    const acts = operations(school.redis, school.keys, school.scripts);
    const decision = acts.decide({ id: "a", from: "raw", to: "rejected", actor: "ann", reason: "no" });
    await expect(decision).rejects.toThrow("newer version of the school");
    expect((await records(school.redis, school.keys).get("a"))?.title).toBe("a");
  });

  test("puts no dead letter of it back: that stays where it is, too", async () => {
    await school.seed(["a"]);
    const worker = school.queue("route");
    const [lease] = (await worker.claim(1)).leases;
    await worker.settle([{ kind: "dead", token: lease?.token ?? "", reason: "no" }], 0);
    await newer("a");
    const before = await record("a");
    const acts = operations(school.redis, school.keys, school.scripts);
    const [letter] = await acts.deadLetters("route");
    if (letter === undefined) throw new Error("no dead letter");
    await expect(acts.redrive(letter, "ann", "again")).rejects.toThrow("newer version of the school");
    expect([await record("a"), await acts.deadLetters("route")]).toEqual([before, [letter]]);
  });

  test("shows what it can read of it, and all the others", async () => {
    await school.seed(["a", "b"]);
    await newer("a");
    await school.redis.hset(school.keys.record("a"), { verdict: "@v3 allow", relevance: "0.5" });
    const shown = await records(school.redis, school.keys).many(["a", "b"]);
    expect(shown.map(({ id, verdict, relevance }) => [id, verdict, relevance])).toEqual([
      ["a", undefined, 0.5],
      ["b", undefined, expect.anything()],
    ]);
  });

  test("puts nothing of it off, and ends no time that it was put off for", async () => {
    await school.seed(["a", "b"]);
    const { redis, keys, scripts } = school;
    await redis.hset(keys.record("a"), { status: "pending_review", tombstone: "taken back" });
    await newer("a");
    const a = { id: "a", status: "pending_review", updated_at: (await record("a"))["updated_at"] ?? "" } as const;
    const until = { until: Date.now() + 60_000, by: "person:ann", because: "later" };
    await expect(defer(scripts, a, until)).rejects.toThrow("newer version of the school");
    await expect(allowAgain(scripts, "a", "person:ann", "why not")).rejects.toThrow("newer version of the school");
    // In a form of its own.
    await redis.hset(keys.record("a"), "deferred", "@v3 till=1");
    await redis.zadd(keys.deferred, 1, "a", 1, "b");
    const before = await record("a");
    expect(await endDeferrals(scripts)).toBeGreaterThan(5_000);
    expect(await redis.zrange(keys.deferred, "0", "-1")).toEqual(["a"]);
    expect(await record("a")).toEqual(before);
  });
});
