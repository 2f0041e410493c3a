/** The locks of Applications: who holds them and who waits. Never writes. */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";

export interface Lock {
  readonly name: string;
  /** The improvement; null while only others wait for it. */
  readonly holder: string | null;
  /** Status of the holder; null when it has no record. */
  readonly status: string | null;
  /** How many improvements wait behind it. */
  readonly waiting: number;
}

const WAITING = ":waiting";

/** Names of all locks that are held or waited for, sorted; looks through every key, as doctor must. */
export async function lockNames(redis: Redis, keys: Keys): Promise<string[]> {
  const start = keys.lock("");
  const names = new Set<string>();
  for await (const batch of redis.scanStream({ match: `${start}*`, count: 1_000 })) {
    for (const key of batch as string[]) {
      const name = key.slice(start.length);
      names.add(name.endsWith(WAITING) ? name.slice(0, -WAITING.length) : name);
    }
  }
  return [...names].sort();
}

/** The same without looking through all keys: those the scripts wrote down. Doctor's repair adds the others. */
export async function listLocks(redis: Redis, keys: Keys): Promise<Lock[]> {
  const names = (await redis.smembers(keys.lockNames)).sort();
  const locks = await Promise.all(
    names.map(async (name) => {
      const [holder, waiting] = await Promise.all([redis.get(keys.lock(name)), redis.zcard(keys.lockWaiting(name))]);
      const status = holder === null ? null : await redis.hget(keys.record(holder), "status");
      return { name, holder, status, waiting };
    }),
  );
  return locks.filter(({ holder, waiting }) => holder !== null || waiting > 0);
}

/** Writes down the names of locks that somebody set by hand, so that they are listed. */
export async function rememberLocks(redis: Redis, keys: Keys): Promise<void> {
  const names = await lockNames(redis, keys);
  if (names.length > 0) await redis.sadd(keys.lockNames, ...names);
}
