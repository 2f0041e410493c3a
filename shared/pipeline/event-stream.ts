/** The stream of all transitions: read a piece of it, or wait for what comes next. */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { type TrailEntry, trailEntry } from "./records.ts";
import { toRecord } from "./stage-queue.ts";

export type Transition = TrailEntry & { readonly improvement: string };

/** Entries after `after` (an entry id), oldest first. Without it: the newest `limit`, also oldest first. */
export async function transitions(
  redis: Redis,
  keys: Keys,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<Transition[]> {
  const entries =
    after === undefined
      ? (await redis.xrevrange(keys.events, "+", "-", "COUNT", limit)).reverse()
      : await redis.xrange(keys.events, `(${after}`, "+", "COUNT", limit);
  return entries.map(([entry, flat]) => transition(entry, flat));
}

/** Transitions since `from` (milliseconds since the epoch), as far as the capped stream reaches back. */
export async function transitionsSince(redis: Redis, keys: Keys, from: number): Promise<Transition[]> {
  const entries = await redis.xrange(keys.events, from, "+");
  return entries.map(([entry, flat]) => transition(entry, flat));
}

/** The id of the newest entry, `0-0` when there is none: where to start following. */
export async function streamEnd(redis: Redis, keys: Keys): Promise<string> {
  const [newest] = await redis.xrevrange(keys.events, "+", "-", "COUNT", 1);
  return newest?.[0] ?? "0-0";
}

/** Waits up to `blockMs` on `connection` (which can do nothing else meanwhile) for entries after `after`. */
export async function nextTransitions(
  connection: Redis,
  keys: Keys,
  after: string,
  blockMs: number,
): Promise<Transition[]> {
  const reply = await connection.xread("COUNT", 500, "BLOCK", blockMs, "STREAMS", keys.events, after);
  return (reply?.[0]?.[1] ?? []).map(([entry, flat]) => transition(entry, flat));
}

function transition(entry: string, flat: readonly string[]): Transition {
  const fields = toRecord([...flat]);
  return { ...trailEntry(entry, fields), improvement: fields["improvement"] ?? "" };
}
