/** What becomes a child span, what it says, and which traces are sent at all. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { freePort } from "../../build/local/ports.ts";
import { childSpans } from "../../shared/runtime/tracing/calls.ts";
import { samplerOf } from "../../shared/runtime/tracing/sampler.ts";

const run = promisify(execFile);

describe("calls", () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer("test");
  const calls = childSpans();
  const server = createServer((request, response) => void response.writeHead(request.url === "/bad" ? 503 : 200).end());
  let url = "";
  beforeAll(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    calls.follow(tracer);
  });
  afterAll(() => {
    calls.stop();
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => exporter.reset());

  /** Spans that ended, once there are so many. */
  async function ended(number: number) {
    await vi.waitFor(() => expect(exporter.getFinishedSpans()).toHaveLength(number), { timeout: 20_000 });
    return exporter.getFinishedSpans();
  }
  async function inside(call: () => Promise<unknown>): Promise<string> {
    const parent = tracer.startSpan("stage");
    await calls.within(trace.setSpan(ROOT_CONTEXT, parent), call);
    return parent.spanContext().spanId;
  }

  test("by fetch, with nothing of the address but its host", async () => {
    const parent = await inside(async () => (await fetch(`${url}/services/T0/secret?token=abc`)).text());
    const [span] = await ended(1);
    expect(span).toMatchObject({ name: "GET 127.0.0.1", kind: SpanKind.CLIENT, parentSpanContext: { spanId: parent } });
    expect(JSON.stringify([span?.name, span?.attributes])).not.toMatch(/secret|abc/);
  });

  test("by node:http", async () => {
    await inside(() => new Promise((resolve) => get(`${url}/a`, (answer) => answer.resume().once("end", resolve))));
    const [span] = await ended(1);
    expect(span).toMatchObject({ name: "GET 127.0.0.1", attributes: { "http.response.status_code": 200 } });
  });

  test("that are refused, or reach nobody", async () => {
    await inside(async () => (await fetch(`${url}/bad`)).text());
    const nobody = await freePort();
    await inside(() => fetch(`http://127.0.0.1:${nobody}`).catch(() => undefined));
    for (const { status } of await ended(2)) expect(status.code).toBe(SpanStatusCode.ERROR);
  });

  test("of git, by its subcommand alone", async () => {
    await inside(() => run("git", ["-c", "user.name=secret", "rev-parse", "--git-dir"]));
    const [span] = await ended(1);
    expect(span).toMatchObject({ name: "git rev-parse", attributes: { "process.exit.code": 0 } });
    expect(JSON.stringify([span?.name, span?.attributes])).not.toContain("secret");
  });

  test("outside of a stage's work, or of other programs, are nobody's", async () => {
    await (await fetch(url)).text();
    await inside(() => run(process.execPath, ["--version"]));
    await inside(async () => calls.outside(() => fetch(url)));
    await inside(async () => (await fetch(url)).text());
    // Only the last one; had there been others, they would have ended before.
    expect(await ended(1)).toHaveLength(1);
  });
});

describe("the sampler", () => {
  const low = `0000000000000000${"0".repeat(15)}1`;
  const high = `ffffffff${"0".repeat(24)}`;
  function decides(env: Record<string, string>, traceId: string, parent?: TraceFlags): boolean {
    const remote = { traceId, spanId: "b7ad6b7169203331", isRemote: true, traceFlags: parent ?? 0 };
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote);
    const sampler = samplerOf(env, { warn: () => undefined });
    return (
      sampler.shouldSample(context, traceId, "s", SpanKind.CONSUMER, {}, []).decision ===
      SamplingDecision.RECORD_AND_SAMPLED
    );
  }
  const by = (name: string, share?: string) => ({
    OTEL_TRACES_SAMPLER: name,
    ...(share === undefined ? {} : { OTEL_TRACES_SAMPLER_ARG: share }),
  });

  test.each<[string, Record<string, string>, string, TraceFlags | undefined, boolean]>([
    ["all, unless told otherwise", {}, high, undefined, true],
    ["as the sender decided: not", {}, high, TraceFlags.NONE, false],
    ["as the sender decided, above the share", by("parentbased_traceidratio", "0.1"), high, TraceFlags.SAMPLED, true],
    ["a share: above it", by("parentbased_traceidratio", "0.1"), high, undefined, false],
    ["a share: below it", by("parentbased_traceidratio", "0.1"), low, undefined, true],
    ["a share of everything, whoever sent it", by("traceidratio", "0"), low, TraceFlags.SAMPLED, false],
    ["none", by("always_off"), low, undefined, false],
    ["a share that is none is all", by("traceidratio", "many"), high, undefined, true],
    ["a name nobody knows is all", by("sometimes"), high, undefined, true],
  ])("%s", (_what, env, traceId, parent, expected) => {
    expect(decides(env, traceId, parent)).toBe(expected);
  });
});
