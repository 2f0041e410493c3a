/** Traces over real processes, a real Redis and a collector that takes OTLP: one improvement is one connected trace. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { DIST } from "../../build/bundle/targets.ts";
import { bundle } from "../../build/bundle.ts";
import { improvementMoved, parseEvent } from "../../shared/domain/events.ts";
import type { StageName } from "../../shared/stages.ts";
import { connectPipeline, proposal } from "../pipeline/support.ts";
import { type Collector, startCollector } from "../support/otlp-collector.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";

const PROGRAM = path.resolve(import.meta.dirname, "programs/traced.ts");
const CHAIN: readonly StageName[] = ["ingest", "route", "evaluate", "validate", "plan", "approve", "implement", "sync"];
const PATIENCE = { timeout: 50_000, interval: 50 };
const GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
let called: Server;
let collector: Collector;
const running: StageProcess[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url);
  called = createServer((_request, response) => void response.end("ok"));
  await once(called.listen(0, "127.0.0.1"), "listening");
});
afterAll(async () => {
  called.closeAllConnections();
  called.close();
  school.redis.disconnect();
  await server.close();
});
beforeEach(async () => {
  await school.redis.flushall();
  collector = await startCollector();
});
afterEach(async () => {
  for (const one of running) one.kill("SIGKILL");
  await Promise.all(running.splice(0).map(({ exit }) => exit));
  await collector[Symbol.asyncDispose]();
});

function start(stage: StageName, env: Record<string, string> = {}, program = PROGRAM): StageProcess {
  const callUrl = `http://127.0.0.1:${(called.address() as AddressInfo).port}/`;
  const own = { REDIS_URL: server.url, CALL_URL: callUrl, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env };
  const one = startStage(stage, own, program);
  running.push(one);
  return one;
}
const submit = (extra: object = {}) =>
  school.redis.lpush(
    school.keys.list("ingest"),
    JSON.stringify({
      specversion: "1.0",
      id: "s1",
      source: "/tests",
      type: "ai.cortex.school.source.submitted",
      ...extra,
      data: { source: { title: "A talk", content: "words" } },
    }),
  );
const status = () => school.redis.hget(school.keys.record("traced"), "status");
const reaches = (wanted: string) => vi.waitFor(async () => expect(await status()).toBe(wanted), PATIENCE);
const inject = (extra: object = {}) =>
  school.redis.lpush(
    school.keys.list("route"),
    JSON.stringify({
      specversion: "1.0",
      id: "i1",
      source: "/tests",
      type: "ai.cortex.school.improvement.raw",
      ...extra,
      data: { id: "traced", improvement: proposal("Traced") },
    }),
  );

describe("one trace", () => {
  test("over eight processes, with a retry and a timer", async () => {
    await submit();
    const processes = new Map(CHAIN.map((stage) => [stage, start(stage)] as const));
    await reaches("deployed");
    await Promise.all([...processes.values()].map((one) => one.stop()));

    const record = await school.redis.hgetall(school.keys.record("traced"));
    const traceId = record["traceparent"]?.split("-")[1] as string;
    const own = collector.spans.filter((span) => span.traceId === traceId);
    const root = own.find(({ parentSpanId }) => parentSpanId === undefined);
    expect(root?.name).toBe("proposed");

    // Every stage once for each try or look; none is anywhere else.
    const stages = own.filter(({ attributes }) => attributes["cortex.stage"] !== undefined);
    expect(stages.map(({ name }) => name).sort()).toEqual([...CHAIN.slice(1), "route", "sync"].sort());
    for (const span of stages) {
      expect(span.parentSpanId).toBe(root?.spanId);
      expect(span.attributes["cortex.improvement.id"]).toBe("traced");
      expect(span.service).toBe(`cortex-${span.name}`);
    }
    const [failed, passed] = stages
      .filter(({ name }) => name === "route")
      .sort((a, b) => Number(a.attributes["cortex.attempt"]) - Number(b.attributes["cortex.attempt"]));
    expect(failed).toMatchObject({ failed: true, attributes: { "cortex.attempt": 1, "cortex.fate": "retry" } });
    expect(failed?.attributes["cortex.queue_delay_ms"]).toBeGreaterThanOrEqual(0);
    expect(passed).toMatchObject({
      failed: false,
      attributes: { "cortex.status.from": "raw", "cortex.status.to": "routed" },
    });
    // Two looks of sync: only of the first it is known how long its event had waited.
    const looks = stages.filter(({ name }) => name === "sync");
    expect(looks.filter(({ attributes }) => "cortex.queue_delay_ms" in attributes)).toHaveLength(1);

    // What was called hangs below the stage that called it, and nothing else is there.
    const ids = new Set(stages.map(({ spanId }) => spanId));
    const calls = own.filter((span) => !stages.includes(span) && span !== root);
    expect(calls.map(({ name }) => name)).toEqual(stages.map(() => "GET 127.0.0.1"));
    for (const { parentSpanId, attributes } of calls) {
      expect(ids.has(parentSpanId ?? "")).toBe(true);
      expect(attributes["http.response.status_code"]).toBe(200);
    }

    // The source has its own trace, to which the improvement's leads back.
    const read = collector.spans.find(({ name }) => name === "ingest");
    expect(root?.links).toMatchObject([{ traceId: read?.traceId, spanId: read?.spanId }]);

    // Its events carry it, and every line about it names both.
    const [waiting] = await school.redis.lrange(school.keys.list("verify"), 0, -1);
    expect(parseEvent(waiting ?? "")).toMatchObject({ event: { traceparent: record["traceparent"] } });
    for (const [stage, { lines }] of processes) {
      if (stage === "ingest") continue;
      const about = lines.filter(({ msg }) => /^(at work|handled|The handler failed)/.test(msg));
      expect(about.length, stage).toBeGreaterThan(0);
      for (const line of about) expect(line, stage).toMatchObject({ improvement: "traced", trace_id: traceId });
    }
  }, 120_000);

  test("that was begun elsewhere is gone on with, its state kept", async () => {
    await inject({ traceparent: GIVEN, tracestate: "vendor=1" });
    const route = start("route");
    await reaches("routed");
    await route.stop();
    const [failed, passed] = collector.spans.filter(({ name }) => name === "route");
    for (const span of [failed, passed]) {
      expect(span).toMatchObject({ traceId: GIVEN.split("-")[1], parentSpanId: GIVEN.split("-")[2] });
    }
    const record = await school.redis.hgetall(school.keys.record("traced"));
    expect(record).toMatchObject({ traceparent: GIVEN, tracestate: "vendor=1" });
    const [event] = await school.redis.lrange(school.keys.list("evaluate"), 0, -1);
    expect(parseEvent(event ?? "")).toMatchObject({ event: { traceparent: GIVEN, tracestate: "vendor=1" } });
  });

  test("of a sender who gave none is the same for every try, though the first one failed", async () => {
    await inject();
    const route = start("route");
    await reaches("routed");
    await route.stop();
    const tries = collector.spans.filter(({ name }) => name === "route");
    expect(tries).toHaveLength(2);
    expect(new Set(tries.map(({ traceId }) => traceId)).size).toBe(1);
    const { traceparent } = await school.redis.hgetall(school.keys.record("traced"));
    expect(traceparent?.split("-")[1]).toBe(tries[0]?.traceId);
  });

  test("goes on after a worker was killed, of whose try nothing is told", async () => {
    const stuck = createServer();
    const asked = once(stuck, "request");
    await once(stuck.listen(0, "127.0.0.1"), "listening");
    await inject();
    const killed = start("route", {
      LEASE_SECONDS: "1",
      CALL_URL: `http://127.0.0.1:${(stuck.address() as AddressInfo).port}/`,
    });
    await asked;
    killed.kill("SIGKILL");
    await killed.exit;
    stuck.closeAllConnections();
    stuck.close();
    const route = start("route");
    await reaches("routed");
    await route.stop();
    const tries = collector.spans.filter(({ name }) => name === "route");
    expect(tries.map(({ attributes }) => attributes["cortex.attempt"])).toEqual([2]);
    const { traceparent } = await school.redis.hgetall(school.keys.record("traced"));
    expect(traceparent?.split("-")[1]).toBe(tries[0]?.traceId);
  });

  test("that was not sampled by its sender is carried on and not sent", async () => {
    await inject({ traceparent: GIVEN.replace(/01$/, "00") });
    const route = start("route");
    await reaches("routed");
    await route.stop();
    expect(collector.requests).toEqual([]);
    expect(await school.redis.hget(school.keys.record("traced"), "traceparent")).toBe(GIVEN.replace(/01$/, "00"));
  });
});

describe("without a collector", () => {
  test("nothing is sent, and what came with an event is kept and passed on", async () => {
    await inject({ traceparent: GIVEN });
    const route = start("route", { OTEL_EXPORTER_OTLP_ENDPOINT: "" });
    await reaches("routed");
    await route.stop();
    expect(collector.requests).toEqual([]);
    const [event] = await school.redis.lrange(school.keys.list("evaluate"), 0, -1);
    expect(parseEvent(event ?? "")).toMatchObject({ event: { traceparent: GIVEN } });
    expect(route.lines.find(({ msg }) => msg === "at work")?.["trace_id"]).toBe(GIVEN.split("-")[1]);
  });

  test("a trace that cannot be read is passed over", async () => {
    await inject({ traceparent: "00-zz-1-01", tracestate: 7 });
    const route = start("route", { OTEL_EXPORTER_OTLP_ENDPOINT: "" });
    await reaches("routed");
    await route.stop();
    expect(await school.redis.hexists(school.keys.record("traced"), "traceparent")).toBe(0);
  });
});

test("the bundle of a stage sends them, too", async () => {
  await bundle(["approve"]);
  await school.seed(["a"]);
  await school.redis.hset(school.keys.record("a"), "status", "planned", "traceparent", GIVEN);
  await school.redis.lpush(school.keys.list("approve"), JSON.stringify(improvementMoved("a", "planned", "plan", 0)));
  const env = { APPROVAL_SECRET: "the secret of this test" };
  const approve = start("approve", env, path.join(DIST, "approve/main.js"));
  await approve.logged(({ improvement }) => improvement === "a");
  await approve.stop();
  expect(collector.spans).toMatchObject([{ service: "cortex-approve", traceId: GIVEN.split("-")[1] }]);
}, 120_000);

describe("a collector that", () => {
  test("is not there changes nothing: the work is done, and the process ends", async () => {
    await inject();
    const route = start("route", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" });
    await reaches("routed");
    expect(await route.stop()).toBe(0);
  });

  test("stalls does not keep the process from ending", async () => {
    collector.manner = "stall";
    await inject();
    const route = start("route");
    await reaches("routed");
    const asked = performance.now();
    expect(await route.stop()).toBe(0);
    // Far below the ten seconds the exporter would wait for its answer.
    expect(performance.now() - asked).toBeLessThan(8_000);
    expect(collector.requests.length).toBeGreaterThan(0);
  });

  test("is busy is asked again", async () => {
    collector.manner = "busy";
    await inject();
    const route = start("route");
    await reaches("routed");
    await route.stop();
    expect(collector.requests.length).toBeGreaterThan(1);
    expect(collector.spans.filter(({ name }) => name === "route")).toHaveLength(2);
  });

  test("wants a key and a name of the service gets them", async () => {
    await inject();
    const route = start("route", {
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=abc",
      OTEL_SERVICE_NAME: "my-school",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    });
    await reaches("routed");
    await route.stop();
    expect(collector.requests[0]?.headers["x-key"]).toBe("abc");
    expect(new Set(collector.spans.map(({ service }) => service))).toEqual(new Set(["my-school"]));
  });
});
