/** `school:meta`: which layout the keys have, and how far the records are on their way to the newest form. */
import type { Redis } from "ioredis";
import { LAYOUT, NewerLayout } from "../../domain/schema/layout.ts";
import type { Keys } from "../keys.ts";

/** One way through all records. */
export interface Sweep {
  /** The version they are brought to. */
  readonly target: number;
  /** Where SCAN goes on; means something to the same run of Redis only. */
  readonly cursor: string;
  readonly redisRun: string;
  readonly looked: number;
  readonly migrated: number;
  /** Somebody works on them just now: the next sweep takes them. */
  readonly busy: number;
  /** Of a newer version than `target`. */
  readonly newer: number;
  /** Cannot be brought forward: ids of the first ones, and how many. */
  readonly damaged: readonly string[];
  readonly damagedCount: number;
}

export interface Meta {
  /** 0: nothing was ever written here. */
  readonly layout: number;
  /** All records are at least of this version; undefined: not known. */
  readonly records: number | undefined;
  readonly sweep: Sweep | undefined;
  /** The last one that went through all of them. */
  readonly swept: Sweep | undefined;
  /** Why nothing is brought forward for now, for people. */
  readonly waitsFor: string | undefined;
}

export function metaKey(keys: Keys): string {
  return `${keys.prefix}school:meta`;
}

export async function readMeta(redis: Redis, keys: Keys): Promise<Meta> {
  const [layout, records, sweep, swept, waitsFor] = await redis.hmget(
    metaKey(keys),
    "layout",
    "records",
    "sweep",
    "swept",
    "waits_for",
  );
  const known = layout === null || layout === undefined ? await layoutWithout(redis, keys) : Number(layout);
  return {
    layout: known,
    records: records ? Number(records) : undefined,
    sweep: sweep ? sweepOf(sweep) : undefined,
    swept: swept ? sweepOf(swept) : undefined,
    waitsFor: waitsFor ?? undefined,
  };
}

/** Versions before there was `school:meta` wrote these as soon as anything happened. */
async function layoutWithout(redis: Redis, keys: Keys): Promise<number> {
  return (await redis.exists(keys.events, keys.sources, keys.metrics, keys.flags)) > 0 ? 1 : 0;
}

/** Marks keys nobody has written yet as laid out by this program. Throws NewerLayout. */
export async function openLayout(redis: Redis, keys: Keys, build: string): Promise<void> {
  // A key of another type is doctor's to tell: somebody has to be there for that.
  if (!["hash", "none"].includes(await redis.type(metaKey(keys)))) return;
  const { layout } = await readMeta(redis, keys);
  if (layout > LAYOUT) throw new NewerLayout(layout, build);
  if (layout === 0) await redis.hsetnx(metaKey(keys), "layout", LAYOUT);
}

function sweepOf(text: string): Sweep | undefined {
  try {
    const sweep = JSON.parse(text) as Sweep;
    return typeof sweep.cursor === "string" && typeof sweep.target === "number" ? sweep : undefined;
  } catch {
    // It only says where to go on: without it everything is looked at again.
    return undefined;
  }
}
