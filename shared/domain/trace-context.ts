/**
 * W3C Trace Context, as events and records carry it (CloudEvents' extension for distributed tracing): texts only. Who
 * cannot be understood is passed over, as the recommendation says; a trace is never a reason to refuse work.
 */

import { createHash } from "node:crypto";

/** Version 00 and later ones that begin like it; all zeros mean nothing. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
/** A list of `key=value`, printable, as long as others must take it. */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;

export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** Events, records, headers: they may hold anything under these names. */
type Carrier = object | undefined;

export function isTraceparent(value: unknown): value is string {
  return typeof value === "string" && value.length === 55 && TRACEPARENT.test(value);
}

/** The trace of the first of them that has one that can be read. */
export function traceOf(...carriers: readonly Carrier[]): TraceContext | undefined {
  for (const carrier of carriers) {
    const { traceparent, tracestate } = (carrier ?? {}) as { traceparent?: unknown; tracestate?: unknown };
    if (!isTraceparent(traceparent)) continue;
    const state = typeof tracestate === "string" && TRACESTATE.test(tracestate) ? { tracestate } : {};
    return { traceparent, ...state };
  }
  return undefined;
}

/** 32 hexadecimal digits. */
export function traceIdOf({ traceparent }: TraceContext): string {
  return traceparent.slice(3, 35);
}

/**
 * 32 hexadecimal digits for what nobody gave a trace: made from the improvement's id, else from the event's own, so that every
 * function and every try says the same. It stands in logs alone; nothing carries it on.
 */
export function traceIdFrom(event: string | undefined, improvement?: string): string {
  const name = improvement === undefined ? `event ${event}` : `improvement ${improvement}`;
  return createHash("sha256").update(name).digest("hex").slice(0, 32);
}
