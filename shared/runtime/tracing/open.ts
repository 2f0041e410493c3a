/**
 * Traces by OpenTelemetry, when OTEL_EXPORTER_OTLP_ENDPOINT says where they go. Nothing of it is loaded otherwise: events
 * and records then carry on what others gave them, and no more.
 */
import type { Logger } from "pino";
import type { SchoolEvent } from "../../domain/events.ts";
import type { Improvement } from "../../domain/improvement.ts";
import { type TraceContext, traceIdFrom, traceIdOf, traceOf } from "../../domain/trace-context.ts";
import type { Environment } from "../config.ts";
import type { AnyOutcome } from "../outcome.ts";

/** One event in the hands of a handler. */
export interface Handling {
  readonly event: SchoolEvent;
  /** Undefined: it is about a source, a repository, or something that is no improvement. */
  readonly improvement: Improvement | undefined;
  readonly attempt: number;
  /** Milliseconds since the epoch by Redis's clock. */
  readonly now: number;
}

export interface Tracing {
  begin(handling: Handling): WorkSpan;
  /** Sends what is left, for two seconds at most. Never rejects. */
  end(): Promise<void>;
}

/** The span of one try. One that never ends (a killed process) is never sent. */
export interface WorkSpan {
  /** What an improvement without a trace belongs to from now on. */
  readonly trace: TraceContext;
  /** Calls to others that are made within become its children. */
  run<Result>(call: () => Result): Result;
  /** A new trace for each proposal, which knows where it came from. */
  propose(improvement: string): TraceContext;
  done(outcome: AnyOutcome): void;
  failed(error: unknown, fate: string): void;
}

/** Undefined when traces go nowhere. An SDK that cannot be used is told once, and work goes on without it. */
export async function openTracing(stage: string, env: Environment, log: Logger): Promise<Tracing | undefined> {
  const endpoint = env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] ?? env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  if (endpoint === undefined || env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return undefined;
  if (env["OTEL_TRACES_EXPORTER"]?.toLowerCase() === "none") return undefined;
  try {
    const { startTracing } = await import("./otlp.ts");
    return startTracing(stage, env, log);
  } catch (error) {
    log.warn({ err: error }, "Traces cannot be sent; see OTEL_EXPORTER_OTLP_ENDPOINT. The function works without them");
    return undefined;
  }
}

/** For log lines: the trace a line belongs to; one that follows from its improvement, or its event, where none was given. */
export function traceIdFor(
  { event, improvement }: Pick<Handling, "event" | "improvement">,
  span?: Pick<WorkSpan, "trace">,
): string {
  const trace = span?.trace ?? traceOf(improvement, event);
  return trace === undefined ? traceIdFrom(event.id, improvement?.id) : traceIdOf(trace);
}

/** The outcome with the trace that its improvement, or what it proposes, belongs to; as it was where there is none. */
export function withTrace(outcome: AnyOutcome, { event, improvement }: Handling, span?: WorkSpan): AnyOutcome {
  const trace = span?.trace ?? traceOf(improvement, event);
  if (trace === undefined) return outcome;
  if (outcome.kind === "source-read") {
    const proposals = outcome.proposals.map((one) => ({ ...one, ...(span?.propose(one.id) ?? trace) }));
    return { ...outcome, proposals };
  }
  const isNew = improvement !== undefined && traceOf(improvement) === undefined;
  if (!isNew || (outcome.kind !== "move" && outcome.kind !== "again")) return outcome;
  return { ...outcome, patch: { ...outcome.patch, ...trace } };
}
