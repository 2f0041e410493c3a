/** The entrance itself: places, patience, leases that are lost, handlers that do not end. */
import { once } from "node:events";
import { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { improvementEvent } from "../../shared/domain/events.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { loadScripts } from "../../shared/pipeline/scripts/load.ts";
import { stageQueue } from "../../shared/pipeline/stage-queue.ts";
import type { Equipment } from "../../shared/runtime/equip.ts";
import { type Entrance, entrance } from "../../shared/runtime/http/entrance.ts";
import { again, moveTo } from "../../shared/runtime/outcome.ts";
import type { Context, Stage } from "../../shared/runtime/stage.ts";
import { connectPipeline, proposal } from "../pipeline/support.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
const open: { inside: Entrance; redis: Redis }[] = [];

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
  for (const { inside, redis } of open.splice(0)) {
    await inside.drain(0);
    redis.disconnect();
  }
});

interface Options {
  readonly perPod?: number;
  readonly leaseMs?: number;
  readonly drainMs?: number;
  readonly patienceMs?: number;
}
type Handle = (id: string, context: Context) => unknown;

function start(handle: Handle, { perPod = 4, leaseMs = 30_000, drainMs = 30_000, patienceMs = 5_000 }: Options = {}) {
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  redis.on("error", () => undefined);
  const worker = `w${open.length}-${Math.random()}`;
  const stage = {
    name: "route",
    ports: () => ({}),
    handle: ({ improvement }: { improvement: { id: string } }, _ports: unknown, context: Context) =>
      handle(improvement.id, context),
  } as unknown as Stage;
  const equipment: Equipment = {
    stage,
    ports: {},
    queue: stageQueue(loadScripts(redis, ""), "route", { worker, leaseMs, maxAttempts: 3 }),
    keys: keysOf(),
    worker,
    log: pino({ level: "silent" }),
    perPod,
    leaseMs,
    maxAttempts: 3,
    drainMs,
  };
  const inside = entrance(redis, equipment, patienceMs);
  open.push({ inside, redis });
  return inside;
}

const stays = new AbortController().signal;
function post(inside: Entrance, id: string, gone = stays, over: object = {}) {
  const improvement = proposal(id);
  const event = {
    specversion: "1.0",
    id: `e-${id}`,
    source: "/t",
    type: improvementEvent("raw"),
    data: { id, improvement },
  };
  const body = Buffer.from(JSON.stringify({ ...event, ...over }));
  return inside.receive({ headers: { "content-type": "application/cloudevents+json" }, body }, undefined, gone);
}
const routed = () => moveTo("routed", {}, "t");
/** A gate that handlers wait at. */
function gate() {
  let release: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  const inside: string[] = [];
  return { opened, release, inside };
}
const aborted = async ({ signal }: Context) => {
  await once(signal, "abort");
  throw signal.reason as Error;
};

describe("places", () => {
  test("never more at once than there are, and every one that waits gets its turn, in order", async () => {
    const { opened, release, inside } = gate();
    let running = 0;
    let most = 0;
    const one = start(
      async (id) => {
        inside.push(id);
        most = Math.max(most, (running += 1));
        await opened;
        running -= 1;
        return routed();
      },
      { perPod: 2 },
    );
    const ids = Array.from({ length: 9 }, (_, i) => `i${i}`);
    const answers = ids.map((id) => post(one, id));
    await expect.poll(() => inside.length).toBe(2);
    release();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(ids.map(() => 200));
    expect(most).toBe(2);
    expect(inside.slice(2)).toEqual(ids.slice(2));
  });

  test("who hangs up leaves the line, and nothing of the event is left", async () => {
    const { opened, release } = gate();
    const one = start(async () => (await opened, routed()), { perPod: 1 });
    const first = post(one, "a");
    const gone = new AbortController();
    const second = post(one, "b", gone.signal);
    gone.abort();
    expect((await second).status).toBe(429);
    release();
    expect((await first).status).toBe(200);
    expect(await school.redis.exists("improvement:b")).toBe(0);
  });

  test("a line of large bodies is cut: 429 and when to come again", async () => {
    const { opened, release } = gate();
    const one = start(async () => (await opened, routed()), { perPod: 1 });
    const first = post(one, "a");
    const padding = "x".repeat(5 * 1024 * 1024);
    const others = Array.from({ length: 8 }, (_, i) => post(one, `large-${i}`, stays, { padding }));
    const refused = await Promise.race(others);
    expect(refused).toMatchObject({ status: 429, headers: { "retry-after": "2" } });
    release();
    expect((await first).status).toBe(200);
    const statuses = (await Promise.all(others)).map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
  });
});

