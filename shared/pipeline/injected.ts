/** Who brought an improvement in over HTTP, so that nobody is the only approver of their own proposal. */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";

/** HASH improvement id -> name; the first name stays. */
function key(keys: Keys): string {
  return `${keys.prefix}school:injected`;
}

export async function rememberInjection(redis: Redis, keys: Keys, id: string, name: string): Promise<void> {
  await redis.hsetnx(key(keys), id, name);
}

export function injectedBy(redis: Redis, keys: Keys, id: string): Promise<string | null> {
  return redis.hget(key(keys), id);
}
