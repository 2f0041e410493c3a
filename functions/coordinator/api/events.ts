/** GET /api/events: transitions from a point in the stream on, as JSON; live as server-sent events to who accepts those. */
import type { Context } from "hono";
import { Hono } from "hono";
import * as z from "zod";
import { STATUSES } from "../../../shared/domain/lifecycle.ts";
import {
  type EventPage,
  eventPage,
  type Gap,
  newestTransitions,
  type ReadFrom,
  STREAM_START,
  type Transition,
} from "../../../shared/pipeline/event-stream.ts";
import { type Filter, wanted } from "../live/frames.ts";
import { type Env, Limit, Moment, needs, queryOf, Several } from "../request.ts";
import type { School } from "../school.ts";
import type { Sessions } from "../sign-in/sessions.ts";

const Entry = z.string().regex(/^\d{1,15}-\d{1,15}$/, "the `entry` of an event, e.g. 1767225600000-0");

export const EventsQuery = z.strictObject({
  after: Entry.optional().describe(
    "events after this one; a browser that comes back says it in the header Last-Event-ID, which counts more",
  ),
  since: Moment("start").describe("or events from then on"),
  improvement: z.string().min(1).max(200).optional().describe("only of this improvement"),
  status: Several(z.enum(STATUSES, { error: `one of ${STATUSES.join(", ")}` })).describe("only moves to these"),
  limit: Limit(100, 1_000).describe("for JSON only; a stream has no end"),
});
type EventsQuery = z.infer<typeof EventsQuery>;

/** Most that one request for JSON looks through to find what its filter wants: about all that the stream keeps. */
const MOST_READ = 20_000;
const PAGE = 1_000;

export function eventsApi(school: School, sessions: Pick<Sessions, "isAlive">): Hono<Env> {
  return new Hono<Env>().get("/", needs(school.tokens, "viewer"), async (context) => {
    const query = queryOf(context, EventsQuery);
    context.header("vary", "Accept");
    const streams = /\btext\/event-stream\b/i.test(context.req.header("accept") ?? "");
    return streams ? stream(school, sessions, context, query) : context.json(await listed(school, query));
  });
}

function stream(
  { live, settings, log }: School,
  sessions: Pick<Sessions, "isAlive">,
  context: Context<Env>,
  query: EventsQuery,
): Response {
  const last = context.req.header("last-event-id");
  const from = last === undefined || last === "" ? fromOf(query) : { after: checkedEntry(last) };
  const headers = {
    "content-type": "text/event-stream; charset=utf-8",
    // A proxy that gathers the answer before it passes it on would hold events back.
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
    // Never used for another request: so it is gone at once when the coordinator ends the stream.
    connection: "close",
  };
  if (context.req.method === "HEAD") return context.body(null, 200, headers);
  const { outgoing } = (context.env ?? {}) as { outgoing?: Outgoing };
  const session = context.get("caller")?.session;
  if (session !== undefined && outgoing !== undefined) {
    endWith(outgoing, () => sessions.isAlive(session), settings.SSE_HEARTBEAT_SECONDS * 1_000, log);
  }
  const body = live.open({ from, filter: filterOf(query), cut: () => outgoing?.destroy() });
  return context.body(body, 200, headers);
}

interface Outgoing {
  destroy(): void;
  once(event: "close", listener: () => void): unknown;
}

/** Who has signed out, or was, hears of nothing any more: looked at with every sign of life. */
function endWith(outgoing: Outgoing, isAlive: () => Promise<boolean>, everyMs: number, log: School["log"]): void {
  async function look(): Promise<void> {
    try {
      if (!(await isAlive())) outgoing.destroy();
    } catch (error) {
      // While Redis is away there are no events either.
      log.debug({ err: error }, "whether a session still lasts cannot be looked up");
    }
  }
  const timer = setInterval(() => void look(), everyMs);
  outgoing.once("close", () => clearInterval(timer));
}

/** An id that was never one of ours is answered with a gap, not with an error: a browser would never come back. */
function checkedEntry(text: string): string {
  return Entry.safeParse(text).success ? text : NEVER_GIVEN;
}
const NEVER_GIVEN = "999999999999999-0";

function fromOf({ after, since }: EventsQuery): ReadFrom | undefined {
  if (after !== undefined) return { after };
  return since === undefined ? undefined : { since };
}

function filterOf({ improvement, status }: EventsQuery): Filter {
  return { improvement, status };
}

/** `cursor`: ask for what comes `after` it. `gap`: the stream does not reach back to what was asked for. */
async function listed({ redis, keys }: School, query: EventsQuery) {
  const { limit } = query;
  const filter = filterOf(query);
  const page = filter.improvement === undefined && filter.status === undefined ? limit : PAGE;
  let from = fromOf(query);
  if (from === undefined) {
    const all = await newestTransitions(redis, keys, page === limit ? limit : MOST_READ);
    const events = all.filter((event) => wanted(filter, event)).slice(-limit);
    return { events, cursor: all.at(-1)?.entry ?? STREAM_START };
  }
  const events: Transition[] = [];
  let gap: Gap | undefined;
  let cursor: string;
  let read = 0;
  do {
    const next: EventPage = await eventPage(redis, keys, from, page);
    const mine = next.events.filter((event) => wanted(filter, event)).slice(0, limit - events.length);
    events.push(...mine);
    gap ??= next.gap;
    read += next.events.length;
    cursor = events.length === limit ? (events.at(-1) as Transition).entry : next.cursor;
    if (next.events.length < page) break;
    from = { after: cursor };
  } while (events.length < limit && read < MOST_READ);
  return { events, cursor, ...(gap === undefined ? {} : { gap }) };
}
