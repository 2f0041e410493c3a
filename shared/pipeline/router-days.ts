/**
 * Which tier of the router served, hour by hour: a HASH per day (UTC), `<hour>:<tier>` -> how many improvements. A day ends by
 * itself, so that this stays as small as it is however long the school runs.
 */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";

/** One improvement that was routed. `at`: milliseconds since the epoch. */
export interface Served {
  readonly tier: string;
  readonly at: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far back it is told. */
export const HOURS = 48;
export const DAYS = 30;
const KEPT_SECONDS = ((DAYS + 2) * DAY_MS) / 1_000;

/** Commands that count it, for a pipeline of the caller's. */
export function countServed(batch: ReturnType<Redis["pipeline"]>, keys: Keys, { tier, at }: Served): void {
  const moment = new Date(at).toISOString();
  const key = keys.routerDay(moment.slice(0, 10));
  batch.hincrby(key, `${moment.slice(11, 13)}:${tier}`, 1);
  batch.expire(key, KEPT_SECONDS);
}

/** Steps of one length, oldest first, the present one last. */
export interface OverTime {
  /** ISO 8601: when the first step began. */
  readonly from: string;
  readonly stepSeconds: number;
  /** By tier, one number for each step; tiers that served nothing are left out. */
  readonly served: Readonly<Record<string, readonly number[]>>;
}

/** `now`: milliseconds since the epoch by Redis's clock. */
export async function servedOverTime(
  redis: Redis,
  keys: Keys,
  now: number,
): Promise<{ readonly hours: OverTime; readonly days: OverTime }> {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const days = Array.from({ length: DAYS }, (_, i) => today - (DAYS - 1 - i) * DAY_MS);
  const batch = redis.pipeline();
  for (const day of days) batch.hgetall(keys.routerDay(new Date(day).toISOString().slice(0, 10)));
  const replies = (await batch.exec()) ?? [];
  const hours = startingAt(Math.floor(now / HOUR_MS) * HOUR_MS - (HOURS - 1) * HOUR_MS, HOUR_MS, HOURS);
  const whole = startingAt(days[0] ?? today, DAY_MS, DAYS);
  for (const [i, [error, fields]] of replies.entries()) {
    if (error !== null) throw error;
    for (const [field, value] of Object.entries(fields as Record<string, string>)) {
      const [hour = "", tier = ""] = field.split(":", 2);
      const at = (days[i] ?? 0) + Number(hour) * HOUR_MS;
      const count = Number(value);
      // Written by somebody else: figures leave it out.
      if (tier === "" || !Number.isFinite(at) || !Number.isFinite(count)) continue;
      hours.add(tier, at, count);
      whole.add(tier, at, count);
    }
  }
  return { hours: hours.told(), days: whole.told() };
}

function startingAt(from: number, stepMs: number, steps: number) {
  const rows = new Map<string, number[]>();
  return {
    add(tier: string, at: number, count: number): void {
      const step = Math.floor((at - from) / stepMs);
      if (step < 0 || step >= steps) return;
      const row = rows.get(tier) ?? Array.from({ length: steps }, () => 0);
      row[step] = (row[step] ?? 0) + count;
      rows.set(tier, row);
    },
    told: (): OverTime => ({
      from: new Date(from).toISOString(),
      stepSeconds: stepMs / 1_000,
      served: Object.fromEntries(rows),
    }),
  };
}
