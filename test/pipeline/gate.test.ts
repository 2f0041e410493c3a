import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { examine } from "../../shared/pipeline/doctor.ts";
import { loadOperatorScripts } from "../../shared/pipeline/scripts/load-operator.ts";
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

function services(limits = {}) {
  const { redis, keys, scripts } = school;
  return schoolServices(redis, keys, scripts, {
    rollbacksPerHour: 3,
    commitsPerHour: 20,
    commitsPerDay: 100,
    ...limits,
  });
}
const take = (improvement: string, automatic = true, lock = "shop", limits = {}) =>
  services(limits).gate.take({ improvement, lock, automatic });

/** Improvements that stand in `approved`, each with its event on the list of implement. */
async function approved(...ids: string[]): Promise<void> {
  await school.seed(ids);
  for (const id of ids) {
    await school.redis.hset(`improvement:${id}`, "status", "approved");
    await school.redis
      .multi()
      .zrem("improvements:raw", id)
      .zadd("improvements:approved", 1, id)
      .srem("improvements:status:raw", id)
      .sadd("improvements:status:approved", id)
      .exec();
    await school.redis.lpush(
      school.keys.list("implement"),
      JSON.stringify({
        specversion: "1.0",
        id: `go-${id}`,
        source: "/t",
        type: "ai.cortex.school.improvement.approved",
        data: { id },
      }),
    );
  }
}
async function claim() {
  const queue = school.queue("implement");
  const { leases } = await queue.claim(1);
  return { queue, token: leases[0]?.token ?? "", id: leases[0]?.fields["id"] ?? "" };
}

describe("the lock of an Application", () => {
  test("one holder; the holder may take it again and pays no second budget; others are told who holds it", async () => {
    await approved("a", "b");
    expect(await take("a")).toEqual({ kind: "taken" });
    expect(await take("a", true, "shop", { commitsPerHour: 1 })).toEqual({ kind: "taken" });
    expect(await take("b")).toEqual({ kind: "busy", holder: "a" });
    expect(await take("b", true, "other")).toEqual({ kind: "taken" });
    expect(await school.redis.hget("improvement:a", "lock")).toBe("shop");
  });

  test("who waits behind a lock that nobody holds any more, and for whom nobody was woken, is found and woken", async () => {
    await approved("a", "b");
    const [first, second] = [await claim(), await claim()];
    await take(first.id);
    await second.queue.settle(
      [{ kind: "behind", token: second.token, id: second.id, from: "approved", lock: "shop" }],
      0,
    );
    await school.redis.del("school:locks:app:shop");

    const scripts = loadOperatorScripts(school.redis, "");
    const found = (await examine(school.redis, school.keys, scripts, true)).filter(({ kind }) => kind === "lock");
    expect(found).toMatchObject([{ id: second.id, repaired: true }]);
    expect(await school.places("implement")).toMatchObject({ list: 1 });
    const again = (await examine(school.redis, school.keys, scripts, true)).filter(({ kind }) => kind === "lock");
    expect(again).toEqual([]);
  });

  test("who waits behind it is woken, one at a time, by the settle that releases it", async () => {
    await approved("a", "b", "c");
    const [first, second, third] = [await claim(), await claim(), await claim()];
    await take(first.id);
    for (const { queue, token, id } of [second, third])
      await queue.settle([{ kind: "behind", token, id, from: "approved", lock: "shop" }], 0);
    expect(await school.redis.zcard("school:locks:app:shop:waiting")).toBe(2);

    await first.queue.settle(
      [
        {
          kind: "move",
          token: first.token,
          id: first.id,
          from: "approved",
          to: "pending_review",
          because: "t",
          patch: {},
        },
      ],
      0,
    );

    expect(await school.redis.exists("school:locks:app:shop")).toBe(0);
    expect(await school.places("implement")).toMatchObject({ list: 1, leases: 0 });
    // It is on its way to the lock: nobody is stranded, and nobody else is woken by a look.
    const looked = await examine(school.redis, school.keys, loadOperatorScripts(school.redis, ""), true);
    expect(looked.filter(({ kind }) => kind === "lock")).toEqual([]);
    expect(await school.places("implement")).toMatchObject({ list: 1, leases: 0 });
    // The woken one leaves without ever taking the lock: the next must not wait for ever.
    const woken = await claim();
    expect(woken.id).toBe(second.id);
    await woken.queue.settle(
      [{ kind: "move", token: woken.token, id: woken.id, from: "approved", to: "rejected", because: "t", patch: {} }],
      0,
    );
    expect((await claim()).id).toBe(third.id);
  });

  test("a lock that was let go between the look and the settle does not strand the one that wanted it", async () => {
    await approved("a");
    const { queue, token, id } = await claim();
    await queue.settle([{ kind: "behind", token, id, from: "approved", lock: "shop" }], 0);
    expect((await claim()).id).toBe("a");
  });

  test.each(["held", "rolling_back"] as const)("%s keeps the lock", async (to) => {
    await approved("a");
    await take("a");
    await school.redis.hset("improvement:a", "status", "implementation");
    await school.redis.lpush(
      school.keys.list("sync"),
      JSON.stringify({
        specversion: "1.0",
        id: "s",
        source: "/t",
        type: "ai.cortex.school.improvement.implementation",
        data: { id: "a" },
      }),
    );
    const sync = school.queue("sync");
    const { leases } = await sync.claim(1);
    await sync.settle(
      [
        {
          kind: "move",
          token: leases[0]?.token as string,
          id: "a",
          from: "implementation",
          to,
          because: "t",
          patch: {},
        },
      ],
      0,
    );
    expect(await school.redis.get("school:locks:app:shop")).toBe("a");
  });
});

