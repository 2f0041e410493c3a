/** The OpenTelemetry SDK: loaded only where traces are sent. Sending is in the background and may fail as it likes. */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Context, DiagLogLevel, diag, type Link, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor, RandomIdGenerator } from "@opentelemetry/sdk-trace-base";
import type { Logger } from "pino";
import type { Improvement } from "../../domain/improvement.ts";
import { type TraceContext, traceOf } from "../../domain/trace-context.ts";
import type { Environment } from "../config.ts";
import { childSpans } from "./calls.ts";
import type { Handling, Tracing, WorkSpan } from "./open.ts";
import { samplerOf } from "./sampler.ts";
import { describeHandling, endWith } from "./spans.ts";

/** What is not sent by then is lost: an end must come within the five seconds after a drain. */
const FLUSH_MS = 2_000;
/** Between two complaints about a collector that does not take what it is sent. */
const COMPLAINT_MS = 60_000;

export function startTracing(stage: string, env: Environment, log: Logger): Tracing {
  complainTo(log);
  const calls = childSpans();
  const ids = new RandomIdGenerator();
  /** The id of the next trace that begins, where it is not to be a random one. */
  let next: string | undefined;
  const batch = new BatchSpanProcessor(new OTLPTraceExporter());
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      "service.namespace": "cortex-online-school",
      ...attributesIn(env["OTEL_RESOURCE_ATTRIBUTES"]),
      "service.name": env["OTEL_SERVICE_NAME"] ?? `cortex-${stage}`,
    }),
    sampler: samplerOf(env, log),
    idGenerator: {
      generateTraceId: () => next ?? ids.generateTraceId(),
      generateSpanId: () => ids.generateSpanId(),
    },
    spanProcessors: [
      {
        onStart: (span, parent) => batch.onStart(span, parent),
        // What is sent must not look like a call of the span that just ended.
        onEnd: (span) => calls.outside(() => batch.onEnd(span)),
        forceFlush: () => batch.forceFlush(),
        shutdown: () => batch.shutdown(),
      },
    ],
  });
  const tracer = provider.getTracer("cortex-online-school");
  calls.follow(tracer);

  function start(name: string, kind: SpanKind, parent: Context, own: { traceId?: string; links?: Link[] } = {}) {
    next = own.traceId;
    const span = tracer.startSpan(name, { kind, ...(own.links === undefined ? {} : { links: own.links }) }, parent);
    next = undefined;
    return span;
  }

  function begin(handling: Handling): WorkSpan {
    const { improvement, event } = handling;
    const given = traceOf(improvement, event);
    const traceId = improvement === undefined ? undefined : derivedTraceId(improvement);
    const span = start(stage, SpanKind.CONSUMER, contextOf(given), traceId === undefined ? {} : { traceId });
    const inside = trace.setSpan(ROOT_CONTEXT, span);
    describeHandling(span, stage, handling);
    return {
      trace: given ?? textOf(span.spanContext()),
      run: (call) => calls.within(inside, call),
      propose(id) {
        const links = [{ context: span.spanContext() }];
        const proposed = start("proposed", SpanKind.PRODUCER, ROOT_CONTEXT, { links });
        proposed.setAttribute("cortex.improvement.id", id);
        proposed.end();
        return textOf(proposed.spanContext());
      },
      done: (outcome) => endWith(span, { outcome }),
      failed: (error, fate) => endWith(span, { error, fate }),
    };
  }

  return {
    begin,
    async end() {
      calls.stop();
      const ended = provider.shutdown().catch(() => undefined);
      await Promise.race([ended, delay(FLUSH_MS, undefined, { ref: false })]);
    },
  };
}

/**
 * Of an improvement that came without one: every try of its first stage finds the same, whatever became of the tries
 * before. When it was made is part of it, because its id is the same in every school.
 */
function derivedTraceId({ id, created_at: createdAt }: Improvement): string {
  return createHash("sha256").update(`${id} ${createdAt}`).digest("hex").slice(0, 32);
}

function contextOf(given: TraceContext | undefined): Context {
  if (given === undefined) return ROOT_CONTEXT;
  const [, traceId = "", spanId = "", flags = "00"] = given.traceparent.split("-");
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, remote);
}

function textOf({
  traceId,
  spanId,
  traceFlags,
}: {
  traceId: string;
  spanId: string;
  traceFlags: number;
}): TraceContext {
  return { traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}` };
}

/** `key=value,…`, percent-encoded; what is no pair is left out. */
function attributesIn(text = ""): Record<string, string> {
  const pairs = text.split(",").map((pair) => /^\s*([^=\s]+)\s*=(.*)$/.exec(pair));
  return Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? "", decoded(pair[2] ?? "")]])));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    // Not percent-encoded after all.
    return text.trim();
  }
}

function complainTo(log: Logger): void {
  let last = Number.NEGATIVE_INFINITY;
  function complain(message: string): void {
    if (performance.now() - last < COMPLAINT_MS) return;
    last = performance.now();
    log.warn(
      { because: message.slice(0, 500) },
      "Traces are not taken; look at the collector. Work goes on without them",
    );
  }
  const silent = () => undefined;
  diag.setLogger(
    { error: complain, warn: silent, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
}
