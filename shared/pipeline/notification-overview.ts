/** What was told to people lately, and how its channels do; for those who look after them. */
import type { Redis } from "ioredis";
import type { Keys } from "./keys.ts";
import type { NotificationRow } from "./notification-book.ts";

export interface ChannelState {
  readonly name: string;
  readonly kind: string;
  /** `ok`, `failing` (it is tried again), or `unused` so far. */
  readonly state: "ok" | "failing" | "unused";
  /** Notifications that wait for it, those of digests among them. */
  readonly waiting: number;
  /** ISO 8601 */
  readonly sent: string | null;
  readonly failed: string | null;
  /** Of the last failure, also when it is over. */
  readonly because: string | null;
  /** Failures in a row. */
  readonly failures: number;
  /** Until it is tried again, milliseconds; 0: it is not held. */
  readonly heldMs: number;
}

/** Those `notify` was last configured with, by name. */
export async function channelStates(redis: Redis, keys: Keys): Promise<ChannelState[]> {
  const names = (await redis.smembers(keys.notifyChannels)).sort();
  return Promise.all(
    names.map(async (name) => {
      const [facts, waiting, held] = await Promise.all([
        redis.hgetall(keys.notifyChannel(name)),
        redis.zcard(keys.notifyDue(name)),
        redis.pttl(keys.notifyHeld(name)),
      ]);
      const failures = Number(facts["failures"] ?? 0);
      const used = facts["sent_at"] !== undefined || facts["failed_at"] !== undefined;
      return {
        name,
        kind: facts["kind"] ?? "unknown",
        state: failures > 0 ? "failing" : used ? "ok" : "unused",
        waiting,
        sent: moment(facts["sent_at"]),
        failed: moment(facts["failed_at"]),
        because: facts["because"] ?? null,
        failures,
        heldMs: Math.max(0, held),
      } satisfies ChannelState;
    }),
  );
}

/** Newest first; rows somebody damaged are left out. */
export async function lastNotifications(redis: Redis, keys: Keys, limit: number): Promise<NotificationRow[]> {
  const rows = await redis.lrange(keys.notifyLog, 0, limit - 1);
  return rows.flatMap((text) => {
    const row = parsed(text);
    return row === undefined ? [] : [row];
  });
}

/** How far one event is: channel -> state and why. Undefined: no stage has looked at it, or nobody is told. */
export async function tellingOf(
  redis: Redis,
  keys: Keys,
  event: string,
): Promise<{ channel: string; state: string; because: string | null }[] | undefined> {
  const facts = await redis.hgetall(keys.notifyTold(event));
  const names = Object.keys(facts).flatMap((field) => (field.startsWith("is:") ? [field.slice(3)] : []));
  if (names.length === 0) return undefined;
  return names.sort().map((channel) => ({
    channel,
    state: facts[`is:${channel}`] ?? "",
    because: facts[`because:${channel}`] || null,
  }));
}

function parsed(text: string): NotificationRow | undefined {
  try {
    const row: unknown = JSON.parse(text);
    return typeof row === "object" && row !== null && "channel" in row ? (row as NotificationRow) : undefined;
  } catch {
    return undefined;
  }
}

function moment(ms: string | undefined): string | null {
  return ms === undefined ? null : new Date(Number(ms)).toISOString();
}
