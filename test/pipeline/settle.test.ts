import { CloudEvent } from "cloudevents";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { records } from "../../shared/pipeline/records.ts";
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

const idle = { list: 0, leases: 0, leased: 0, delayed: 0, dead: 0, attempts: 0 };
const move = (token: string, id: string, to = "routed") =>
  ({
    kind: "move",
    token,
    id,
    from: "raw",
    to: to as "routed",
    because: "test",
    patch: { expert: "security" as const },
  }) as const;

async function claimOne(stage: "route" | "evaluate" = "route", settings = {}) {
  const queue = school.queue(stage, settings);
  const { leases } = await queue.claim(1);
  return { queue, lease: leases[0], token: leases[0]?.token ?? "" };
}

describe("a claim and its settle", () => {
  test("ingest creates records, indexes, trail and one event each; ids that exist are counted, not rewritten", async () => {
    await school.seed(["a", "b"]);
    await school.redis.hset("improvement:a", "title", "mended by hand");
    await school.seed(["b", "a", "c"]);

    expect(await school.redis.zcard("improvements:raw")).toBe(3);
    expect(await school.redis.hget("improvement:a", "title")).toBe("mended by hand");
    expect(await school.redis.hgetall("school:source:src-b")).toMatchObject({ known: "2", state: "read" });
    expect(await school.redis.hget("school:metrics", "source:read")).toBe("2");
    expect(await school.redis.smembers("improvements:video:v1")).toHaveLength(3);
    expect(await school.places("route")).toEqual({ ...idle, list: 3 });
  });

  test("the trail says when its stage first took it up, whatever looks followed; the next stage begins anew", async () => {
    await school.seed(["a"]);
    const { queue, token } = await claimOne();
    expect(Date.parse((await school.redis.hget("improvement:a", "taken_at")) ?? "")).not.toBeNaN();
    // As a clock that went on between the first look and the second would have it.
    const earlier = "2026-01-01T00:00:00.000Z";
    await school.redis.hset("improvement:a", "taken_at", earlier);
    await queue.settle([{ kind: "again", token, id: "a", from: "raw", delayMs: 0, patch: {} }], 0);
    const again = await claimOne();

    await again.queue.settle([move(again.token, "a")], 0);
    const trail = await records(school.redis, keysOf("")).trail("a");
    expect(trail.map(({ to, taken_at }) => [to, taken_at])).toEqual([
      ["raw", undefined],
      ["routed", earlier],
    ]);
    expect(await school.redis.hexists("improvement:a", "taken_at")).toBe(0);
  });

  test("a move writes record, indexes, trail and the next event together and ends the lease", async () => {
    await school.seed(["a"]);
    const { queue, token } = await claimOne();
    expect(await school.places("route")).toEqual({ ...idle, leases: 1, leased: 1 });

    const { results } = await queue.settle([move(token, "a")], 0);

    expect(results).toEqual(["ok"]);
    expect(await school.redis.hgetall("improvement:a")).toMatchObject({ status: "routed", expert: "security" });
    expect(await school.redis.hexists("improvement:a", "lease")).toBe(0);
    expect(await school.redis.zscore("improvements:raw", "a")).toBeNull();
    expect(await school.redis.sismember("improvements:status:routed", "a")).toBe(1);
    expect(await school.redis.xlen("improvement:a:trail")).toBe(2);
    expect(await school.places("route")).toEqual(idle);
    expect(await school.places("evaluate")).toEqual({ ...idle, list: 1 });
    const event = JSON.parse((await school.redis.lindex("school:queue:evaluate", 0)) as string);
    expect(new CloudEvent(event, true).validate()).toBe(true);
    expect(event).toMatchObject({
      specversion: "1.0",
      type: "ai.cortex.school.improvement.routed",
      source: "/cortex-online-school/route",
      data: { id: "a" },
    });
  });

  test("a repeated settle and a settle with a foreign token change nothing", async () => {
    await school.seed(["a"]);
    const { queue, token } = await claimOne();
    await queue.settle([move(token, "a")], 0);

    const again = await queue.settle([move(token, "a"), move("nobody", "a")], 0);

    expect(again.results).toEqual(["lost", "lost"]);
    expect(await school.redis.llen("school:queue:evaluate")).toBe(1);
    expect(await school.redis.xlen("improvement:a:trail")).toBe(2);
  });

  test("a worker whose improvement was moved meanwhile changes nothing, and its event is not lost but stale", async () => {
    await school.seed(["a"]);
    const { queue, token } = await claimOne();
    await school.redis.hset("improvement:a", "status", "rejected");

    expect((await queue.settle([move(token, "a")], 0)).results).toEqual(["lost"]);
    expect(await school.redis.hget("improvement:a", "status")).toBe("rejected");
  });

  test("the script refuses a move the lifecycle forbids", async () => {
    await school.seed(["a"]);
    const { queue, token } = await claimOne();

    expect((await queue.settle([move(token, "a", "approved")], 0)).results).toEqual(["illegal"]);
    expect(await school.redis.hget("improvement:a", "status")).toBe("raw");
  });

  test("settle returns the next claim in the same round trip", async () => {
    await school.seed(["a", "b"]);
    const { queue, token, lease } = await claimOne();
    const id = JSON.parse(lease?.event ?? "{}").data.id as string;

    const { claims } = await queue.settle([move(token, id)], 5);

    expect(claims?.leases).toHaveLength(1);
    expect(claims?.leases[0]?.fields["id"]).not.toBe(id);
  });
});

