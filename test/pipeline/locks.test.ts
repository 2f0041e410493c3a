import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { examine } from "../../shared/pipeline/doctor.ts";
import { listLocks } from "../../shared/pipeline/locks.ts";
import { operations } from "../../shared/pipeline/operations.ts";
import { schoolServices } from "../../shared/pipeline/services.ts";
import { settle as walk } from "../functions/coordinator/claim-and-settle.ts";
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

const LIMITS = { rollbacksPerHour: 3, commitsPerHour: 20, commitsPerDay: 100 };
const take = (improvement: string, lock = "shop") =>
  schoolServices(school.redis, school.keys, school.scripts, LIMITS).gate.take({ improvement, lock, automatic: false });
const holder = (lock = "shop") => school.redis.get(school.keys.lock(lock));
const person = () => operations(school.redis, school.keys, school.scripts);
const decide = (id: string, from: Status, to: Status) =>
  person().decide({ id, from, to, actor: "person:ada", reason: "it hurts" });

/** Approved, the lock taken as implement does it, and on to `to`. */
async function stands(id: string, to: Status, lock = "shop"): Promise<void> {
  await walk(school, id, "approved", {});
  expect(await take(id, lock)).toEqual({ kind: "taken" });
  if (to !== "approved") await walk(school, id, to, {});
}
/** Approved, looked at by implement and parked behind the lock. */
async function waits(id: string, lock = "shop"): Promise<void> {
  await walk(school, id, "approved", {});
  await park(id, lock);
}
async function park(id: string, lock: string): Promise<void> {
  const { queue, token } = await claim("implement", id);
  const { results } = await queue.settle([{ kind: "behind", token, id, from: "approved", lock }], 0);
  expect(results).toEqual(["ok"]);
}
async function claim(stage: "implement" | "rollback" | "verify", id: string) {
  const queue = school.queue(stage);
  const { leases } = await queue.claim(1);
  expect(leases.map(({ fields }) => fields["id"])).toEqual([id]);
  return { queue, token: leases[0]?.token as string };
}
const claimable = async (stage: "implement" | "rollback" | "verify") =>
  (await school.queue(stage).claim(10)).leases.map(({ fields }) => fields["id"]);

describe("taking back what was verified long ago", () => {
  test("takes the lock again, so that nothing else changes the Application meanwhile", async () => {
    await stands("a", "verified");
    expect(await holder()).toBeNull();
    await decide("a", "verified", "rolling_back");
    expect(await holder()).toBe("a");
    await walk(school, "b", "approved", {});
    expect(await take("b")).toEqual({ kind: "busy", holder: "a" });
    expect(await claimable("rollback")).toEqual(["a"]);
  });

  test("waits while another improvement of the Application is in flight, then goes first and holds the lock", async () => {
    await stands("a", "verified");
    await stands("b", "deployed");
    await waits("c");
    await decide("a", "verified", "rolling_back");
    expect(await holder()).toBe("b");
    expect(await claimable("rollback")).toEqual([]);
    expect(await examine(school.redis, school.keys, school.scripts)).toEqual([]);

    await walk(school, "b", "verified", {});

    expect(await holder()).toBe("a");
    expect(await claimable("implement")).toEqual([]);
    expect(await claimable("rollback")).toEqual(["a"]);
  });

  test("a second event for it does not slip past the lock", async () => {
    await stands("a", "verified");
    await stands("b", "deployed");
    await decide("a", "verified", "rolling_back");
    const event = {
      specversion: "1.0",
      id: "again",
      source: "/t",
      type: "ai.cortex.school.improvement.rolling_back",
      data: { id: "a" },
    };
    await school.redis.lpush(school.keys.list("rollback"), JSON.stringify(event));
    expect(await claimable("rollback")).toEqual([]);
  });
});

describe("who waits is never forgotten", () => {
  test("the next goes on when the one woken finds that it needs another lock", async () => {
    await stands("a", "deployed");
    await stands("x", "deployed", "other");
    await waits("b");
    await waits("c");
    await walk(school, "a", "verified", {});
    await park("b", "other");
    expect(await claimable("implement")).toEqual(["c"]);
  });

  test("the next goes on when the one woken takes another lock", async () => {
    await stands("a", "deployed");
    await waits("b");
    await waits("c");
    await walk(school, "a", "verified", {});
    await claim("implement", "b");
    expect(await take("b", "other")).toEqual({ kind: "taken" });
    expect(await claimable("implement")).toEqual(["c"]);
  });

  test("an improvement that is gone does not swallow the wake-up", async () => {
    await stands("a", "deployed");
    await waits("b");
    await waits("c");
    await school.redis.del(school.keys.record("b"));
    await walk(school, "a", "verified", {});
    expect(await claimable("implement")).toContain("c");
  });
});

test("a worker that was overtaken cannot take a lock nobody would release", async () => {
  await walk(school, "a", "approved", {});
  await walk(school, "a", "pending_review", {});
  await expect(take("a")).rejects.toThrow("another one now");
  expect(await holder()).toBeNull();
});

test("a damaged lock key spoils one settlement and loses no event", async () => {
  await stands("a", "deployed");
  await school.redis.del(school.keys.lock("shop"));
  await school.redis.hset(school.keys.lock("shop"), "mine", "1");
  const { queue, token } = await claim("verify", "a");
  const move = { kind: "move", token, id: "a", from: "deployed", to: "verified", because: "t", patch: {} } as const;
  const { results } = await queue.settle([move], 0);
  expect(results[0]).toContain("WRONGTYPE");
  expect(await school.places("verify")).toMatchObject({ leases: 1, leased: 1 });
});

describe("an operator", () => {
  test("sees who holds which lock and opens one with a reason: the trail says so and the next goes on", async () => {
    await stands("a", "held");
    await waits("b");
    expect(await listLocks(school.redis, school.keys)).toEqual([
      { name: "shop", holder: "a", status: "held", waiting: 1 },
    ]);

    expect(await person().unlock("shop", "person:otto", "settled by hand")).toBe("a");

    expect(await claimable("implement")).toEqual(["b"]);
    const [last] = await school.redis.xrevrange("improvement:a:trail", "+", "-", "COUNT", 1);
    expect(last?.[1].join(" ")).toContain("by person:otto because its lock of shop was opened: settled by hand");
    expect(await school.redis.hget("improvement:a", "status")).toBe("held");
    await expect(person().unlock("shop", "person:otto", "again")).rejects.toThrow("nobody holds the lock of shop");
  });

  test("who lost its lock like that waits for it before it touches the cluster again", async () => {
    await stands("a", "held");
    await person().unlock("shop", "person:otto", "r");
    await stands("b", "deployed");
    await decide("a", "held", "deployed");
    expect(await claimable("verify")).toEqual(["b"]);
    expect(await holder()).toBe("b");
  });

  test("a dead improvement keeps its lock until it is retried or the lock is opened", async () => {
    await stands("a", "deployed");
    const { queue, token } = await claim("verify", "a");
    await queue.settle([{ kind: "dead", token, reason: "it cannot work" }], 0);
    expect(await holder()).toBe("a");
    expect(await person().unlock("shop", "person:otto", "given up")).toBe("a");
    expect(await holder()).toBeNull();
  });
});
