/**
 * The founding platform's keys in a Redis: one JSON string per improvement, and sorted sets of those keys by stage, scored
 * by unix time. Reads only, in batches.
 */
import type { Redis } from "ioredis";

/** The platform's stages, the furthest first: a crash between two commands left some improvements in two. */
export const PLACES = [
  "failed",
  "verified",
  "deployed",
  "approved",
  "pending_review",
  "validated",
  "categorized",
  "raw",
] as const;
export type Place = (typeof PLACES)[number];

export interface PlatformRecord {
  /** Without `improvement:`. */
  readonly id: string;
  /** The JSON text; undefined when it is too large to be a record. */
  readonly text: string | undefined;
  /** The furthest stage that lists it, and since when (milliseconds since the epoch). */
  readonly place?: Place;
  readonly since?: number;
}

/** Larger strings are no records: the platform keeps a title and a few paragraphs in one. */
const LARGEST_RECORD = 256_000;
const BATCH = 100;

export interface Platform {
  /** Every string under `improvement:*`. One may come twice while somebody writes. */
  records(): AsyncGenerator<PlatformRecord[]>;
  /** Listed keys whose record is gone, by stage. */
  lost(): AsyncGenerator<{ readonly place: Place; readonly id: string }>;
  /** Keys that are not what the platform makes of them: one sentence each. */
  readonly notes: readonly string[];
}

/** `prefix` goes before the platform's keys; it has none of its own. */
export async function openPlatform(redis: Redis, prefix: string): Promise<Platform> {
  const start = `${prefix}improvement:`;
  const types = await values<string>(redis, (batch) => {
    for (const place of PLACES) batch.type(zset(prefix, place));
  });
  const usable = PLACES.filter((_, i) => types[i] === "zset");
  const notes = PLACES.flatMap((place, i) => {
    if (types[i] === "zset" || types[i] === "none") return [];
    return [`${zset(prefix, place)} holds a ${types[i]}, not a sorted set; it was not read`];
  });
  const waiting = await redis.llen(`${prefix}youtube:improvements`).catch(() => 0);
  if (waiting > 0) {
    const list = `${prefix}youtube:improvements`;
    notes.push(`${list} holds ${waiting} video analyses; a coordinator with LEGACY_LIST=${list} takes them in`);
  }

  async function read(keys: readonly string[]): Promise<PlatformRecord[]> {
    const sizes = await values<number>(redis, (batch) => {
      for (const key of keys) batch.strlen(key);
    });
    const texts = await values<string | null>(redis, (batch) => {
      for (const [i, key] of keys.entries()) batch.getrange(key, 0, (sizes[i] ?? 0) > LARGEST_RECORD ? 0 : -1);
    });
    const scores = await values<string | null>(redis, (batch) => {
      for (const key of keys) for (const place of usable) batch.zscore(zset(prefix, place), key.slice(prefix.length));
    });
    return keys.flatMap((key, i) => {
      // Gone since it was found.
      if (sizes[i] === 0) return [];
      const own = scores.slice(i * usable.length, (i + 1) * usable.length);
      const at = own.findIndex((score) => score !== null && score !== undefined);
      const place = usable[at];
      const text = (sizes[i] ?? 0) > LARGEST_RECORD ? undefined : (texts[i] ?? undefined);
      const id = key.slice(start.length);
      return [{ id, text, ...(place === undefined ? {} : { place, since: milliseconds(Number(own[at])) }) }];
    });
  }
  return {
    notes,
    async *records() {
      const match = `${escaped(start)}*`;
      for await (const found of redis.scanStream({ match, count: BATCH, type: "string" })) {
        const keys = found as string[];
        for (let i = 0; i < keys.length; i += BATCH) yield await read(keys.slice(i, i + BATCH));
      }
    },
    async *lost() {
      for (const place of usable) {
        for await (const found of redis.zscanStream(zset(prefix, place), { match: "improvement:*", count: BATCH })) {
          const keys = (found as string[]).filter((_, i) => i % 2 === 0);
          const there = await values<number>(redis, (batch) => {
            for (const key of keys) batch.exists(prefix + key);
          });
          for (const [i, key] of keys.entries()) {
            if (there[i] === 0) yield { place, id: key.slice("improvement:".length) };
          }
        }
      }
    },
  };
}

function zset(prefix: string, place: Place): string {
  return `${prefix}improvements:${place}`;
}

/** The platform writes seconds. */
function milliseconds(score: number): number {
  return score < 100_000_000_000 ? score * 1_000 : score;
}

function escaped(text: string): string {
  return text.replaceAll(/[*?[\]\\^-]/gu, String.raw`\$&`);
}

async function values<T>(
  redis: Redis,
  fill: (batch: ReturnType<Redis["pipeline"]>) => void,
): Promise<readonly (T | undefined)[]> {
  const batch = redis.pipeline();
  fill(batch);
  const replies = (await batch.exec()) ?? [];
  return replies.map(([error, value]) => {
    // Replaced by another type since it was found: then it is no record of the platform.
    if (error !== null && error.message.startsWith("WRONGTYPE")) return undefined;
    if (error !== null) throw error;
    return value as T;
  });
}
