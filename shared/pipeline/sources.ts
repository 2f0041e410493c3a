/** What has been read so far, newest first. Never writes. */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import { defineScripts } from "./scripts/define.ts";
import { sourceStatesScript } from "./scripts/source-states.ts";
import { inOrder, type Place } from "./time-order.ts";

/** Where a source stands. */
export const SOURCE_STATES = ["waiting", "read", "nothing_found", "listed", "failed"] as const;

export interface SourceLine {
  readonly id: string;
  readonly state: string;
  readonly title: string;
  readonly address?: string;
  readonly because?: string;
  readonly read_at?: string;
  /** Ids of the improvements proposed from it. */
  readonly improvements: readonly string[];
  /** How many of them existed already. */
  readonly known: number;
}

export interface SourceQuery {
  /** Any of these; all when absent. */
  readonly states?: readonly string[] | undefined;
  readonly after?: Place | undefined;
  readonly limit: number;
}
export interface SourcePage {
  readonly sources: readonly SourceLine[];
  /** Where to go on; null when this was the end. */
  readonly next: Place | null;
}

const PAGE = 500;
/** One page looks at no more; with a rare state it may come back short and still have a next. */
const MOST_LOOKED_AT = 5_000;

/** Sources in the order they were last read. */
export async function pageOfSources(redis: Redis, keys: Keys, query: SourceQuery): Promise<SourcePage> {
  const { states, after, limit } = query;
  const sources: SourceLine[] = [];
  let last = after ?? null;
  let lookedAt = 0;
  for await (const places of newestFirst(redis, keys, after)) {
    const fitting = states === undefined ? places : await inStates(redis, keys, places, states);
    for (let position = 0; position < fitting.length; ) {
      // One more than there is room for, so that the last page knows that it is.
      const some = fitting.slice(position, position + limit + 1 - sources.length);
      position += some.length;
      const read = new Map((await sourceLines(redis, keys, some)).map((line) => [line.id, line]));
      for (const place of some) {
        const line = read.get(place.id);
        if (line === undefined) continue;
        if (sources.length === limit) return { sources, next: last };
        sources.push(line);
        last = place;
      }
    }
    last = places.at(-1) ?? last;
    lookedAt += places.length;
    if (lookedAt >= MOST_LOOKED_AT) return { sources, next: last };
  }
  return { sources, next: null };
}

/** Undefined when there is none of that id. */
export async function sourceOf(redis: Redis, keys: Keys, id: string): Promise<SourceLine | undefined> {
  return (await sourceLines(redis, keys, [{ id }]))[0];
}

async function* newestFirst(redis: Redis, keys: Keys, after: Place | undefined): AsyncGenerator<Place[]> {
  const newest = after?.at ?? "+inf";
  for (let offset = 0; ; offset += PAGE) {
    const flat = await redis.zrevrangebyscore(keys.sources, newest, "-inf", "WITHSCORES", "LIMIT", offset, PAGE);
    const places: Place[] = [];
    for (let i = 0; i + 1 < flat.length; i += 2) places.push({ id: flat[i] as string, at: Number(flat[i + 1]) });
    const behind = places.filter((place) => after === undefined || inOrder(after, place) < 0);
    if (behind.length > 0) yield behind;
    if (places.length < PAGE) return;
  }
}

async function inStates(redis: Redis, keys: Keys, places: readonly Place[], states: readonly string[]) {
  const { schoolSourceStates } = defineScripts(redis, keys.prefix, { schoolSourceStates: sourceStatesScript });
  const found = (await schoolSourceStates(...places.map(({ id }) => id))) as string[];
  return places.filter((_, i) => states.includes(found[i] ?? ""));
}

async function sourceLines(redis: Redis, keys: Keys, places: readonly { id: string }[]): Promise<SourceLine[]> {
  const batch = redis.pipeline();
  for (const { id } of places) batch.hgetall(keys.source(id));
  const replies = (await batch.exec()) ?? [];
  // A key of another type under a source's name is passed over; doctor reports it.
  return replies.flatMap(([error, hash], i) => (error === null ? lineOf(places[i]?.id ?? "", hash as Hash) : []));
}
type Hash = Readonly<Record<string, string>>;

function lineOf(id: string, hash: Hash): SourceLine[] {
  const { state, title = "", address, because, read_at: readAt, improvements, known } = hash;
  if (state === undefined) return [];
  return [
    {
      id,
      state,
      title,
      ...(address === undefined ? {} : { address }),
      ...(because === undefined ? {} : { because }),
      ...(readAt === undefined ? {} : { read_at: readAt }),
      improvements: improvements === undefined ? [] : (JSON.parse(improvements) as string[]),
      known: Number(known ?? 0),
    },
  ];
}
