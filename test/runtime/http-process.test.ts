/** A function in HTTP mode among signals, crashes and outages: nothing is lost, nothing happens twice. */
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bundle } from "../../build/bundle.ts";
import { freePort } from "../../build/local/ports.ts";
import { improvementEvent, improvementMoved } from "../../shared/domain/events.ts";
import { connectPipeline, proposal } from "../pipeline/support.ts";
import { bundleMain, type HttpFunctionProcess, runToEnd, startBundle, startProgram } from "../support/http-function.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

const GATED = "test/runtime/programs/gated.mjs";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
let gate: Server;
/** Handlers that wait at the gate, by improvement. */
const waiting = new Map<string, ServerResponse>();
const started: HttpFunctionProcess[] = [];

beforeAll(async () => {
  await bundle(["route"]);
  server = await startTestRedis({ appendOnly: true });
  school = connectPipeline(server.url);
  school.redis.on("error", () => undefined);
  gate = createServer((request, response) => void waiting.set((request.url ?? "").slice(1), response));
  await once(gate.listen(0, "127.0.0.1"), "listening");
}, 60_000);
afterAll(async () => {
  school.redis.disconnect();
  gate.closeAllConnections();
  gate.close();
  await server.close();
});
beforeEach(() => school.redis.flushall());
afterEach(async () => {
  waiting.clear();
  await Promise.all(started.splice(0).map((one) => one.end()));
});

async function startGated(env: Record<string, string> = {}): Promise<HttpFunctionProcess> {
  const address = `http://127.0.0.1:${(gate.address() as AddressInfo).port}`;
  const one = await startProgram(GATED, { REDIS_URL: server.url, GATE_URL: address, ...env });
  started.push(one);
  return one;
}
async function startRoute(env: Record<string, string> = {}): Promise<HttpFunctionProcess> {
  const one = await startBundle("route", { REDIS_URL: server.url, ...env });
  started.push(one);
  return one;
}
const bringing = (id: string, eventId = `event-of-${id}`) => ({
  specversion: "1.0",
  id: eventId,
  source: "/tests",
  type: improvementEvent("raw"),
  data: { id, improvement: proposal("Set memory limits on the orders service") },
});
const open = (id: string, answer = "move") => waiting.get(id)?.end(answer);
const atTheGate = (id: string) => expect.poll(() => waiting.has(id)).toBe(true);
const ready = (one: HttpFunctionProcess) => async () => (await one.call("GET", "/ready")).status;
/** Statuses an improvement went through. */
const path = async (id: string) =>
  (await school.redis.xrange(`improvement:${id}:trail`, "-", "+")).map(([, fields]) => fields[3]);

describe("told to stop", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "by %s it finishes what runs, answers it, takes nothing more and exits 0",
    async (signal) => {
      const one = await startGated();
      const answer = one.post(bringing("a"));
      await atTheGate("a");
      one.kill(signal);
      await expect.poll(async () => (await one.call("GET", "/health").catch(() => undefined))?.status).toBeUndefined();
      open("a");
      expect(await answer).toMatchObject({ status: 200, json: { data: { id: "a", to: "routed" } } });
      expect(await one.exit).toBe(0);
      expect(await path("a")).toEqual(["raw", "routed"]);
    },
  );

  test("with others in line it answers them 503, and their events can be sent elsewhere", async () => {
    const one = await startGated({ PER_POD: "1" });
    const first = one.post(bringing("a"));
    await atTheGate("a");
    const second = one.post(bringing("b"));
    const third = one.post({ ...bringing("c"), type: "unknown" });
    expect((await third).status).toBe(400);
    one.kill("SIGTERM");
    expect(await second).toMatchObject({ status: 503, headers: expect.any(Headers) });
    expect((await second).headers.get("retry-after")).toBe("2");
    open("a");
    expect((await first).status).toBe(200);
    expect(await one.exit).toBe(0);
    expect(await school.redis.exists("improvement:b")).toBe(0);
  });

  test("until then it leaves it to Knative's proxy to close a connection", async () => {
    const { headers } = await (await startRoute()).call("GET", "/health");
    expect(Number(/timeout=(\d+)/.exec(headers.get("keep-alive") ?? "")?.[1])).toBeGreaterThan(90);
  });

  test("while nothing runs it ends at once", async () => {
    expect(await (await startRoute()).stop()).toBe(0);
  });
});

