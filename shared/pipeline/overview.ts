/** What waits where: sizes and ages of every list, timers, commit budgets. One round trip each; never writes. */
import type { ChainableCommander, Redis } from "ioredis";
import { STAGES, type StageName } from "../stages.ts";
import type { Keys } from "./keys.ts";

export interface StageLoad {
  readonly waiting: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly dead: number;
  /** Milliseconds the oldest waiting event has been waiting; null when nothing waits or the event carries no time. */
  readonly oldestAgeMs: number | null;
}

export interface Timers {
  readonly count: number;
  /** When the next one falls due, ISO 8601. */
  readonly next: string | null;
}

export async function stageLoads(redis: Redis, keys: Keys, now: number): Promise<Record<StageName, StageLoad>> {
  const batch = redis.pipeline();
  for (const stage of STAGES) {
    batch.llen(keys.list(stage)).zcard(keys.leases(stage)).zcard(keys.delayed(stage));
    batch.llen(keys.dead(stage)).lindex(keys.list(stage), -1);
  }
  const replies = await settled(batch);
  const loads = STAGES.map((stage, i): [StageName, StageLoad] => {
    const [waiting, inFlight, delayed, dead, oldest] = replies.slice(i * 5, i * 5 + 5);
    const age = typeof oldest === "string" ? ageOf(oldest, now) : null;
    return [
      stage,
      {
        waiting: Number(waiting),
        inFlight: Number(inFlight),
        delayed: Number(delayed),
        dead: Number(dead),
        oldestAgeMs: age,
      },
    ];
  });
  return Object.fromEntries(loads) as Record<StageName, StageLoad>;
}

export async function longTimers(redis: Redis, keys: Keys): Promise<Timers> {
  const [count, [, due]] = await Promise.all([
    redis.zcard(keys.timers),
    redis.zrangebyscore(keys.timers, "-inf", "+inf", "WITHSCORES", "LIMIT", 0, 1),
  ]);
  return { count, next: due === undefined ? null : new Date(Number(due)).toISOString() };
}

/** Commits made in the current hour and day by Redis's clock. */
export async function commitsMade(redis: Redis, keys: Keys, now: number): Promise<{ hour: number; day: number }> {
  const iso = new Date(now).toISOString();
  const budget = (span: string) => `${keys.prefix}school:budget:commits:${span}`;
  const [hour, day] = await redis.mget(budget(iso.slice(0, 13)), budget(iso.slice(0, 10)));
  return { hour: Number(hour ?? 0), day: Number(day ?? 0) };
}

/** The facts of INFO that an operator asks for first. */
export async function redisFacts(redis: Redis): Promise<Record<string, string>> {
  const info = await redis.info();
  const wanted = ["redis_version", "used_memory_human", "maxmemory_policy", "aof_enabled", "connected_clients"];
  const facts: Record<string, string> = {};
  for (const name of wanted) {
    const value = new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
    if (value !== undefined) facts[name] = value;
  }
  return facts;
}

async function settled(batch: ChainableCommander): Promise<unknown[]> {
  const replies = (await batch.exec()) ?? [];
  return replies.map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
}

function ageOf(event: string, now: number): number | null {
  try {
    const time = Date.parse(String((JSON.parse(event) as { time?: unknown } | null)?.time));
    return Number.isNaN(time) ? null : Math.max(0, now - time);
  } catch {
    // Not JSON: it will be dead-lettered at its claim, and carries no time.
    return null;
  }
}