describe("two events for one improvement", () => {
  test("the second claim waits while the first is leased, and is dropped once the status has moved", async () => {
    await school.seed(["a"]);
    await school.redis.lpush(
      "school:queue:route",
      JSON.stringify({
        specversion: "1.0",
        id: "twin",
        source: "/t",
        type: "ai.cortex.school.improvement.raw",
        data: { id: "a" },
      }),
    );
    const queue = school.queue("route");

    const { leases } = await queue.claim(2);
    expect(leases).toHaveLength(1);
    expect(await school.places("route")).toMatchObject({ leases: 1, delayed: 1 });

    await queue.settle([move(leases[0]?.token as string, "a")], 0);
    await makeDue("route");
    expect((await queue.claim(2)).leases).toHaveLength(0);
    expect(await school.places("route")).toEqual(idle);
  });

  test("while one event waits for its time another one for the same improvement is dropped", async () => {
    await school.seed(["a"]);
    const { queue, token } = await claimOne();
    await queue.settle([{ kind: "again", token, id: "a", from: "raw", delayMs: 60_000, patch: {} }], 0);
    await school.redis.lpush(
      "school:queue:route",
      JSON.stringify({
        specversion: "1.0",
        id: "twin",
        source: "/t",
        type: "ai.cortex.school.improvement.raw",
        data: { id: "a" },
      }),
    );

    expect((await queue.claim(2)).leases).toHaveLength(0);
    expect(await school.places("route")).toEqual({ ...idle, delayed: 1 });
  });
});

