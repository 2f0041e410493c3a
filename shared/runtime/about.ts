/** What a log line of the runtime says of a lease: its improvement, and the trace that it belongs to. Only for lines that are rare. */
import { traceIdFrom, traceIdOf, traceOf } from "../domain/trace-context.ts";
import type { Lease } from "../pipeline/stage-queue.ts";

const ID = /^[\w.-]{1,64}$/;

export interface About {
  readonly improvement?: string;
  readonly trace_id?: string;
}

export function aboutLease(lease: Pick<Lease, "event" | "fields"> | undefined): About {
  if (lease === undefined) return {};
  const event = eventOf(lease.event);
  const named = lease.fields["id"] ?? event.data?.id;
  const improvement = typeof named === "string" && ID.test(named) ? named : undefined;
  const trace = traceOf(lease.fields, event);
  const id = typeof event.id === "string" ? event.id : undefined;
  // An event that cannot be read has nothing to follow it by.
  if (trace === undefined && improvement === undefined && id === undefined) return {};
  return {
    ...(improvement === undefined ? {} : { improvement }),
    trace_id: trace === undefined ? traceIdFrom(id, improvement) : traceIdOf(trace),
  };
}

interface Read {
  readonly id?: unknown;
  readonly data?: { readonly id?: unknown } | null;
}

function eventOf(text: string): Read {
  try {
    const event: unknown = JSON.parse(text);
    return typeof event === "object" && event !== null ? event : {};
  } catch {
    // It says so itself, in its dead letter.
    return {};
  }
}
