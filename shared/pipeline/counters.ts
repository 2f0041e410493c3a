/** The counters of functions that live too briefly to be scraped: HASH `metrics`, written by the scripts. */
import type { Redis } from "ioredis";
import type { Status } from "../domain/lifecycle.ts";
import type { Keys } from "./keys.ts";

/** Fields are `<what>:<label>`, e.g. `moved:verified`, `settled:route`. */
export async function readCounters(redis: Redis, keys: Keys): Promise<ReadonlyMap<string, number>> {
  const fields = await redis.hgetall(keys.metrics);
  return new Map(Object.entries(fields).map(([field, value]) => [field, Number(value)]));
}

/** `moved:<status>` counts every move; this says how many of them a person made. */
export async function countPersonMove(redis: Redis, keys: Keys, to: Status): Promise<void> {
  await redis.hincrby(keys.metrics, `person:${to}`, 1);
}
