/** What goes over the wire: server-sent events (WHATWG HTML, section 9.2), each made once for all who read it. */
import type { Gap, Transition } from "../../../shared/pipeline/event-stream.ts";

/** One transition, ready to be sent. */
export interface Frame {
  readonly entry: string;
  readonly improvement: string;
  readonly to: string;
  readonly bytes: Uint8Array;
}

/** Which transitions a client wants; nothing means all. */
export interface Filter {
  readonly improvement?: string | undefined;
  readonly status?: readonly string[] | undefined;
}

export function wanted({ improvement, status }: Filter, one: Pick<Transition, "improvement" | "to">): boolean {
  return (improvement === undefined || improvement === one.improvement) && (status?.includes(one.to) ?? true);
}

/** Without a name, so that `onmessage` gets it; JSON has no line breaks, so one `data` line holds it. */
export function frameOf(transition: Transition): Frame {
  const { entry, improvement, to } = transition;
  return { entry, improvement, to, bytes: encoded(`id: ${entry}\ndata: ${JSON.stringify(transition)}\n\n`) };
}

/** A comment: it keeps proxies from closing a quiet connection, and shows both ends that the other is there. */
export const HEARTBEAT = encoded(": heartbeat\n\n");

/** Milliseconds until a lost client comes back; spread, so that a restart does not meet all of them at once. */
export function retryHint(random: number): Uint8Array {
  return encoded(`retry: ${Math.round(1_000 + 1_000 * random)}\n\n`);
}

/** Tells where the client stands, when no transition does: it comes back from there and not from long ago. */
export function positionFrame(cursor: string): Uint8Array {
  return encoded(`event: position\nid: ${cursor}\ndata: ${JSON.stringify({ after: cursor })}\n\n`);
}

/** The stream does not reach back to where the client stood: what it shows has to be fetched anew. */
export function gapFrame(gap: Gap, cursor: string): Uint8Array {
  const { reason, from, first, last } = gap;
  const why =
    reason === "trimmed"
      ? "The stream no longer reaches back so far: some transitions are missing."
      : "The stream has no such entry (Redis was replaced or restored): some transitions may be missing.";
  const facts = { reason, ...from, first, last, detail: `${why} Fetch /api/improvements for how things stand.` };
  return encoded(`event: gap\nid: ${cursor}\ndata: ${JSON.stringify(facts)}\n\n`);
}

/** Redis is away (or back): the connection stays, and nothing is lost. */
export function outageFrame(away: boolean): Uint8Array {
  const detail = away
    ? "Redis does not answer; transitions follow without loss when it does again."
    : "Redis answers again.";
  return encoded(`event: ${away ? "outage" : "resumed"}\ndata: ${JSON.stringify({ detail })}\n\n`);
}

function encoded(text: string): Uint8Array {
  return Buffer.from(text);
}
