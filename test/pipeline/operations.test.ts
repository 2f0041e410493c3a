import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { examine } from "../../shared/pipeline/doctor.ts";
import { operations } from "../../shared/pipeline/operations.ts";
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

const run = () => operations(school.redis, school.keys, school.scripts);
const look = (repair = false) => examine(school.redis, school.keys, school.scripts, repair);

/** Drives `a` from raw to the status a stage can reach in one step. */
async function stands(status: "routed" | "pending_review"): Promise<void> {
  await school.seed(["a"]);
  const route = school.queue("route");
  const { leases } = await route.claim(1);
  await route.settle(
    [{ kind: "move", token: leases[0]?.token as string, id: "a", from: "raw", to: status, because: "t", patch: {} }],
    0,
  );
}

describe("a person's move", () => {
  test("writes status, trail and the event of the stage that follows", async () => {
    await stands("pending_review");
    await run().decide({ id: "a", from: "pending_review", to: "approved", actor: "person:ada", reason: "looks right" });
    expect(await school.redis.hget("improvement:a", "status")).toBe("approved");
    expect(await school.places("implement")).toMatchObject({ list: 1 });
    expect(await school.redis.xrevrange("improvement:a:trail", "+", "-", "COUNT", 1)).toEqual([
      [expect.any(String), ["from", "pending_review", "to", "approved", "by", "person:ada", "because", "looks right"]],
    ]);
  });

  test.each([
    [
      "from a status it does not stand in",
      { from: "verified", to: "rolling_back" },
      "it is pending_review, not verified",
    ],
    [
      "that the lifecycle forbids",
      { from: "pending_review", to: "verified" },
      "cannot move it from pending_review to verified",
    ],
  ] as const)("is refused %s", async (_name, move, why) => {
    await stands("pending_review");
    await expect(run().decide({ id: "a", ...move, actor: "person:ada", reason: "r" })).rejects.toThrow(why);
    expect(await school.redis.hget("improvement:a", "status")).toBe("pending_review");
  });

  test("is refused for an improvement that does not exist", async () => {
    await expect(run().decide({ id: "ghost", from: "held", to: "verified", actor: "p", reason: "r" })).rejects.toThrow(
      "no improvement ghost",
    );
  });
});

describe("entrances", () => {
  test("a submitted source becomes one event for ingest", async () => {
    await run().submit({ content: "Set limits.", again: false }, "coordinator");
    const [event] = await school.redis.lrange("school:queue:ingest", 0, -1);
    expect(JSON.parse(event as string)).toMatchObject({
      type: "ai.cortex.school.source.submitted",
      data: { source: { content: "Set limits." } },
    });
  });

  test("a list key of another type is reported and left alone", async () => {
    await school.redis.set("school:queue:ingest", "mine");
    await expect(run().submit({ content: "x", again: false }, "t")).rejects.toThrow("holds a string");
    expect(await school.redis.get("school:queue:ingest")).toBe("mine");
  });

  test.each([
    ["{", "not JSON"],
    ['{"specversion":"0.3","id":"1","source":"/a","type":"t"}', "not a CloudEvent 1.0"],
    ['{"specversion":"1.0","id":"1","source":"/a","type":"t","data":{}}', "unknown event type"],
  ])("%s is refused at the door", async (raw, why) => {
    await expect(run().enqueue("route", raw)).rejects.toThrow(why);
    expect(await school.redis.llen("school:queue:route")).toBe(0);
  });
});

describe("doctor", () => {
  test("finds nothing in a healthy school, whatever place the events are in", async () => {
    await school.seed(["a", "b", "c", "d"]);
    const queue = school.queue("route");
    const { leases } = await queue.claim(3);
    const tokens = leases.map(({ token }) => token);
    const id = (i: number) => leases[i]?.fields["id"] as string;
    await queue.settle(
      [{ kind: "again", token: tokens[0] as string, id: id(0), from: "raw", delayMs: 60_000, patch: {} }],
      0,
    );
    await queue.settle(
      [{ kind: "again", token: tokens[1] as string, id: id(1), from: "raw", delayMs: 600_000, patch: {} }],
      0,
    );
    expect(await look()).toEqual([]);
  });

  test("a lost event is found and replaced, and the improvement moves again", async () => {
    await school.seed(["a"]);
    await school.redis.del("school:queue:route");
    expect(await look()).toMatchObject([{ kind: "orphan", id: "a", repaired: false }]);
    expect(await look(true)).toMatchObject([{ kind: "orphan", id: "a", repaired: true }]);
    expect(await look()).toEqual([]);
    expect((await school.queue("route").claim(1)).leases).toHaveLength(1);
  });

  test("broken indexes are found in both directions and mended", async () => {
    await stands("routed");
    await school.redis.zrem("improvements:routed", "a");
    await school.redis.sadd("improvements:status:verified", "a");
    await school.redis.zadd("improvements:failed", 1, "ghost");
    expect((await look(true)).map(({ kind }) => kind)).toEqual(["index", "index", "index"]);
    expect(await look()).toEqual([]);
  });

  test("a record of another type is reported and not touched", async () => {
    await school.redis.set("improvement:legacy", "{}");
    expect(await look(true)).toMatchObject([{ kind: "damaged", id: "legacy", repaired: false }]);
    expect(await school.redis.get("improvement:legacy")).toBe("{}");
  });

  test("a lock whose holder is done is found and opened, and the waiting one goes on", async () => {
    await school.seed(["a", "b"]);
    await school.redis.set("school:locks:app:shop", "gone");
    await school.redis.zadd("school:locks:app:shop:waiting", 1, JSON.stringify({ data: { id: "b" } }));
    expect((await look(true)).map(({ kind, id }) => `${kind} ${id}`)).toEqual(["lock gone", "lock b"]);
    expect(await school.redis.llen("school:queue:implement")).toBe(1);
  });
});
