/** What a log line of the runtime says of a lease: its improvement, and the trace that belongs to. Only for lines that are rare. */
import { traceIdOf, traceOf } from "../domain/trace-context.ts";
import type { Lease } from "../pipeline/stage-queue.ts";

const ID = /^[\w.-]{1,64}$/;

export interface About {
  readonly improvement?: string;
  readonly trace_id?: string;
}

export function aboutLease(lease: Pick<Lease, "event" | "fields"> | undefined): About {
  if (lease === undefined) return {};
  const event = eventOf(lease.event);
  const improvement = lease.fields["id"] ?? event.data?.id;
  const trace = traceOf(lease.fields, event);
  return {
    ...(typeof improvement === "string" && ID.test(improvement) ? { improvement } : {}),
    ...(trace === undefined ? {} : { trace_id: traceIdOf(trace) }),
  };
}

function eventOf(text: string): { readonly data?: { readonly id?: unknown } | null } {
  try {
    const event: unknown = JSON.parse(text);
    return typeof event === "object" && event !== null ? event : {};
  } catch {
    // It says so itself, in its dead letter.
    return {};
  }
}
