import { once } from "node:events";
import { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Settlement } from "../../shared/pipeline/stage-queue.ts";
import { type Consumer, consume } from "../../shared/runtime/consume.ts";
import type { Work } from "../../shared/runtime/work.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
const consumers: Consumer[] = [];
const log = pino({ level: "silent" });

beforeAll(async () => {
  server = await startTestRedis({ appendOnly: true });
  school = connectPipeline(server.url);
  school.redis.on("error", () => undefined);
});
afterAll(async () => {
  school.redis.disconnect();
  await server.close();
});
beforeEach(() => school.redis.flushall());
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.drain(0)));
});

function start(
  perform: (work: Work) => Promise<Settlement | undefined>,
  over: { perPod?: number; leaseMs?: number; limitMs?: number } = {},
): Consumer {
  const { perPod = 4, leaseMs = 30_000, limitMs = 30_000 } = over;
  const queue = school.queue("route", { leaseMs, maxAttempts: 50 });
  const blocking = () => {
    const connection = new Redis(server.url, { maxRetriesPerRequest: null });
    connection.on("error", () => undefined);
    return connection;
  };
  const consumer = consume({
    queue,
    list: school.keys.list("route"),
    blocking,
    perPod,
    leaseMs,
    limitMs,
    log,
    perform,
  });
  consumers.push(consumer);
  return consumer;
}
const id = ({ lease }: Work) => lease.fields["id"] as string;
const done = (work: Work): Settlement => ({
  kind: "move",
  token: work.lease.token,
  id: id(work),
  from: "raw",
  to: "routed",
  because: "t",
  patch: {},
});
const routed = () => school.redis.zcard("improvements:routed");
const ids = (n: number) => Array.from({ length: n }, (_, i) => `i${i}`);

describe("a consumer", () => {
  test("works off what is there, and what is pushed while it waits on an empty list", async () => {
    await school.seed(ids(40));
    start(async (work) => done(work));
    await expect.poll(routed).toBe(40);
    await school.seed(["late"]);
    await expect.poll(routed).toBe(41);
  });

  test("never runs more than it may, and fills every place that becomes free, also when it claimed exactly that many", async () => {
    await school.seed(ids(8));
    let running = 0;
    let most = 0;
    start(async (work) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return done(work);
    });
    await expect.poll(routed).toBe(8);
    await school.seed(["more"]);
    await expect.poll(routed).toBe(9);
    expect(most).toBe(4);
  });

  test("wakes for a retry that falls due although nothing is pushed", async () => {
    await school.seed(["a"]);
    start(async (work) =>
      work.lease.attempt === 1
        ? { kind: "retry", token: work.lease.token, delayMs: 30, counts: true, reason: "r" }
        : done(work),
    );
    await expect.poll(routed).toBe(1);
  });

  test("goes on after Redis was killed and came back, and loses nothing", async () => {
    await school.seed(ids(20));
    let released: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      released = resolve;
    });
    start(async (work) => {
      await gate;
      return done(work);
    });
    await expect.poll(async () => (await school.places("route"))["leases"]).toBe(4);
    await server.restart({ hard: true });
    released();
    await expect.poll(routed, { timeout: 20_000 }).toBe(20);
  });
});

describe("draining", () => {
  test("finishes what runs, claims nothing more, gives nothing back", async () => {
    await school.seed(ids(10));
    const begun: Work[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const consumer = start(async (work) => {
      begun.push(work);
      await gate;
      return done(work);
    });
    await expect.poll(() => begun.length).toBe(4);
    const drained = consumer.drain(30_000);
    release();
    await drained;
    expect(await routed()).toBe(4);
    expect(await school.places("route")).toMatchObject({ list: 6, leases: 0 });
  });

  test("after the grace it aborts what still runs and hands it back without an attempt", async () => {
    await school.seed(["a"]);
    let aborted = false;
    const consumer = start(async ({ signal }) => {
      await once(signal, "abort");
      aborted = true;
      return undefined;
    });
    await expect.poll(async () => (await school.places("route"))["leases"]).toBe(1);
    await consumer.drain(10);
    expect(aborted).toBe(true);
    expect(await school.places("route")).toEqual({ list: 1, leases: 0, leased: 0, delayed: 0, dead: 0, attempts: 0 });
  });
});

describe("leases", () => {
  test("a heartbeat keeps the lease of a slow handler", async () => {
    await school.seed(["a"]);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    start(
      async (work) => {
        await gate;
        return done(work);
      },
      { leaseMs: 300 },
    );
    await expect.poll(async () => (await school.places("route"))["leases"]).toBe(1);
    const [, first] = await school.redis.zrange("school:queue:route:leases", 0, "0", "WITHSCORES");
    await expect
      .poll(async () => Number((await school.redis.zrange("school:queue:route:leases", 0, "0", "WITHSCORES"))[1]))
      .toBeGreaterThan(Number(first) + 150);
    release();
    await expect.poll(routed).toBe(1);
  });

  test("a handler whose lease was taken is aborted", async () => {
    await school.seed(["a"]);
    const aborted = vi.fn();
    start(
      async ({ signal }) => {
        await once(signal, "abort");
        aborted((signal.reason as Error).name);
        return undefined;
      },
      { leaseMs: 300 },
    );
    await expect.poll(async () => (await school.places("route"))["leases"]).toBe(1);
    await school.redis.del("school:queue:route:leases");
    await expect.poll(() => aborted.mock.calls).toEqual([["LeaseLost"]]);
  });

  test("a handler that hangs is given up: its lease runs out and the event goes to the next worker", async () => {
    await school.seed(["a"]);
    const attempts: number[] = [];
    start(
      async (work) => {
        attempts.push(work.lease.attempt);
        if (work.lease.attempt > 1) return done(work);
        await once(work.signal, "abort");
        return undefined;
      },
      { leaseMs: 150, limitMs: 100 },
    );
    await expect.poll(routed, { timeout: 10_000 }).toBe(1);
    expect(attempts).toEqual([1, 2]);
  });
});
