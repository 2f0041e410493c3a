/**
 * Which workers of a stage are alive: ZSET of `queue:<stage>:workers`, worker -> when its last sign of life ends, by Redis's
 * clock. It is what tells a cold start from one more worker beside others, and a layer that is up from one at zero.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { STAGES, type StageName } from "../stages.ts";
import { COLD_BOUNDS } from "./durations.ts";
import type { Keys } from "./keys.ts";

/** A worker that says nothing for so long is gone. */
const SIGN_MS = 20_000;
const RENEW_MS = 6_000;
const LAST_MS = 500;

/** Begins the name of a worker that gets its events by HTTP: it takes none from the list, so the list may be cold beside it. */
export const BY_HTTP = "http/";

/**
 * KEYS workers, metrics, cold; ARGV worker, milliseconds, then for the first sign of a process: stage, milliseconds since
 * its start, and the buckets' bounds in seconds. A cold start took as long as events have been waiting, where somebody
 * has seen them wait; else as long as the process needed.
 */
const SIGN = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local function byHttp(worker) return string.sub(worker, 1, ${BY_HTTP.length}) == '${BY_HTTP}' end
if ARGV[3] then
  local others, http = 0, byHttp(ARGV[1])
  for _, worker in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if byHttp(worker) == http then others = others + 1 end
  end
  if others == 0 then
    local since = not http and redis.pcall('GET', KEYS[3])
    local took = type(since) == 'string' and tonumber(since) and math.max(0, now - since) or tonumber(ARGV[4])
    local bucket = 'inf'
    for i = 5, #ARGV do if took <= ARGV[i] * 1000 then bucket = ARGV[i] break end end
    redis.call('HINCRBY', KEYS[2], 'cold:' .. ARGV[3], 1)
    redis.call('HINCRBY', KEYS[2], 'cold_seconds:' .. ARGV[3] .. ':' .. bucket, 1)
    redis.call('HINCRBY', KEYS[2], 'cold_ms_sum:' .. ARGV[3], took)
  end
  if not http then redis.call('DEL', KEYS[3]) end
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return 1
`;

export interface Presence {
  /** The process has its first events (`startedMs` after its start), or found that none wait. Once. */
  begin(startedMs: number): void;
  /** No more signs, because it takes no more events; the layer may be cold from now on. Never rejects. */
  end(): Promise<void>;
}

/** Signs that fail are passed over: nothing depends on them. */
export function presence(redis: Redis, keys: Keys, stage: StageName, worker: string): Presence {
  const key = keys.workers(stage);
  const cold = keys.cold(stage);
  let renewing: NodeJS.Timeout | undefined;
  function sign(...first: readonly (string | number)[]): void {
    redis.eval(SIGN, 3, key, keys.metrics, cold, worker, SIGN_MS, ...first).catch(() => undefined);
  }
  return {
    begin(startedMs) {
      if (renewing !== undefined) return;
      sign(stage, Math.round(startedMs), ...COLD_BOUNDS);
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
