/** Keys that hold another type of data than the school's: they stop whoever meets them, so doctor names them. */
import type { Redis } from "ioredis";
import { STATUSES } from "../domain/lifecycle.ts";
import { STAGES } from "../stages.ts";
import { importedKey } from "./import.ts";
import type { Keys } from "./keys.ts";
import { lockNames } from "./locks.ts";
import { findKey } from "./search/index-keeper.ts";
import { metaKey } from "./upgrade/meta.ts";

/** Key -> what is wrong with it, for every shared key whose type is wrong. Records are not among them. */
export async function wrongTypes(redis: Redis, keys: Keys): Promise<ReadonlyMap<string, string>> {
  const expected = new Map<string, string>([
    [keys.rollbackLog, "list"],
    [keys.events, "stream"],
    [keys.outcomes, "stream"],
    [keys.timers, "zset"],
    [keys.rollbacks, "zset"],
    [keys.lockNames, "set"],
    [findKey(keys), "hash"],
    [keys.discarded, "list"],
    [keys.sources, "zset"],
    [keys.flags, "hash"],
    [keys.breaker, "hash"],
    [keys.metrics, "hash"],
    [keys.knowledge, "hash"],
    [keys.knowledgeLedger, "hash"],
    [keys.knowledgeModel, "hash"],
    [keys.routerRows, "hash"],
    [keys.routerRowTimes, "zset"],
    [keys.routerRowChanges, "zset"],
    [importedKey(keys), "hash"],
    [metaKey(keys), "hash"],
  ]);
  for (const status of STATUSES) expected.set(keys.byStatus(status), "zset").set(keys.statusSet(status), "set");
  for (const stage of STAGES) {
    expected.set(keys.list(stage), "list").set(keys.dead(stage), "list");
    expected.set(keys.leases(stage), "zset").set(keys.delayed(stage), "zset");
    expected.set(keys.leased(stage), "hash").set(keys.attempts(stage), "hash");
  }
  for (const lock of await lockNames(redis, keys)) {
    expected.set(keys.lock(lock), "string").set(keys.lockWaiting(lock), "zset");
  }
  const batch = redis.pipeline();
  for (const key of expected.keys()) batch.type(key);
  const types = ((await batch.exec()) ?? []).map(([error, type]) => {
    if (error !== null) throw error;
    return String(type);
  });
  const wrong = [...expected].flatMap(([key, wanted], i): [string, string][] => {
    const type = types[i] ?? "none";
    return type === "none" || type === wanted ? [] : [[key, `the key ${key} holds a ${type}, not a ${wanted}`]];
  });
  return new Map(wrong);
}
