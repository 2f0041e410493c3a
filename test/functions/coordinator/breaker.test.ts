/** The circuit breaker and rollbacks of what is still on its way, as people meet them at the coordinator. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool({ env: { REAP_SECONDS: "0.05", BREAKER_TIMEOUT: "90", BREAKER_ROLLBACKS_PER_HOUR: "2" } });
});
afterAll(() => school.close());

const breaker = async () => (await school.call("viewer", "GET", "/api/status")).json.breaker;

describe("the breaker", () => {
  beforeEach(async () => {
    await school.redis.del("school:rollbacks", "school:breaker", "school:queue:notify");
  });

  test("says what opens it, and when it closes by itself", async () => {
    expect(await breaker()).toEqual({
      open: false,
      because: null,
      openedAt: null,
      closesAt: null,
      rollbacksPerHour: 2,
      timeoutMinutes: 90,
    });
    const last = Date.now() - 60_000;
    for (const [n, time] of [last - 2_000, last - 1_000, last].entries()) {
      await school.redis.zadd("school:rollbacks", time, `b${n}`);
    }
    expect(await breaker()).toMatchObject({
      open: true,
      because: expect.stringContaining("3 rollbacks within an hour"),
      openedAt: new Date(last).toISOString(),
      closesAt: new Date(last + 90 * 60_000).toISOString(),
    });
  });

  test("that it opened is noticed by itself and told once", async () => {
    await school.stand("tripped", "rolling_back", { title: "One too many" });
    const last = Number(await school.redis.zscore("school:rollbacks", "tripped"));
    await school.redis.zadd("school:rollbacks", last - 2, "b1", last - 1, "b2");
    // Beside those about the rollbacks themselves.
    const told = async () =>
      (await school.redis.lrange("school:queue:notify", 0, -1)).filter((event) => event.includes(":breaker:")).length;
    await expect.poll(told, { timeout: 10_000 }).toBe(1);
    expect((await school.record("tripped")).breaker_opened).toContain("3 rollbacks within an hour");
    const { json } = await school.call("viewer", "GET", "/api/improvements/tripped/trail");
    expect(json.trail.at(-1)).toMatchObject({ from: "rolling_back", to: "rolling_back", by: "breaker" });

    await school.call("operator", "POST", "/api/breaker/close", { reason: "looked at it" });
    expect((await breaker()).open).toBe(false);
    expect(await told()).toBe(1);
  });
});

describe("a rollback of what is still on its way", () => {
  test.each(["implementation", "deployed"] as const)(
    "of one that is %s is noted for the stage at work on it",
    async (status) => {
      const id = `way-${status}`;
      await school.stand(id, status);
      const answer = await school.call("reviewer", "POST", `/api/improvements/${id}/rollback`, {
        reason: "it pages us",
      });
      expect(answer).toMatchObject({ status: 200, json: { id, status } });
      expect(await school.record(id)).toMatchObject({ status, rollback_requested: "it pages us" });
      const { json } = await school.call("viewer", "GET", `/api/improvements/${id}/trail`);
      expect(json.trail.at(-1)).toMatchObject({
        from: status,
        to: status,
        by: "person:ruth",
        because: "asked for a rollback: it pages us",
      });
    },
  );

  /** verify is at work on it; the others go back to the list. */
  async function claimed(id: string) {
    const queue = school.queue("verify");
    const { leases } = await queue.claim(100);
    const others = leases.filter(({ fields }) => fields["id"] !== id);
    await queue.settle(
      others.map(({ token }) => ({ kind: "handback", token })),
      0,
    );
    return { queue, token: leases.find(({ fields }) => fields["id"] === id)?.token ?? "" };
  }
  const ask = (id: string) => school.call("reviewer", "POST", `/api/improvements/${id}/rollback`, { reason: "now" });

  test("one that waits for its time is looked at now", async () => {
    await school.stand("waits", "deployed");
    const { queue, token } = await claimed("waits");
    await queue.settle([{ kind: "again", token, id: "waits", from: "deployed", delayMs: 60_000, patch: {} }], 0);
    const listed = async () =>
      (await school.redis.lrange("school:queue:verify", 0, -1)).filter((event) => event.includes("waits"));
    expect(await listed()).toEqual([]);
    await ask("waits");
    expect(await listed()).toHaveLength(1);
  });

  test.each(["verified", "held"] as const)("the stage that was about to call it %s looks once more", async (to) => {
    const id = `late-${to}`;
    await school.stand(id, "deployed");
    const { queue, token } = await claimed(id);
    await ask(id);
    const move = { kind: "move", id, from: "deployed", to, because: "all is well", patch: {} } as const;
    expect((await queue.settle([{ ...move, token }], 0)).results).toEqual(["lost"]);
    expect((await school.record(id)).status).toBe("deployed");

    const again = await claimed(id);
    const back = { ...move, to: "rolling_back", because: "asked for", patch: { rollback_requested: null } } as const;
    expect((await again.queue.settle([{ ...back, token: again.token }], 0)).results).toEqual(["ok"]);
    expect((await school.record(id)).status).toBe("rolling_back");
    expect(await school.places("verify")).toMatchObject({ leases: 0 });
  });

  test("a flag that says no holds nothing up", async () => {
    await school.stand("no-flag", "deployed");
    await school.redis.hset("improvement:no-flag", "rollback_requested", " False ");
    const { queue, token } = await claimed("no-flag");
    const move = { kind: "move", token, id: "no-flag", from: "deployed", because: "t", patch: {} } as const;
    expect((await queue.settle([{ ...move, to: "verified" }], 0)).results).toEqual(["ok"]);
  });

  test("before anything is committed there is nothing to roll back", async () => {
    await school.stand("early", "planned");
    const { status, json } = await school.call("reviewer", "POST", "/api/improvements/early/rollback", { reason: "r" });
    expect(status).toBe(409);
    expect(json.detail).toContain("it is planned");
  });
});
