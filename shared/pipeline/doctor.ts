/**
 * doctor: recomputes the indexes from the records and looks for improvements that stand in a moving status with no
 * event anywhere to move them. Reports; with `repair` mends what it found.
 */
import type { Redis } from "ioredis";
import { isMoving, STATUSES, type Status } from "../domain/lifecycle.ts";
import { RECORD_SCHEMA, recordSchemaOf, SCHEMA_FIELD } from "../domain/schema/record.ts";
import { ownerOf, type StageName } from "../stages.ts";
import { evictionPolicy, evicts } from "./connection.ts";
import { wrongTypes } from "./damage.ts";
import { importedKey } from "./import.ts";
import type { Keys } from "./keys.ts";
import { lockNames } from "./locks.ts";
import { improvementIn, pendingIds } from "./pending.ts";
import type { OperatorScripts } from "./scripts/load-operator.ts";

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

export async function examine(redis: Redis, keys: Keys, scripts: OperatorScripts, repair = false): Promise<Finding[]> {
  const findings: Finding[] = [];
  const policy = await evictionPolicy(redis);
  if (policy !== undefined) findings.push({ kind: "damaged", id: "redis", problem: evicts(policy), repaired: false });
  const facts = new Map<string, Fact>();
  const strings: string[] = [];
  for await (const ids of recordIds(redis, keys)) {
    const batch = redis.pipeline();
    for (const id of ids) batch.type(keys.record(id)).hmget(keys.record(id), "status", "updated_at", SCHEMA_FIELD);
    const replies = (await batch.exec()) ?? [];
    ids.forEach((id, i) => {
      const type = String(replies[2 * i]?.[1]);
      // The error of a key of another type is the finding itself.
      const [status, updatedAt, schema] =
        type === "hash" ? ((replies[2 * i + 1]?.[1] as (string | null)[] | undefined) ?? []) : [];
      if (type === "hash" && (STATUSES as string[]).includes(status ?? "")) {
        const problem = schemaProblem(schema);
        if (problem !== undefined) findings.push({ kind: "damaged", id, problem, repaired: false });
        facts.set(id, { id, status: status as Status, updatedAt: Date.parse(updatedAt ?? "") || 0 });
      } else if (type === "string") {
        strings.push(id);
      } else {
        const problem =
          type === "hash" ? `its status is ${status ?? "missing"}` : `its key holds a ${type}, not a hash`;
        findings.push({ kind: "damaged", id, problem, repaired: false });
      }
    });
  }
  findings.push(...(await foreignRecords(redis, keys, strings)));
  const damaged = await wrongTypes(redis, keys);
  for (const [key, problem] of damaged) findings.push({ kind: "damaged", id: key, problem, repaired: false });
  // What stands on a damaged key cannot be told; the rest can.
  const sound = (...used: string[]) => used.every((key) => !damaged.has(key));
  findings.push(...(await indexes(redis, keys, scripts, facts, { repair, sound })));
  findings.push(...(await orphans(redis, keys, scripts, facts, { repair, sound })));
  findings.push(...(await locks(redis, keys, scripts, { repair, sound })));
  return findings;
}

function schemaProblem(schema: string | null | undefined): string | undefined {
  try {
    const version = recordSchemaOf(schema ? { [SCHEMA_FIELD]: schema } : {});
    if (version <= RECORD_SCHEMA) return undefined;
    return `its record is of version ${version}, which a newer school wrote; this one reads up to ${RECORD_SCHEMA}`;
  } catch (error) {
    return `its ${(error as Error).message}, no version`;
  }
}

/** Strings told one by one; more of them are one line. */
const TOLD = 20;

/** The founding platform kept its records as strings under the same names. Those that were imported are in nobody's way. */
async function foreignRecords(redis: Redis, keys: Keys, ids: readonly string[]): Promise<Finding[]> {
  const open: string[] = [];
  // A note of another type is damage of its own, and told below.
  const noted = (await redis.type(importedKey(keys))) === "hash";
  for (let i = 0; i < ids.length; i += 1_000) {
    const part = ids.slice(i, i + 1_000);
    const imported = noted ? await redis.hmget(importedKey(keys), ...part) : [];
    open.push(...part.filter((_, n) => (imported[n] ?? null) === null));
  }
  const advice = "if the founding platform wrote it, `school import` takes it in";
  const told = open.slice(0, TOLD).map((id): Finding => {
    return { kind: "damaged", id, problem: `its key holds a string, not a hash; ${advice}`, repaired: false };
  });
  const more = open.length - told.length;
  if (more === 0) return told;
  return [...told, { kind: "damaged", id: "…", problem: `${more} more keys hold a string like that`, repaired: false }];
}

