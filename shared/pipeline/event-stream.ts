/** The stream of all transitions: read a piece of it, know whether it still reaches back, or wait for what comes next. */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { type TrailEntry, trailEntry } from "./records.ts";
import { toRecord } from "./stage-queue.ts";

export type Transition = TrailEntry & { readonly improvement: string };

/** The entry before every other. */
export const STREAM_START = "0-0";

/** Where to read on: after an entry one has had, or from a time on (milliseconds since the epoch). */
export type ReadFrom = { readonly after: string } | { readonly since: number };

/** The stream cannot continue where a reader left off, so the reader may have missed something. */
export interface Gap {
  /** `trimmed`: the stream is capped and no longer reaches back. `unknown`: it has no such entry; Redis was replaced. */
  readonly reason: "trimmed" | "unknown";
  /** What was asked for. */
  readonly from: ReadFrom;
  /** The entries the stream does have; null when it is empty. */
  readonly first: string | null;
  readonly last: string | null;
}

export interface EventPage {
  /** Oldest first. After a gap they begin where the stream can continue. */
  readonly events: readonly Transition[];
  /** Read on `after` this. */
  readonly cursor: string;
  readonly gap?: Gap;
}

/** The newest `limit` entries, oldest first. */
export async function newestTransitions(redis: Redis, keys: Keys, limit: number): Promise<Transition[]> {
  const entries = await redis.xrevrange(keys.events, "+", "-", "COUNT", limit);
  return entries.reverse().map(([entry, flat]) => transition(entry, flat));
}

/** At most `limit` entries from a point on. One transaction, so that nothing is trimmed between reading and judging. */
export async function eventPage(redis: Redis, keys: Keys, from: ReadFrom, limit: number): Promise<EventPage> {
  const start = "after" in from ? `(${from.after}` : from.since;
  const known = "after" in from ? from.after : "-";
  const replies = await redis
    .multi()
    .xinfo("STREAM", keys.events)
    .xrange(keys.events, known, known)
    .xrange(keys.events, start, "+", "COUNT", limit)
    .exec();
  const [info, at, found] = replies ?? [];
  const stream = streamFacts(info?.[0] ?? null, info?.[1]);
  const events = entriesIn(found);
  const gap = gapAt(from, stream, entriesIn(at).length > 0);
  if (gap === undefined || !isAhead(from, stream)) {
    return { events, cursor: events.at(-1)?.entry ?? stream.generated, ...(gap === undefined ? {} : { gap }) };
  }
  // Another stream than the one the reader knew: whatever it holds may be new.
  const all = await redis.xrange(keys.events, "-", "+", "COUNT", limit);
  const fresh = all.map(([entry, flat]) => transition(entry, flat));
  return { events: fresh, cursor: fresh.at(-1)?.entry ?? STREAM_START, gap };
}

/** Transitions since `from` (milliseconds since the epoch), as far as the capped stream reaches back. */
export async function transitionsSince(redis: Redis, keys: Keys, from: number): Promise<Transition[]> {
  const entries = await redis.xrange(keys.events, from, "+");
  return entries.map(([entry, flat]) => transition(entry, flat));
}

/** The id of the newest entry, `0-0` when there is none: where to start following. */
export async function streamEnd(redis: Redis, keys: Keys): Promise<string> {
  const [newest] = await redis.xrevrange(keys.events, "+", "-", "COUNT", 1);
  return newest?.[0] ?? STREAM_START;
}

/** Waits up to `blockMs` on `connection` (which can do nothing else meanwhile) for entries after `after`. */
export async function nextTransitions(
  connection: Redis,
  keys: Keys,
  after: string,
  blockMs: number,
  count = 500,
): Promise<Transition[]> {
  const reply = await connection.xread("COUNT", count, "BLOCK", blockMs, "STREAMS", keys.events, after);
  return (reply?.[0]?.[1] ?? []).map(([entry, flat]) => transition(entry, flat));
}

/** Order of two entry ids, `<ms>-<sequence>`; both parts may be larger than a double holds exactly. */
export function compareEntries(a: string, b: string): number {
  const [aMs = "", aSequence = ""] = a.split("-", 2);
  const [bMs = "", bSequence = ""] = b.split("-", 2);
  return compareDigits(aMs, bMs) || compareDigits(aSequence, bSequence);
}

function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}

interface StreamFacts {
  readonly first: string | null;
  readonly last: string | null;
  /** The highest id ever given out. */
  readonly generated: string;
  /** How many entries were ever removed; undefined before Redis 7. */
  readonly removed: number | undefined;
}

function streamFacts(error: Error | null, reply: unknown): StreamFacts {
  if (error !== null && !error.message.includes("no such key")) throw error;
  const flat = error === null ? (reply as unknown[]) : [];
  const fact = (name: string) => flat[flat.indexOf(name) + 1];
  const entry = (name: string) => ((flat.includes(name) ? fact(name) : null) as [string] | null)?.[0] ?? null;
  const added = flat.includes("entries-added") ? Number(fact("entries-added")) : undefined;
  return {
    first: entry("first-entry"),
    last: entry("last-entry"),
    generated: flat.length === 0 ? STREAM_START : String(fact("last-generated-id")),
    removed: flat.length === 0 ? 0 : added === undefined ? undefined : added - Number(fact("length")),
  };
}

function gapAt(from: ReadFrom, stream: StreamFacts, present: boolean): Gap | undefined {
  const { first, last, removed } = stream;
  const gap = (reason: Gap["reason"]): Gap => ({ reason, from, first, last });
  if ("since" in from) {
    const reachesBack = removed === 0 || first === null || Number(first.split("-", 1)[0]) <= from.since;
    return reachesBack ? undefined : gap("trimmed");
  }
  if (from.after === STREAM_START) return (removed ?? 0) > 0 ? gap("trimmed") : undefined;
  if (present || from.after === stream.generated) return undefined;
  const before = first === null || compareEntries(from.after, first) < 0;
  return before && removed !== 0 && !isAhead(from, stream) ? gap("trimmed") : gap("unknown");
}

function isAhead(from: ReadFrom, { generated }: StreamFacts): boolean {
  return "after" in from && compareEntries(from.after, generated) > 0;
}

function entriesIn(reply: readonly [Error | null, unknown] | undefined): Transition[] {
  if (reply?.[0]) throw reply[0];
  return ((reply?.[1] ?? []) as [string, string[]][]).map(([entry, flat]) => transition(entry, flat));
}

function transition(entry: string, flat: readonly string[]): Transition {
  const fields = toRecord([...flat]);
  return { ...trailEntry(entry, fields), improvement: fields["improvement"] ?? "" };
}
