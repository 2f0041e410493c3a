import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseEvent } from "../../shared/domain/events.ts";
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
beforeEach(async () => {
  await school.redis.config("SET", "maxmemory", "0");
  await school.redis.flushall();
});

const run = () => operations(school.redis, school.keys, school.scripts);
const raw = (id: string, about: string) =>
  JSON.stringify({
    specversion: "1.0",
    id,
    source: "/t",
    type: "ai.cortex.school.improvement.raw",
    data: { id: about },
  });

describe("whose event it is", () => {
  const head = '{"specversion":"1.0","id":"e1","source":"/t","type":"ai.cortex.school.improvement.raw"';
  test.each([
    ["a field whose name looks like data", `${head},"data":{"id":"a"},"x\\"data":{"id":"b"}}`],
    ["data twice", `${head},"data":{"id":"b"},"data":{"id":"a"}}`],
    ["data inside data", `${head},"data":{"id":"a","data":{"id":"b"}}}`],
    ["data inside a string", `${head},"subject":"\\"data\\":{\\"id\\":\\"b\\"}}","data":{"id":"a"}}`],
    ["data written with escapes", `${head},"d\\u0061ta":{"id":"a"}}`],
  ])("%s: the lease and the worker agree", async (_name, event) => {
    await school.seed(["a", "b"]);
    await school.redis.del("school:queue:route");
    await school.redis.lpush("school:queue:route", event);
    expect(parseEvent(event)).toMatchObject({ event: { data: { id: "a" } } });
    const { leases } = await school.queue("route").claim(1);
    expect(leases[0]?.fields["id"]).toBe("a");
    expect(await school.redis.hexists("improvement:b", "lease")).toBe(0);
  });
});

test("a damaged key of attempts is reported before anything is taken from the list", async () => {
  await school.seed(["a"]);
  await school.redis.set("school:queue:route:attempts", "mine");
  await expect(school.queue("route").claim(1)).rejects.toThrow("WRONGTYPE");
  expect(await school.redis.llen("school:queue:route")).toBe(1);
});

test("an event that is dropped after a failed attempt leaves no count behind", async () => {
  await school.seed(["a"]);
  const queue = school.queue("route");
  await school.redis.lpush("school:queue:route", raw("twin", "a"));
  const { leases } = await queue.claim(1);
  await queue.settle(
    [
      {
        kind: "move",
        token: leases[0]?.token as string,
        id: "a",
        from: "raw",
        to: "routed",
        because: "t",
        patch: {},
      },
    ],
    0,
  );
  await school.redis.hset("school:queue:route:attempts", "twin", 1);
  expect((await queue.claim(1)).leases).toEqual([]);
  expect(await school.places("route")).toMatchObject({ list: 0, attempts: 0 });
});

test("a dead letter that Redis can read and JSON cannot is shown as text and hides no other", async () => {
  await school.seed(["a"]);
  const queue = school.queue("route");
  const odd = raw("odd", "odd").replace('"odd"}}', '"odd","n":NaN}}');
  await school.redis.del("school:queue:route");
  await school.redis.lpush("school:queue:route", odd, raw("good", "good"));
  for (const { token } of (await queue.claim(2)).leases) {
    await queue.settle([{ kind: "dead", token, reason: "not usable" }], 0);
  }
  await school.redis.rpush("school:queue:route:dead", "written by hand");
  const letters = await run().deadLetters("route");
  expect(letters.map(({ event, raw: text }) => event?.["id"] ?? text)).toEqual(["good", odd, "written by hand"]);
  expect(letters[1]).toMatchObject({ reason: "not usable", attempts: 1 });
  await expect(run().redrive(letters[1] as (typeof letters)[0], "p", "r")).rejects.toThrow("never was an event");
});

test("one stage with a damaged timer key does not hold up the timers of the others", async () => {
  await school.redis.set("school:queue:route:delayed", "mine");
  await school.redis.zadd("school:timers", 1, `route|${raw("e1", "a")}`, 1, "nonsense", 2, `verify|${raw("e2", "b")}`);
  // Nothing else is to come: what cannot be moved must not keep the coordinator looking again and again.
  expect(await run().promoteTimers()).toBe(-1);
  expect(await school.redis.zrange("school:queue:verify:delayed", 0, "-1")).toEqual([raw("e2", "b")]);
  expect(await school.redis.zcard("school:timers")).toBe(2);
});

test.each(["school:rollbacks", "improvements:rollback_log"])("a damaged %s spoils one settlement only", async (key) => {
  await school.seed(["a"]);
  await school.redis.hset("improvement:a", "status", "rolling_back", "lock", "shop");
  await school.redis.set("school:locks:app:shop", "a");
  await school.redis.lpush(
    "school:queue:rollback",
    raw("e", "a").replace("improvement.raw", "improvement.rolling_back"),
  );
  const queue = school.queue("rollback");
  const token = (await queue.claim(1)).leases[0]?.token as string;
  await school.redis.set(key, "mine");
  const move = { kind: "move", token, id: "a", from: "rolling_back", to: "failed", because: "t", patch: {} } as const;

  expect((await queue.settle([move], 0)).results[0]).toContain("WRONGTYPE");
  expect(await school.redis.hget("improvement:a", "status")).toBe("rolling_back");
  await school.redis.del(key);
  expect((await queue.settle([move], 0)).results).toEqual(["ok"]);
  expect(await school.redis.exists("school:locks:app:shop")).toBe(0);
});

test("with Redis out of memory running work keeps its lease and can still be settled", async () => {
  await school.seed(["a"]);
  const queue = school.queue("route", { leaseMs: 60_000 });
  const [lease] = (await queue.claim(1)).leases;
  const token = lease?.token as string;
  const before = Number(await school.redis.zscore("school:queue:route:leases", token));
  await school.redis.zadd("school:queue:route:leases", before - 50_000, token);
  await school.redis.config("SET", "maxmemory", "1");

  await expect(school.redis.set("any", "x")).rejects.toThrow("OOM");
  expect(await queue.heartbeat([token])).toEqual([]);
  expect(Number(await school.redis.zscore("school:queue:route:leases", token))).toBeGreaterThanOrEqual(before);
  const move = { kind: "move", token, id: "a", from: "raw", to: "routed", because: "t", patch: {} } as const;
  expect((await queue.settle([move], 0)).results).toEqual(["ok"]);
  expect((await school.queue("evaluate").claim(1)).leases).toHaveLength(1);
});

test.each(["auto_approve_none", "freeze"])("the founding bare key %s stops the second gate too", async (name) => {
  await school.seed(["a"]);
  await school.redis.hset("improvement:a", "status", "approved");
  await school.redis.set(name, "true");
  const limits = { rollbacksPerHour: 3, commitsPerHour: 20, commitsPerDay: 100 };
  const { gate } = schoolServices(school.redis, school.keys, school.scripts, limits);
  expect(await gate.take({ improvement: "a", lock: "shop", automatic: true })).toMatchObject({ kind: "refused" });
});
