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

/** Names of all locks that are held or waited for, sorted. */
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

export async function listLocks(redis: Redis, keys: Keys): Promise<Lock[]> {
  const names = await lockNames(redis, keys);
  return Promise.all(
    names.map(async (name) => {
      const [holder, waiting] = await Promise.all([redis.get(keys.lock(name)), redis.zcard(keys.lockWaiting(name))]);
      const status = holder === null ? null : await redis.hget(keys.record(holder), "status");
      return { name, holder, status, waiting };
    }),
  );
}
