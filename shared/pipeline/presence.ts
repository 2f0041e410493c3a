/**
 * Which workers of a stage are alive: ZSET of `queue:<stage>:workers`, worker -> when its last sign of life ends, by Redis's
 * clock. It is what tells a cold start from one more worker beside others, and a layer that is up from one at zero.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { STAGES, type StageName } from "../stages.ts";
import { bucketOf, COLD_BOUNDS } from "./durations.ts";
import type { Keys } from "./keys.ts";

/** A worker that says nothing for so long is gone. */
const SIGN_MS = 20_000;
const RENEW_MS = 6_000;
const LAST_MS = 500;

/** KEYS workers, metrics; ARGV worker, milliseconds, then for the first sign of a process: stage, bucket, milliseconds it took. */
const SIGN = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if ARGV[3] and redis.call('ZCARD', KEYS[1]) == 0 then
  redis.call('HINCRBY', KEYS[2], 'cold:' .. ARGV[3], 1)
  redis.call('HINCRBY', KEYS[2], 'cold_seconds:' .. ARGV[3] .. ':' .. ARGV[4], 1)
  redis.call('HINCRBY', KEYS[2], 'cold_ms_sum:' .. ARGV[3], ARGV[5])
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return 1
`;

export interface Presence {
  /** The process has its first event (`startedMs` after its start), or has none to wait for. Once. */
  begin(startedMs: number): void;
  /** No more signs; the layer may be cold from now on. Never rejects. */
  end(): Promise<void>;
}

/** Signs that fail are passed over: nothing depends on them. */
export function presence(redis: Redis, keys: Keys, stage: StageName, worker: string): Presence {
  const key = keys.workers(stage);
  let renewing: NodeJS.Timeout | undefined;
  function sign(...first: readonly (string | number)[]): void {
    redis.eval(SIGN, 2, key, keys.metrics, worker, SIGN_MS, ...first).catch(() => undefined);
  }
  return {
    begin(startedMs) {
      if (renewing !== undefined) return;
      sign(stage, bucketOf(COLD_BOUNDS, startedMs / 1_000), Math.round(startedMs));
      renewing = setInterval(sign, RENEW_MS);
      renewing.unref();
    },
    async end() {
      clearInterval(renewing);
      if (redis.status !== "ready") return;
      const gone = redis.zrem(key, worker).catch(() => undefined);
      // A Redis that hangs must not keep the process; its last sign runs out by itself.
      await Promise.race([gone, delay(LAST_MS, undefined, { ref: false })]);
    },
  };
}

/** Workers of every stage that gave a sign of life lately. `now`: milliseconds since the epoch by Redis's clock. */
export async function workersAlive(redis: Redis, keys: Keys, now: number): Promise<Record<StageName, number>> {
  const batch = redis.pipeline();
  for (const stage of STAGES) batch.zcount(keys.workers(stage), `(${now}`, "+inf");
  const replies = (await batch.exec()) ?? [];
  const counts = STAGES.map((stage, i) => {
    const [error, number] = replies[i] ?? [null, 0];
    if (error !== null) throw error;
    return [stage, Number(number)] as const;
  });
  return Object.fromEntries(counts) as Record<StageName, number>;
}
