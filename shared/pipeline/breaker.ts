/** What rollbacks of the last while mean for automatic approvals: the circuit breaker, and Applications that rest. */
import type { Redis } from "ioredis";
import { type BreakerLimits, breakerAt, type OpenBreaker } from "../domain/breaker.ts";
import type { ChangeSet } from "../domain/change-set.ts";
import type { Status } from "../domain/lifecycle.ts";
import type { Keys } from "./keys.ts";

const HOUR_MS = 3_600_000;

/** Undefined: closed. `now` by Redis's clock. */
export async function readBreaker(
  redis: Redis,
  keys: Keys,
  limits: BreakerLimits,
  now: number,
): Promise<OpenBreaker | undefined> {
  const closedAt = Number((await redis.hget(keys.breaker, "closed_at")) ?? 0);
  // While it is open every further one too many prolongs it, so the beginning may lie far back; a day of them is enough.
  const from = Math.max(closedAt, now - limits.timeoutMs - 24 * HOUR_MS);
  const flat = await redis.zrangebyscore(keys.rollbacks, from, "+inf", "WITHSCORES");
  const times = flat.filter((_, i) => i % 2 === 1).map(Number);
  return breakerAt(times, limits, now);
}

const TAKING_BACK: readonly Status[] = ["rolling_back", "rollback_blocked"];

/** Why nobody but a person should change `application` now: something there is being taken back, or was a moment ago. */
export async function recentRollback(
  redis: Redis,
  keys: Keys,
  { application, cooldownMs, now }: { readonly application: string; readonly cooldownMs: number; readonly now: number },
): Promise<string | null> {
  if (cooldownMs === 0) return null;
  const current = (
    await Promise.all(TAKING_BACK.map((status) => redis.zrange(keys.byStatus(status), "0", "-1")))
  ).flat();
  const ended = await redis.zrangebyscore(keys.byStatus("failed"), now - cooldownMs, "+inf", "WITHSCORES");
  for (const id of current) {
    if ((await applicationOf(redis, keys, id)) === application) return `${id} is being taken back in ${application}`;
  }
  for (let i = 0; i + 1 < ended.length; i += 2) {
    const id = ended[i] as string;
    // One that failed without a rollback has hurt nothing.
    if ((await redis.zscore(keys.rollbacks, id)) === null) continue;
    if ((await applicationOf(redis, keys, id)) !== application) continue;
    const until = new Date(Number(ended[i + 1]) + cooldownMs).toISOString();
    return `${id} was taken back in ${application}; until ${until} a person decides about changes there`;
  }
  return null;
}

async function applicationOf(redis: Redis, keys: Keys, id: string): Promise<string | undefined> {
  const stored = await redis.hget(keys.record(id), "change_set");
  if (stored === null) return undefined;
  try {
    return (JSON.parse(stored) as Partial<ChangeSet>).application;
  } catch {
    // A damaged record is doctor's to report; it names no Application.
    return undefined;
  }
}
