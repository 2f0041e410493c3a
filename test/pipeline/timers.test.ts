import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
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

async function claimOne() {
  const queue = school.queue("route");
  const { leases } = await queue.claim(1);
  return { queue, lease: leases[0], token: leases[0]?.token ?? "" };
}

/** Moves the scores instead of waiting for them. */
async function makeDue(): Promise<void> {
  for (const event of await school.redis.zrange("school:queue:route:delayed", 0, "-1")) {
    await school.redis.zadd("school:queue:route:delayed", 1, event);
  }
}

describe("timers", () => {
  test.each([
    ["short ones wait beside the stage", 60_000, { delayed: 1 }, 0],
    ["long ones wait with the coordinator", 600_000, { delayed: 0 }, 1],
  ])("%s", async (_name, delayMs, near, far) => {
    await school.seed(["a"]);
    const { queue, token } = await claimOne();

    await queue.settle([{ kind: "again", token, id: "a", from: "raw", delayMs, patch: {} }], 0);

    expect(await school.places("route")).toEqual({ ...idle, ...near });
    expect(await school.redis.zcard("school:timers")).toBe(far);
    expect(await school.redis.hget("improvement:a", "status")).toBe("raw");
  });

  test("the coordinator moves a long timer near its stage two minutes ahead; the stage claims it when due", async () => {
    await school.seed(["a"]);
    const { queue, token, lease } = await claimOne();
    await queue.settle([{ kind: "again", token, id: "a", from: "raw", delayMs: 600_000, patch: {} }], 0);
    await school.redis.zadd("school:timers", Date.now() + 60_000, `route|${lease?.event}`);

    expect(await school.scripts.schoolTimers()).toEqual([1, -1]);
    expect((await queue.claim(1)).leases).toHaveLength(0);
    await makeDue();
    expect((await queue.claim(1)).leases[0]?.event).toBe(lease?.event);
  });
});