describe("crashes, retries and dead letters", () => {
  test("an expired lease is put back with its attempt counted; the late worker is refused", async () => {
    await school.seed(["a"]);
    const first = await claimOne("route", { leaseMs: 0 });
    const second = await claimOne();

    expect(second.lease?.attempt).toBe(2);
    expect((await first.queue.settle([move(first.token, "a")], 0)).results).toEqual(["lost"]);
    expect((await second.queue.settle([move(second.token, "a")], 0)).results).toEqual(["ok"]);
    expect(await school.places("route")).toEqual(idle);
  });

  test("a worker that dies every time ends in the dead letters, and the status says so", async () => {
    await school.seed(["a"]);
    for (let i = 0; i < 3; i += 1) expect((await claimOne("route", { leaseMs: 0 })).lease?.attempt).toBe(i + 1);

    expect((await claimOne()).lease).toBeUndefined();
    expect(await school.redis.hgetall("improvement:a")).toMatchObject({ status: "dead", died_in: "raw" });
    expect(await school.places("route")).toEqual({ ...idle, dead: 1 });
    expect(await school.places("notify")).toMatchObject({ list: 1 });
  });

  test("a hand-back costs no attempt and keeps the event first in line", async () => {
    await school.seed(["a", "b"]);
    const { queue, token, lease } = await claimOne();
    await queue.settle([{ kind: "handback", token }], 0);

    const next = await claimOne();
    expect(next.lease).toMatchObject({ event: lease?.event, attempt: 1 });
  });

  test("a retry waits, then counts; after the last one the event is dead with its reason and unchanged", async () => {
    const event = JSON.stringify({
      specversion: "1.0",
      id: "e1",
      source: "/t",
      type: "t",
      data: { empty: [], n: 1.0 },
    });
    await school.redis.lpush("school:queue:ingest", event);
    const queue = school.queue("ingest");
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const { leases } = await queue.claim(1);
      expect(leases[0]?.attempt).toBe(attempt);
      const reply = await queue.settle(
        [{ kind: "retry", token: leases[0]?.token as string, delayMs: 1, counts: true, reason: 'remote said "no"' }],
        0,
      );
      expect(reply.results).toEqual([attempt === 3 ? "dead" : "ok"]);
      await makeDue("ingest");
    }
    const letter = JSON.parse((await school.redis.lindex("school:queue:ingest:dead", 0)) as string);
    expect(letter).toMatchObject({ stage: "ingest", attempts: 3, reason: 'remote said "no"' });
    expect(letter.event.data.empty).toEqual([]);
    expect(await school.places("ingest")).toEqual({ ...idle, dead: 1 });
  });

  test.each([
    ["text that is not JSON", "{oops", "not JSON"],
    ["a JSON number", "42", "not JSON"],
    ["an object without an id", '{"hello":1}', "no id"],
  ])("%s is buried and does not hold up what is behind it", async (_name, garbage, reason) => {
    await school.redis.lpush("school:queue:route", garbage);
    await school.seed(["a"]);

    expect((await claimOne()).lease?.fields["id"]).toBe("a");
    expect(await school.redis.lindex("school:queue:route:dead", 0)).toContain(reason);
  });

  test("a record of another Redis type is reported, left alone, and blocks nobody", async () => {
    await school.seed(["a", "b"]);
    await school.redis.del("improvement:a");
    await school.redis.set("improvement:a", '{"legacy":true}');

    expect((await claimOne()).lease?.fields["id"]).toBe("b");
    expect(await school.redis.get("improvement:a")).toBe('{"legacy":true}');
    expect(await school.redis.lindex("school:queue:route:dead", 0)).toContain("holds a string, not a hash");
  });

  test("redrive returns a dead improvement to the status it died in, with a fresh event", async () => {
    await school.seed(["a"]);
    const { queue, token } = await claimOne();
    await queue.settle([{ kind: "dead", token, reason: "cannot" }], 0);
    const entry = (await school.redis.lindex("school:queue:route:dead", 0)) as string;

    const args = [
      "route",
      entry,
      JSON.stringify(JSON.parse(entry).event),
      "a",
      "person:ada",
      "the remote is back",
    ] as const;
    expect(await school.scripts.schoolRedrive(...args)).toEqual(["ok"]);
    expect(await school.scripts.schoolRedrive(...args)).toEqual(["refused", "this dead letter is gone already"]);
    expect(await school.redis.hget("improvement:a", "status")).toBe("raw");
    expect(await school.places("route")).toEqual({ ...idle, list: 1 });
    expect((await claimOne()).lease?.attempt).toBe(1);
  });
});

test("a key of the wrong type spoils its own settlement before anything is written", async () => {
  await school.seed(["a"]);
  const { queue, token } = await claimOne();
  await school.redis.set("improvements:routed", "not a zset");

  expect((await queue.settle([move(token, "a")], 0)).results[0]).toContain("WRONGTYPE");
  expect(await school.redis.hget("improvement:a", "status")).toBe("raw");
  expect(await school.places("route")).toEqual({ ...idle, leases: 1, leased: 1 });
});

/** Moves the scores instead of waiting for them. */
async function makeDue(stage: "route" | "ingest"): Promise<void> {
  for (const event of await school.redis.zrange(`school:queue:${stage}:delayed`, 0, "-1")) {
    await school.redis.zadd(`school:queue:${stage}:delayed`, 1, event);
  }
}