describe("draining", () => {
  test("after the grace it aborts what runs, gives the event back without an attempt and answers 503", async () => {
    const { inside } = gate();
    const one = start(async (id, context) => {
      inside.push(id);
      return aborted(context);
    });
    const answer = post(one, "a");
    await expect.poll(() => inside).toEqual(["a"]);
    await one.drain(10);
    expect(await answer).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
    expect((await answer).body).toContain("went back to its list");
    expect(await school.places("route")).toEqual({ list: 1, leases: 0, leased: 0, delayed: 0, dead: 0, attempts: 0 });
    expect((await post(one, "b")).status).toBe(503);
  });

  test("does not wait for a handler that hears nothing", async () => {
    const { inside } = gate();
    const one = start(
      async (id) => {
        inside.push(id);
        await new Promise(() => undefined);
      },
      { patienceMs: 50 },
    );
    const answer = post(one, "a");
    await expect.poll(() => inside).toEqual(["a"]);
    await one.drain(10);
    expect((await answer).status).toBe(503);
    await expect.poll(() => school.places("route")).toMatchObject({ list: 1, leases: 0 });
  });
});

describe("leases", () => {
  test("a heartbeat keeps the lease of a slow handler", async () => {
    const { opened, release } = gate();
    const one = start(async () => (await opened, routed()), { leaseMs: 300 });
    const answer = post(one, "a");
    const expiry = async () =>
      Number((await school.redis.zrange("school:queue:route:leases", 0, "0", "WITHSCORES"))[1] ?? 0);
    await expect.poll(expiry).toBeGreaterThan(0);
    const first = await expiry();
    await expect.poll(expiry).toBeGreaterThan(first + 150);
    release();
    expect((await answer).status).toBe(200);
  });

  test("a lease that was taken aborts the handler and is told: 409, nothing was written", async () => {
    const one = start((_id, context) => aborted(context), { leaseMs: 90 });
    const answer = post(one, "a");
    await expect.poll(() => school.redis.zcard("school:queue:route:leases")).toBe(1);
    await school.redis.del("school:queue:route:leases");
    expect(await answer).toMatchObject({ status: 409, headers: { "retry-after": "2" } });
    expect(await school.redis.hget("improvement:a", "status")).toBe("raw");
  });

  test("a result that comes too late changes nothing and is told: 409", async () => {
    const one = start(async () => {
      await school.redis.hset("improvement:a", "status", "rejected");
      return routed();
    });
    expect(await post(one, "a")).toMatchObject({ status: 409 });
    expect(await school.redis.hget("improvement:a", "status")).toBe("rejected");
  });

  test("a handler that does not end although it was told to is given up, answered, and its place goes to others", async () => {
    const { inside } = gate();
    const one = start(
      async (id) => {
        inside.push(id);
        if (id === "stuck") await new Promise(() => undefined);
        return routed();
      },
      { perPod: 1, leaseMs: 60, drainMs: 60 },
    );
    const stuck = post(one, "stuck");
    await expect.poll(() => inside).toEqual(["stuck"]);
    const next = post(one, "next");
    expect(await stuck).toMatchObject({ status: 409 });
    expect((await next).status).toBe(200);
  });
});

describe("answers", () => {
  test.each<[name: string, handle: Handle, status: number]>([
    ["a move is told as an event", () => routed(), 200],
    ["a round that looks again later has nothing to tell", () => again(60_000, {}, "t"), 204],
    ["an impossible move is a dead letter", () => moveTo("verified", {}, "t"), 422],
  ])("%s", async (_name, handle, status) => {
    expect((await post(start(handle), "a")).status).toBe(status);
  });

  test("while the improvement waits for its next round, another event about it is 409", async () => {
    const one = start(() => again(60_000, {}, "t"));
    await post(one, "a");
    const event = { id: "another", data: { id: "a" } };
    const answer = await post(one, "a", stays, event);
    expect(answer).toMatchObject({ status: 409 });
    expect(answer.body).toContain("waits for its next round");
  });

  test("a Redis that stays away after the claim: 503, and the result is written when it is back", async () => {
    const { opened, release, inside } = gate();
    const one = start(
      async (id) => {
        inside.push(id);
        await opened;
        return routed();
      },
      { patienceMs: 80 },
    );
    const answer = post(one, "a");
    await expect.poll(() => inside).toEqual(["a"]);
    await server.kill();
    release();
    expect(await answer).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
    expect((await answer).body).toContain("not lost");
    await server.start();
    await expect.poll(() => school.redis.hget("improvement:a", "status"), { timeout: 10_000 }).toBe("routed");
    // So little patience may be over before a busy machine has answered; whoever is told 503 delivers again.
    await expect.poll(() => post(one, "a")).toMatchObject({ status: 204, headers: { "school-delivery": "duplicate" } });
  });

  test("a damaged key of the school: 500 that names doctor, and nothing is written", async () => {
    await school.redis.set("improvements:raw", "no index");
    const answer = await post(start(routed), "a");
    expect(answer).toMatchObject({ status: 500 });
    expect(answer.body).toContain("school doctor");
    expect(await school.redis.exists("improvement:a")).toBe(0);
  });

  test("a Redis that is full: 503 before the claim, and nothing is written", async () => {
    await school.redis.config("SET", "maxmemory", "1");
    try {
      expect(await post(start(routed), "a")).toMatchObject({ status: 503 });
    } finally {
      await school.redis.config("SET", "maxmemory", "0");
    }
    expect(await school.redis.keys("*")).toEqual([]);
  });
});
