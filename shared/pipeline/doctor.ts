/**
 * doctor: recomputes the indexes from the records and looks for improvements that stand in a moving status with no
 * event anywhere to move them. Reports; with `repair` mends what it found.
 */
import type { Redis } from "ioredis";
import { isMoving, STATUSES, type Status } from "../domain/lifecycle.ts";
import { ownerOf, STAGES, type StageName } from "../stages.ts";
import type { Keys } from "./keys.ts";
import type { Scripts } from "./scripts/load.ts";

export interface Finding {
  readonly kind: "index" | "orphan" | "damaged" | "lock";
  readonly id: string;
  readonly problem: string;
  readonly repaired: boolean;
}

interface Fact {
  readonly id: string;
  readonly status: Status;
  readonly updatedAt: number;
}

export async function examine(redis: Redis, keys: Keys, scripts: Scripts, repair = false): Promise<Finding[]> {
  const findings: Finding[] = [];
  const facts = new Map<string, Fact>();
  for await (const id of recordIds(redis, keys)) {
    const type = await redis.type(keys.record(id));
    const [status, updatedAt] = type === "hash" ? await redis.hmget(keys.record(id), "status", "updated_at") : [];
    if (type === "hash" && (STATUSES as string[]).includes(status ?? "")) {
      facts.set(id, { id, status: status as Status, updatedAt: Date.parse(updatedAt ?? "") || 0 });
    } else {
      const problem = type === "hash" ? `its status is ${status ?? "missing"}` : `its key holds a ${type}, not a hash`;
      findings.push({ kind: "damaged", id, problem, repaired: false });
    }
  }
  findings.push(...(await indexes(redis, keys, facts, repair)));
  findings.push(...(await orphans(redis, keys, scripts, facts, repair)));
  findings.push(...(await locks(redis, keys, facts, repair)));
  return findings;
}

async function* recordIds(redis: Redis, keys: Keys): AsyncGenerator<string> {
  const start = keys.record("");
  for await (const batch of redis.scanStream({ match: `${start}*`, count: 1_000 })) {
    for (const key of batch as string[]) {
      const id = key.slice(start.length);
      if (!id.includes(":")) yield id;
    }
  }
}

async function indexes(
  redis: Redis,
  keys: Keys,
  facts: ReadonlyMap<string, Fact>,
  repair: boolean,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const status of STATUSES) {
    const zset = new Set(await redis.zrange(keys.byStatus(status), 0, "-1"));
    const set = new Set(await redis.smembers(keys.statusSet(status)));
    for (const { id, status: actual, updatedAt } of facts.values()) {
      if (actual !== status || (zset.has(id) && set.has(id))) continue;
      if (repair)
        await redis.multi().zadd(keys.byStatus(status), updatedAt, id).sadd(keys.statusSet(status), id).exec();
      findings.push({ kind: "index", id, problem: `missing from the index of ${status}`, repaired: repair });
    }
    for (const id of new Set([...zset, ...set])) {
      if (facts.get(id)?.status === status) continue;
      // Read again: it may have moved between the scan and this look.
      if ((await redis.hget(keys.record(id), "status")) === status) continue;
      if (repair) await redis.multi().zrem(keys.byStatus(status), id).srem(keys.statusSet(status), id).exec();
      findings.push({
        kind: "index",
        id,
        problem: `listed under ${status} but stands in ${facts.get(id)?.status ?? "no record"}`,
        repaired: repair,
      });
    }
  }
  return findings;
}

async function orphans(
  redis: Redis,
  keys: Keys,
  scripts: Scripts,
  facts: ReadonlyMap<string, Fact>,
  repair: boolean,
): Promise<Finding[]> {
  let suspects = [...facts.values()].filter(({ status }) => isMoving(status));
  // Two looks: in a running school an event may change places between the reads of one look.
  for (let look = 0; look < 2 && suspects.length > 0; look += 1) {
    const alive = await pendingIds(redis, keys);
    suspects = suspects.filter(({ id, status }) => alive.get(ownerOf(status) as StageName)?.has(id) !== true);
  }
  const findings: Finding[] = [];
  for (const { id, status, updatedAt } of suspects) {
    const [current, touched] = await redis.hmget(keys.record(id), "status", "updated_at");
    if (current !== status || (Date.parse(touched ?? "") || 0) !== updatedAt) continue;
    const repaired = repair && (await scripts.schoolRevive(id, status, "doctor")) === 1;
    const problem = `stands in ${status}, but no event for ${ownerOf(status)} exists anywhere`;
    findings.push({ kind: "orphan", id, problem, repaired });
  }
  return findings;
}

/** Per stage, the improvements that have an event in its list, leases, delayed, timers, dead letters or behind a lock. */
async function pendingIds(redis: Redis, keys: Keys): Promise<Map<StageName, Set<string>>> {
  const pending = new Map<StageName, Set<string>>();
  const timers = await redis.zrange(keys.timers, 0, "-1");
  const waiting = await lockKeys(redis, keys, ":waiting");
  for (const stage of STAGES) {
    const events = await redis.lrange(keys.list(stage), 0, -1);
    events.push(...(await redis.zrange(keys.delayed(stage), 0, "-1")));
    events.push(...(await redis.hvals(keys.leased(stage))));
    events.push(...timers.filter((member) => member.startsWith(`${stage}|`)));
    if (stage === "implement") for (const key of waiting) events.push(...(await redis.zrange(key, 0, "-1")));
    pending.set(stage, new Set(events.flatMap(idIn)));
  }
  return pending;
}

/** The improvement an event is about; leases and timers carry a few fields before the JSON. */
function idIn(stored: string): string[] {
  const start = stored.indexOf("{");
  if (start < 0) return [];
  try {
    const id = (JSON.parse(stored.slice(start)) as { data?: { id?: unknown } }).data?.id;
    return typeof id === "string" ? [id] : [];
  } catch {
    // Not an event: it will be dead-lettered at its claim and can belong to no improvement.
    return [];
  }
}

async function locks(redis: Redis, keys: Keys, facts: ReadonlyMap<string, Fact>, repair: boolean): Promise<Finding[]> {
  const findings: Finding[] = [];
  const ended: readonly Status[] = ["pending_review", "rejected", "verified", "failed"];
  for (const key of await lockKeys(redis, keys, "")) {
    const holder = (await redis.get(key)) ?? "";
    const status = facts.get(holder)?.status;
    if (status !== undefined && !ended.includes(status)) continue;
    if ((await redis.get(key)) !== holder) continue;
    if (repair) await redis.del(key);
    findings.push({
      kind: "lock",
      id: holder,
      problem: `holds ${key} but stands in ${status ?? "no record"}`,
      repaired: repair,
    });
  }
  for (const key of await lockKeys(redis, keys, ":waiting")) {
    if ((await redis.exists(key.slice(0, -":waiting".length))) === 1) continue;
    const [event] = repair ? await redis.zpopmin(key) : await redis.zrange(key, 0, "0");
    if (event === undefined) continue;
    if (repair) await redis.lpush(keys.list("implement"), event);
    findings.push({
      kind: "lock",
      id: idIn(event)[0] ?? "?",
      problem: `waits behind ${key}, which nobody holds`,
      repaired: repair,
    });
  }
  return findings;
}

async function lockKeys(redis: Redis, keys: Keys, suffix: "" | ":waiting"): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of redis.scanStream({ match: `${keys.lock("")}*`, count: 1_000 })) {
    for (const key of batch as string[]) if (key.endsWith(":waiting") === (suffix !== "")) found.push(key);
  }
  return found;
}
