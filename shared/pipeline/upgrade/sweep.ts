/**
 * Brings all records to the newest form in the background, a bounded batch at a time. Where it was is kept in
 * `school:meta`, so that the next coordinator goes on there; what is done already costs the next one only a look.
 */
import type { Redis } from "ioredis";
import { NewerSchema } from "../../domain/schema/chain.ts";
import {
  changesBetween,
  type FieldChanges,
  type Fields,
  RECORD_SCHEMA,
  recordForward,
  recordSchemaOf,
  SCHEMA_FIELD,
} from "../../domain/schema/record.ts";
import type { Keys } from "../keys.ts";
import type { Scripts } from "../scripts/load.ts";
import { migrationArguments } from "../stage-queue.ts";
import { metaKey, readMeta, type Sweep } from "./meta.ts";

/** Keys SCAN looks at in one batch; a few milliseconds of Redis. */
const KEYS_LOOKED_AT = 500;
const DAMAGED_NAMED = 5;

export type Fate = "current" | "migrated" | "busy" | "newer" | "damaged" | "gone";

/** Brings one record forward, unless somebody works on it. */
export async function bringForward(
  redis: Redis,
  keys: Keys,
  scripts: Scripts,
  id: string,
  forward: (fields: Fields) => Fields = recordForward,
): Promise<Fate> {
  const fields: Fields = await redis.hgetall(keys.record(id));
  // No improvement of ours: doctor tells of it.
  if (fields["id"] !== id || fields["status"] === undefined) return "gone";
  let changes: FieldChanges | undefined;
  try {
    changes = changesBetween(fields, forward(fields));
  } catch (error) {
    // Steps are pure: whatever they throw is the fault of this one record, and must not keep the others back.
    return error instanceof NewerSchema ? "newer" : "damaged";
  }
  if (changes === undefined) return "current";
  const reply = (await scripts.schoolMigrate("", "", ...migrationArguments(fields, changes))) as string;
  return reply === "ok" ? "migrated" : reply === "gone" ? "gone" : "busy";
}

/** One batch. Undefined: the sweep is over; `records` of `school:meta` says so when nothing was left. */
export async function sweepOn(redis: Redis, keys: Keys, scripts: Scripts): Promise<Sweep | undefined> {
  const redisRun = /run_id:(\w+)/.exec(await redis.info("server"))?.[1] ?? "";
  const { sweep } = await readMeta(redis, keys);
  const goesOn = sweep?.target === RECORD_SCHEMA && sweep.redisRun === redisRun;
  const before = goesOn ? sweep : begun(redisRun);
  const start = keys.record("");
  const [cursor, names] = await redis.scan(before.cursor, "MATCH", `${start}*`, "COUNT", KEYS_LOOKED_AT);
  const ids = names.map((name) => name.slice(start.length)).filter((id) => !id.includes(":"));
  const fates = await fatesOf(redis, keys, scripts, ids);
  const count = (fate: Fate) => fates.filter(([, one]) => one === fate).length;
  const damaged = fates.filter(([, fate]) => fate === "damaged").map(([id]) => id);
  const after: Sweep = {
    ...before,
    cursor,
    looked: before.looked + ids.length,
    migrated: before.migrated + count("migrated"),
    busy: before.busy + count("busy"),
    newer: before.newer + count("newer"),
    damaged: [...before.damaged, ...damaged].slice(0, DAMAGED_NAMED),
    damagedCount: before.damagedCount + damaged.length,
  };
  if (cursor !== "0") {
    await redis.hset(metaKey(keys), "sweep", JSON.stringify(after));
    return after;
  }
  // A damaged record is doctor's to report; waiting for it would never end.
  const isOver = after.busy === 0;
  const ended = isOver ? { records: RECORD_SCHEMA, swept: JSON.stringify(after) } : {};
  await redis
    .multi()
    .hdel(metaKey(keys), "sweep", ...(isOver ? [] : ["records"]))
    .hset(metaKey(keys), { ...ended, target: RECORD_SCHEMA })
    .exec();
  return undefined;
}

async function fatesOf(redis: Redis, keys: Keys, scripts: Scripts, ids: readonly string[]): Promise<[string, Fate][]> {
  if (ids.length === 0) return [];
  const batch = redis.pipeline();
  for (const id of ids) batch.hget(keys.record(id), SCHEMA_FIELD);
  const versions = (await batch.exec()) ?? [];
  const fates: [string, Fate][] = [];
  for (const [i, id] of ids.entries()) {
    const [error, text] = versions[i] ?? [null, null];
    // A key of another type is doctor's to report.
    if (error !== null) fates.push([id, "gone"]);
    else if (isCurrent(text as string | null)) fates.push([id, "current"]);
    else fates.push([id, await bringForward(redis, keys, scripts, id)]);
  }
  return fates;
}

function isCurrent(text: string | null): boolean {
  try {
    return recordSchemaOf(text === null ? {} : { [SCHEMA_FIELD]: text }) === RECORD_SCHEMA;
  } catch {
    return false;
  }
}

function begun(redisRun: string): Sweep {
  const none = { looked: 0, migrated: 0, busy: 0, newer: 0, damaged: [], damagedCount: 0 };
  return { target: RECORD_SCHEMA, cursor: "0", redisRun, ...none };
}
