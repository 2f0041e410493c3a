/** Reads triggers from Redis the way KEDA's redis scaler does. */
import { Redis } from "ioredis";
import type { Reading } from "./decide.ts";
import type { Scaler } from "./scaler.ts";

/** kedacore/keda v2.20.2 pkg/scalers/redis_scaler.go: the length depends on the key's type, and no key means 0. */
const LENGTH = `
local kind = redis.call('type', KEYS[1]).ok
if kind == 'list' then return redis.call('llen', KEYS[1])
elseif kind == 'zset' then return redis.call('zcard', KEYS[1])
elseif kind == 'set' then return redis.call('scard', KEYS[1])
elseif kind == 'hash' then return redis.call('hlen', KEYS[1])
elseif kind == 'none' then return 0
end
return redis.error_reply('unsupported key type ' .. kind .. ' of ' .. KEYS[1])`;

/** KEDA's default connection timeout. */
const TIMEOUT_MS = 3_000;

export interface TriggerReader {
  /** Never throws: what went wrong is the reading. */
  read(scaler: Scaler): Promise<Reading>;
  close(): void;
}

/** One connection that fails at once while Redis is away; `prefix` goes before every key. */
export async function readTriggers(url: string, prefix: string): Promise<TriggerReader> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(100 * attempt, 1_000),
  });
  let lastFault = "Redis is out of reach";
  redis.on("error", (error: Error) => {
    lastFault = error.message;
  });
  await redis.connect().catch(() => "the readings will say so");

  return {
    async read({ triggers }) {
      if (redis.status !== "ready") return { error: lastFault };
      try {
        const lengths = await Promise.all(
          triggers.map(
            async ({ name, key }) => [name, Number(await redis.eval(LENGTH, 1, `${prefix}${key}`))] as const,
          ),
        );
        return { values: Object.fromEntries(lengths) };
      } catch (error) {
        return { error: (error as Error).message };
      }
    },
    close: () => redis.disconnect(),
  };
}
