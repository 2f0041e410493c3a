/** Which improvements have an event that will move them. One transaction per stage: an event is always in one place. */
import type { Redis } from "ioredis";
import type { StageName } from "../stages.ts";
import type { Keys } from "./keys.ts";
import { lockNames } from "./locks.ts";

/** Improvements with an event for `stage` in its list, delayed, leases, timers or behind a lock. */
export async function pendingIds(redis: Redis, keys: Keys, stage: StageName): Promise<ReadonlySet<string>> {
  const names = await lockNames(redis, keys);
  const types = await Promise.all(names.map((name) => redis.type(keys.lockWaiting(name))));
  const locks = names.filter((_, i) => types[i] === "zset");
  const batch = redis.multi();
  batch.lrange(keys.list(stage), 0, -1).zrange(keys.delayed(stage), 0, "-1").hvals(keys.leased(stage));
  batch.zrange(keys.timers, 0, "-1");
  for (const lock of locks) batch.zrange(keys.lockWaiting(lock), 0, "-1");
  const replies = ((await batch.exec()) ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value as string[];
  });
  const [list = [], delayed = [], leased = [], ...addressed] = replies;
  const events = [...list, ...delayed, ...leased.map(leasedEvent), ...addressed.flat().flatMap(addressedTo(stage))];
  return new Set(events.flatMap(improvementIn));
}

/** `attempt|bytes of the event's id|bytes of the improvement's id|ids and event`, as the claim script packs it. */
function leasedEvent(stored: string): string {
  const [head = "", idLength, aboutLength] = /^\d+\|(\d+)\|(\d+)\|/.exec(stored) ?? [];
  return Buffer.from(stored)
    .subarray(head.length + Number(idLength) + Number(aboutLength))
    .toString("utf8");
}

/** Timers and waiters are `stage|event`; a waiter without a stage is implement's. */
export function addressedTo(stage: StageName): (entry: string) => string[] {
  return (entry) => {
    const [head = "", name = "implement"] = /^([a-z]+)\|/.exec(entry) ?? [];
    return name === stage ? [entry.slice(head.length)] : [];
  };
}

/** The improvement an event is about, if it is one. */
export function improvementIn(event: string): string[] {
  try {
    const id = (JSON.parse(event) as { data?: { id?: unknown } | null } | null)?.data?.id;
    return typeof id === "string" ? [id] : [];
  } catch {
    // Not an event: it will be dead-lettered at its claim and can belong to no improvement.
    return [];
  }
}
