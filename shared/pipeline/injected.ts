/**
 * Who brought an improvement in over HTTP, or handed in the source it was proposed from, so that nobody is the only approver
 * of their own proposal.
 */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";

/** HASH improvement id -> name; the first name stays. */
function key(keys: Keys): string {
  return `${keys.prefix}school:injected`;
}

/** An event that waits for longer has other troubles. */
const REMEMBERED_SECONDS = 30 * 86_400;

/**
 * Before a source's event is pushed: `ingest`'s settle looks the name up by the event's id and writes it down for every
 * improvement that is new. The name is not read from the event, which anybody may have written.
 */
export async function rememberHandingIn(redis: Redis, keys: Keys, event: string, name: string): Promise<void> {
  await redis.set(keys.handedIn(event), name, "EX", REMEMBERED_SECONDS);
}

/** Null where nobody did: the school found the source itself. */
export function handedInBy(redis: Redis, keys: Keys, id: string): Promise<string | null> {
  return redis.hget(keys.handedInBy, id);
}

export async function rememberInjection(redis: Redis, keys: Keys, id: string, name: string): Promise<void> {
  await redis.hsetnx(key(keys), id, name);
}

export function injectedBy(redis: Redis, keys: Keys, id: string): Promise<string | null> {
  return redis.hget(key(keys), id);
}