test("killed in the middle, its event goes to another worker and nothing is doubled", async () => {
  const one = await startGated({ LEASE_SECONDS: "1" });
  const answer = one.post(bringing("a")).catch((error: Error) => error);
  await atTheGate("a");
  one.kill("SIGKILL");
  expect(await answer).toBeInstanceOf(Error);
  waiting.clear();

  const other = await startGated();
  // The broker delivers again: the school has the event already.
  const again = await other.post(bringing("a"));
  expect([204, 409]).toContain(again.status);
  const worker = school.queue("route");
  await expect
    .poll(
      async () => {
        const { leases } = await worker.claim(1);
        const moves = leases.map(
          ({ token }) =>
            ({ kind: "move", token, id: "a", from: "raw", to: "routed", because: "t", patch: {} }) as const,
        );
        if (moves.length > 0) await worker.settle(moves, 0);
        return path("a");
      },
      { timeout: 10_000 },
    )
    .toEqual(["raw", "routed"]);
  expect(await other.post(bringing("a"))).toMatchObject({ status: 204 });
  expect(await path("a")).toEqual(["raw", "routed"]);
  expect(await school.places("route")).toMatchObject({ list: 0, leases: 0, delayed: 0, dead: 0 });
});

describe("in a conflict", () => {
  test("an improvement that another worker has is 409, and is taken when it is free again", async () => {
    await school.seed(["a"]);
    const worker = school.queue("route");
    const token = (await worker.claim(1)).leases[0]?.token as string;
    const one = await startGated();
    const event = { ...improvementMoved("a", "raw", "tests", Date.now()), id: "posted" };

    const refused = await one.post(event);
    expect(refused).toMatchObject({ status: 409, type: "application/problem+json" });
    expect(refused.headers.get("retry-after")).toBe("2");

    await worker.settle([{ kind: "handback", token }], 0);
    const taken = one.post(event);
    await atTheGate("a");
    expect(await one.post(event)).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining("delivered before") },
    });
    open("a");
    expect((await taken).status).toBe(200);
    expect(await one.post(event)).toMatchObject({ status: 204 });
  });

  test("200 events, each sent twice at the same moment, are each worked on once", async () => {
    const one = await startRoute();
    const ids = Array.from({ length: 200 }, (_, i) => `i${i}`);
    const answers = await Promise.all([...ids, ...ids].map((id) => one.post(bringing(id))));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(200);
    expect(statuses.filter((status) => ![200, 204, 409].includes(status))).toEqual([]);
    expect(await school.redis.zcard("improvements:routed")).toBe(200);
    expect(new Set((await Promise.all(ids.map(path))).map(String))).toEqual(new Set(["raw,routed"]));
    expect(await school.redis.llen("school:queue:evaluate")).toBe(200);
    expect(await school.places("route")).toMatchObject({ list: 0, leases: 0, leased: 0, dead: 0 });
  });
});

describe("a handler that fails", () => {
  test("for now: 202 with a CloudEvent that says when it is tried again, and the event waits with the school", async () => {
    const one = await startGated();
    const answer = one.post(bringing("a"));
    await atTheGate("a");
    open("a", "error");
    expect(await answer).toMatchObject({
      status: 202,
      type: "application/cloudevents+json",
      json: {
        type: "ai.cortex.school.stage.deferred",
        data: { id: "a", attempt: 1, because: "it did not work this time" },
      },
    });
    expect(Date.parse((await answer).json.data.retryAt)).not.toBeNaN();
    expect(await school.places("route")).toMatchObject({ leases: 0, delayed: 1, attempts: 1 });
  });

  test("for ever: 422 with the reason, and a dead letter", async () => {
    const one = await startGated();
    const answer = one.post(bringing("a"));
    await atTheGate("a");
    open("a", "permanent");
    expect(await answer).toMatchObject({
      status: 422,
      type: "application/problem+json",
      json: { fate: "dead", detail: expect.stringContaining("it can never work") },
    });
    expect(await path("a")).toEqual(["raw", "dead"]);
  });
});

