import type { Redis } from "ioredis";
import type { Keys } from "../../keys.ts";
import { rememberLocks } from "../../locks.ts";
import type { LayoutStep } from "../layout-steps.ts";

const BATCH = 200;

/** Versions before `school:meta` kept neither from their beginning; what they wrote is put in. */
export const toLayout2: LayoutStep = {
  to: 2,
  says: "all locks and tombstones there are stand in their indexes, also those from before these were kept",
  async run(redis, keys, signal) {
    await rememberLocks(redis, keys);
    await rememberTombstones(redis, keys, signal);
  },
};

async function rememberTombstones(redis: Redis, keys: Keys, signal: AbortSignal): Promise<void> {
  const rejected = keys.byStatus("rejected");
  for (let from = 0; !signal.aborted; from += BATCH) {
    const flat = await redis.zrange(rejected, String(from), String(from + BATCH - 1), "WITHSCORES");
    if (flat.length === 0) return;
    const batch = redis.pipeline();
    for (let i = 0; i < flat.length; i += 2) batch.hget(keys.record(flat[i] as string), "tombstone");
    const replies = (await batch.exec()) ?? [];
    const buried = replies.flatMap(([error, text], i) => {
      if (error !== null) throw error;
      return text === null ? [] : [Number(flat[2 * i + 1]), flat[2 * i] as string];
    });
    if (buried.length > 0) await redis.zadd(keys.tombstones, "NX", ...buried);
  }
}