describe("the second gate", () => {
  const inAnHour = () => Date.now() + 3_600_000;
  test.each<[string, () => Promise<unknown>, { kind: string; rule?: string }, { kind: string }]>([
    ["nothing in the way", async () => undefined, { kind: "taken" }, { kind: "taken" }],
    [
      "the founding bare key auto_approve_none",
      () => school.redis.set("auto_approve_none", "true"),
      { kind: "refused", rule: "auto-approve-none" },
      { kind: "taken" },
    ],
    [
      "the bare key in an unexpected type",
      () => school.redis.lpush("auto_approve_none", "x"),
      { kind: "refused", rule: "auto-approve-none" },
      { kind: "taken" },
    ],
    [
      "the bare key switched off",
      () => school.redis.set("auto_approve_none", "false"),
      { kind: "taken" },
      { kind: "taken" },
    ],
    [
      "the flag in an unreadable form",
      () => school.redis.hset("school:flags", "auto_approve_none", "yes please"),
      { kind: "refused", rule: "auto-approve-none" },
      { kind: "taken" },
    ],
    [
      "the flag after its expiry",
      () =>
        school.redis.hset(
          "school:flags",
          "auto_approve_none",
          JSON.stringify({ value: true, author: "a", reason: "r", expires_at: 1 }),
        ),
      { kind: "taken" },
      { kind: "taken" },
    ],
    [
      "a freeze",
      () =>
        school.redis.hset(
          "school:flags",
          "freeze",
          JSON.stringify({ value: true, author: "a", reason: "r", expires_at: inAnHour() }),
        ),
      { kind: "refused", rule: "freeze-window" },
      { kind: "wait" },
    ],
    [
      "more than three rollbacks within the hour",
      () => school.redis.zadd("school:rollbacks", ...[1, 2, 3, 4].flatMap((n) => [String(Date.now()), `r${n}`])),
      { kind: "refused", rule: "circuit-breaker" },
      { kind: "taken" },
    ],
    [
      "three rollbacks",
      () => school.redis.zadd("school:rollbacks", ...[1, 2, 3].flatMap((n) => [String(Date.now()), `r${n}`])),
      { kind: "taken" },
      { kind: "taken" },
    ],
    [
      "four rollbacks two hours ago",
      () =>
        school.redis.zadd(
          "school:rollbacks",
          ...[1, 2, 3, 4].flatMap((n) => [String(Date.now() - 7_200_000), `r${n}`]),
        ),
      { kind: "taken" },
      { kind: "taken" },
    ],
  ])("%s", async (_name, arrange, automatic, person) => {
    await approved("a", "b");
    await arrange();
    expect(await take("a", true)).toMatchObject(automatic);
    expect(await take("b", false, "other")).toMatchObject(person);
  });

  test("a spent budget refuses an automatic approval and makes a person's wait for the next hour", async () => {
    await approved("a", "b", "c");
    await take("a", true, "one", { commitsPerHour: 1 });
    expect(await take("b", true, "two", { commitsPerHour: 1 })).toMatchObject({ kind: "refused", rule: "budget" });
    const answer = await take("c", false, "two", { commitsPerHour: 1 });
    expect(answer).toMatchObject({ kind: "wait" });
    expect((answer as { afterMs: number }).afterMs).toBeLessThanOrEqual(3_601_000);
  });
});

test("who holds the lock already is stopped all the same by a brake that was pulled meanwhile", async () => {
  await approved("a");
  expect(await take("a")).toEqual({ kind: "taken" });
  await school.redis.set("auto_approve_none", "true");
  expect(await take("a")).toMatchObject({ kind: "refused", rule: "auto-approve-none" });
});

test("brakes show what the approval rule needs, in the same words", async () => {
  await school.redis.hset("school:flags", {
    auto_approve_all: JSON.stringify({
      value: true,
      author: "ada",
      reason: "drill",
      expires_at: Date.now() + 1_000_000,
    }),
    auto_approve_security: JSON.stringify({ value: true, author: "ada", reason: "no expiry" }),
    freeze: "on",
  });
  expect(await services({ commitsPerHour: 0 }).brakes.brakes()).toEqual({
    flags: { none: false, all: true, integrations: false, security: false },
    breaker: null,
    freeze: "changes are frozen",
    budget: expect.stringContaining("spent"),
  });
});