describe("without Redis", () => {
  test("it says 503 and when to ask again, stays alive, and goes on when Redis is back", async () => {
    const one = await startRoute();
    await expect.poll(ready(one)).toBe(200);
    await server.kill();
    await expect.poll(ready(one)).toBe(503);
    const answer = await one.post(bringing("a"));
    expect(answer).toMatchObject({ status: 503, type: "application/problem+json" });
    expect(answer.headers.get("retry-after")).toBe("2");
    expect((await one.call("GET", "/health")).status).toBe(200);
    expect((await one.post({ hello: 1 })).status).toBe(503);

    await server.start();
    await expect.poll(ready(one), { timeout: 10_000 }).toBe(200);
    expect((await one.post(bringing("a"))).status).toBe(200);
    await expect.poll(() => path("a")).toEqual(["raw", "routed"]);
  });

  test("it starts, answers its probes and stops", async () => {
    const one = await startRoute({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    expect((await one.call("GET", "/health")).status).toBe(200);
    expect((await one.call("GET", "/ready")).status).toBe(503);
    expect((await one.post(bringing("a"))).status).toBe(503);
    expect(await one.stop()).toBe(0);
  });

  test("that goes away while a handler runs, the event is not lost", async () => {
    const one = await startGated();
    const answer = one.post(bringing("a"));
    await atTheGate("a");
    await server.restart({ hard: true });
    open("a");
    expect((await answer).status).toBe(200);
    expect(await path("a")).toEqual(["raw", "routed"]);
  });
});

describe("refuses to start", () => {
  const main = bundleMain("route");
  test.each<[name: string, env: () => Record<string, string> | Promise<Record<string, string>>, says: RegExp]>([
    ["without tokens", () => ({ SCHOOL_TOKENS: "" }), /SCHOOL_TOKENS: is needed in HTTP mode.*SCHOOL_HTTP_OPEN=true/],
    ["with tokens that are none", () => ({ SCHOOL_TOKENS: "ann" }), /SCHOOL_TOKENS: entry 1 is not role:name:token/],
    ["in a mode nobody knows", () => ({ SCHOOL_MODE: "https" }), /SCHOOL_MODE: must be list or http/],
    ["half open", () => ({ SCHOOL_HTTP_OPEN: "yes" }), /SCHOOL_HTTP_OPEN: must be true or false/],
    ["without Redis's address", () => ({ REDIS_URL: "" }), /REDIS_URL/],
    [
      "on a port that is taken",
      () => ({ PORT: String((gate.address() as AddressInfo).port), HOST: "127.0.0.1" }),
      /PORT: \d+ is taken/,
    ],
    ["with settings of its own that are wrong", () => ({ REVIEW_THRESHOLD: "high" }), /REVIEW_THRESHOLD/],
  ])("%s", async (_name, env, says) => {
    const { code, output } = await runToEnd(main, { REDIS_URL: server.url, PORT: "0", ...(await env()) });
    expect(output).toMatch(says);
    expect(output).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  });

  test("on a Redis that evicts", async () => {
    await school.redis.config("SET", "maxmemory-policy", "allkeys-lru");
    try {
      const { code, output } = await runToEnd(main, { REDIS_URL: server.url, PORT: "0" });
      expect(output).toMatch(/evicts keys.*noeviction/);
      expect(code).toBe(1);
    } finally {
      await school.redis.config("SET", "maxmemory-policy", "noeviction");
    }
  });
});

test("an open port asks nobody for a token, and still knows who shows one", async () => {
  const one = await startRoute({ SCHOOL_HTTP_OPEN: "true" });
  expect((await one.post(bringing("a"), { authorization: "" })).status).toBe(200);
  expect((await one.post(bringing("b"), { authorization: "Bearer of-the-mesh" })).status).toBe(200);
  expect((await one.post(bringing("c"))).status).toBe(200);
  expect(await school.redis.hgetall("school:injected")).toEqual({ c: "otto" });
});