interface How {
  readonly repair: boolean;
  /** True when all these keys have the type they should have. */
  readonly sound: (...keys: string[]) => boolean;
}

async function* recordIds(redis: Redis, keys: Keys): AsyncGenerator<string[]> {
  const start = keys.record("");
  for await (const batch of redis.scanStream({ match: `${start}*`, count: 1_000 })) {
    yield (batch as string[]).map((key) => key.slice(start.length)).filter((id) => !id.includes(":"));
  }
}

async function indexes(
  redis: Redis,
  keys: Keys,
  scripts: OperatorScripts,
  facts: ReadonlyMap<string, Fact>,
  { repair, sound }: How,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const status of STATUSES) {
    if (!sound(keys.byStatus(status), keys.statusSet(status))) continue;
    // The founding platform lists its keys in sorted sets of the same names: they are no ids, and stay where they are.
    const listed = await redis.zrange(keys.byStatus(status), 0, "-1");
    const zset = new Set(listed.filter((member) => !member.startsWith("improvement:")));
    const set = new Set(await redis.smembers(keys.statusSet(status)));
    const standing = [...facts.values()].filter((fact) => fact.status === status);
    const missing = standing.filter(({ id }) => !zset.has(id) || !set.has(id)).map(({ id }) => id);
    const foreign = [...new Set([...zset, ...set])].filter((id) => facts.get(id)?.status !== status);
    // Only suspects: it may have moved since the records were read, so the script looks again.
    for (const id of [...missing, ...foreign]) {
      const score = facts.get(id)?.updatedAt ?? 0;
      if ((await scripts.schoolIndex(id, status, score, repair ? 1 : 0)) !== 1) continue;
      // A record of another type has no status; any other failure of Redis is not an answer and ends the examination.
      const isRecord = (await redis.type(keys.record(id))) === "hash";
      const stands = (isRecord ? await redis.hget(keys.record(id), "status") : null) ?? "no record";
      const problem =
        stands === status ? `missing from the index of ${status}` : `listed under ${status} but stands in ${stands}`;
      findings.push({ kind: "index", id, problem, repaired: repair });
    }
  }
  return findings;
}

async function orphans(
  redis: Redis,
  keys: Keys,
  scripts: OperatorScripts,
  facts: ReadonlyMap<string, Fact>,
  { repair, sound }: How,
): Promise<Finding[]> {
  const moving = [...facts.values()].filter(({ status }) => isMoving(status));
  const pending = new Map<StageName, ReadonlySet<string>>();
  for (const stage of new Set(moving.map(({ status }) => ownerOf(status) as StageName))) {
    const places = [keys.list(stage), keys.delayed(stage), keys.leased(stage), keys.leases(stage), keys.timers];
    if (sound(...places)) pending.set(stage, await pendingIds(redis, keys, stage));
  }
  const findings: Finding[] = [];
  for (const { id, status, updatedAt } of moving) {
    if (pending.get(ownerOf(status) as StageName)?.has(id) !== false) continue;
    // It stood here before the look at the events; if it still does, unmoved, it stood here during that look too.
    const [current, touched] = await redis.hmget(keys.record(id), "status", "updated_at");
    if (current !== status || (Date.parse(touched ?? "") || 0) !== updatedAt) continue;
    const repaired = repair && (await scripts.schoolRevive(id, status, "doctor")) === 1;
    const problem = `stands in ${status}, but no event for ${ownerOf(status)} exists anywhere`;
    findings.push({ kind: "orphan", id, problem, repaired });
  }
  return findings;
}

async function locks(redis: Redis, keys: Keys, scripts: OperatorScripts, { repair, sound }: How): Promise<Finding[]> {
  const findings: Finding[] = [];
  const names = (await lockNames(redis, keys)).filter((name) => sound(keys.lock(name), keys.lockWaiting(name)));
  for (const name of names) {
    const [holder, status] = (await scripts.schoolStaleLock(name, repair ? 1 : 0)) as string[];
    if (holder === undefined) continue;
    const problem = `holds ${keys.lock(name)} but stands in ${status === "" ? "no record" : status}`;
    findings.push({ kind: "lock", id: holder, problem, repaired: repair });
  }
  for (const name of names) {
    const [entry] = (await scripts.schoolStranded(name, repair ? 1 : 0)) as string[];
    if (entry === undefined) continue;
    const [id = "?"] = improvementIn(entry.slice(entry.indexOf("{")));
    const problem = `waits behind ${keys.lockWaiting(name)}, which nobody holds`;
    findings.push({ kind: "lock", id, problem, repaired: repair });
  }
  return findings;
}
