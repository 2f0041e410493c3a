/** The circuit breaker for people: whether it is open, what it counted, and when somebody closed it. */
import { breakerText } from "../../shared/domain/breaker.ts";
import { readBreaker } from "../../shared/pipeline/breaker.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import type { School } from "./school.ts";
import { breakerLimits } from "./settings.ts";

/** Rollbacks that are told, the newest ones. */
const MOST = 50;

export async function breakerState({ redis, keys, settings }: Pick<School, "redis" | "keys" | "settings">) {
  const [open, closed, flat] = await Promise.all([
    readBreaker(redis, keys, breakerLimits(settings), await redisNow(redis)),
    redis.hget(keys.breaker, "closed_at"),
    redis.zrevrange(keys.rollbacks, 0, MOST - 1, "WITHSCORES"),
  ]);
  const rollbacks: { improvement: string; at: string }[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) rollbacks.push({ improvement: flat[i] ?? "", at: time(flat[i + 1]) });
  return {
    open: open !== undefined,
    because: open === undefined ? null : breakerText(open),
    opened_at: open === undefined ? null : time(open.openedAt),
    closes_at: open === undefined ? null : time(open.closesAt),
    closed_by_hand_at: closed === null ? null : time(closed),
    rollbacks_per_hour: settings.BREAKER_ROLLBACKS_PER_HOUR,
    timeout_minutes: settings.BREAKER_TIMEOUT,
    rollbacks,
  };
}

function time(ms: string | number | undefined): string {
  return new Date(Number(ms)).toISOString();
}
