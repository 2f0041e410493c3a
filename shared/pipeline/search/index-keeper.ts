/**
 * Keeps the search index up with the school: follows the event stream from a checkpoint, costs the settling stages
 * nothing, and makes itself anew from the records when it is missing, was made by another version, or when the capped
 * stream no longer reaches back to the checkpoint. Any number of coordinators may do this at once.
 */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { STATUSES } from "../../domain/lifecycle.ts";
import { streamEnd } from "../event-stream.ts";
import type { Keys } from "../keys.ts";
import { defineScripts } from "../scripts/define.ts";
import { postScript, standingScript } from "../scripts/find.ts";
import { toRecord } from "../stage-queue.ts";
import { findable, INDEXED_FIELDS } from "./words.ts";

/** Raise it when words.ts or the layout changes: every index of another version is made anew. */
const VERSION = "1";
/** Records read at once; each may bring a change set along. */
const BATCH = 40;

export interface IndexKeeper {
  /**
   * Takes in what happened since it last looked, at most `most` events of the stream (500). True when nothing is left.
   * While an index is being filled it is followed already.
   */
  catchUp(most?: number): Promise<boolean>;
  /** Adds every record that the index does not know yet; `wanted` says when to give up half-way. */
  fill(wanted?: () => boolean): Promise<void>;
  /** How many improvements stand somewhere and are not in the index, e.g. written by somebody else than the school. */
  missing(): Promise<number>;
  /** Throws the index away; the next `fill` makes it anew. */
  reset(): Promise<void>;
  state(): Promise<IndexState>;
}

export interface IndexState {
  /** undefined: there is none yet. */
  readonly generation: string | undefined;
  /** False while improvements may still be missing. */
  readonly complete: boolean;
}

/** The HASH that names the generation in use. */
export function findKey(keys: Keys): string {
  return `${keys.prefix}school:find`;
}
export function generationKey(keys: Keys, generation: string, what: string): string {
  return `${findKey(keys)}:${generation}:${what}`;
}

export function indexKeeper(redis: Redis, keys: Keys): IndexKeeper {
  const key = findKey(keys);
  const { schoolPost, schoolStanding } = defineScripts(redis, keys.prefix, {
    schoolPost: postScript,
    schoolStanding: standingScript,
  });

  async function state() {
    const { generation, checkpoint, filled } = await redis.hgetall(key);
    const usable = generation?.startsWith(`${VERSION}.`) === true && checkpoint !== undefined;
    return { generation: usable ? generation : undefined, checkpoint, complete: usable && filled === generation };
  }
  async function reset(): Promise<void> {
    // The checkpoint first: what happens while the index is filled is followed from here.
    const checkpoint = await streamEnd(redis, keys);
    await redis
      .multi()
      .del(key)
      .hset(key, { generation: `${VERSION}.${randomUUID()}`, checkpoint })
      .exec();
  }
  async function post(generation: string, ids: readonly string[]): Promise<void> {
    const batch = redis.pipeline();
    for (const id of ids) batch.hmget(keys.record(id), ...INDEXED_FIELDS);
    const [standing, replies] = await Promise.all([schoolStanding(...ids) as Promise<string[]>, batch.exec()]);
    const flat = ids.flatMap((id, i) => {
      const [error, values] = replies?.[i] ?? [];
      const movedAt = standing[2 * i + 1] ?? "";
      // A key of another type, or a record that no index lists: doctor's to report; nobody finds it.
      if (error !== null || movedAt === "") return [];
      const { words, facts } = findable(values as (string | null)[], Number(movedAt));
      return [id, facts.join("\u001F"), words.length, ...words];
    });
    if (flat.length > 0) await schoolPost(generation, ...flat);
  }

  return {
    state,
    reset,
    async catchUp(most = 500) {
      const { generation, checkpoint } = await state();
      if (generation === undefined || checkpoint === undefined) return false;
      const [oldest] = await redis.xrange(keys.events, "-", "+", "COUNT", 1);
      if (oldest !== undefined && checkpoint !== "0-0" && isAfter(oldest[0], checkpoint)) {
        await reset();
        return false;
      }
      const entries = await redis.xrange(keys.events, `(${checkpoint}`, "+", "COUNT", most);
      const last = entries.at(-1)?.[0];
      if (last === undefined) return true;
      const touched = new Set(entries.map(([, flat]) => toRecord(flat)["improvement"] ?? ""));
      const ids = [...touched].filter((id) => id !== "");
      for (let from = 0; from < ids.length; from += BATCH) await post(generation, ids.slice(from, from + BATCH));
      // Somebody who is behind may set it back: then a few records are read twice.
      await redis.hset(key, "checkpoint", last);
      return entries.length < most;
    },
    async missing() {
      const { generation } = await state();
      const batch = redis.pipeline();
      for (const status of STATUSES) batch.zcard(keys.byStatus(status));
      const [known, standing] = await Promise.all([
        generation === undefined ? 0 : redis.hlen(generationKey(keys, generation, "docs")),
        batch.exec(),
      ]);
      const all = (standing ?? []).reduce((sum, [error, count]) => sum + (error === null ? Number(count) : 0), 0);
      return Math.max(0, all - known);
    },
    async fill(wanted = () => true) {
      let current = await state();
      if (current.generation === undefined) {
        await reset();
        current = await state();
      }
      const { generation } = current;
      if (generation === undefined) return;
      const docs = generationKey(keys, generation, "docs");
      const start = keys.record("");
      for await (const names of redis.scanStream({ match: `${start}*`, count: BATCH * 2 })) {
        if (!wanted()) return;
        const ids = (names as string[]).map((name) => name.slice(start.length)).filter((id) => !id.includes(":"));
        // What is known already is followed by catchUp.
        const known = ids.length === 0 ? [] : await redis.hmget(docs, ...ids);
        const unknown = ids.filter((_, i) => known[i] === null);
        for (let from = 0; from < unknown.length; from += BATCH)
          await post(generation, unknown.slice(from, from + BATCH));
      }
      // Only if it is still the one in use: another coordinator may have reset it meanwhile.
      if ((await redis.hget(key, "generation")) === generation) await redis.hset(key, "filled", generation);
      await removeOthers(redis, keys, generation);
    },
  };
}

async function removeOthers(redis: Redis, keys: Keys, generation: string): Promise<void> {
  const own = generationKey(keys, generation, "");
  for await (const names of redis.scanStream({ match: `${findKey(keys)}:*`, count: 1_000 })) {
    const old = (names as string[]).filter((name) => !name.startsWith(own));
    if (old.length > 0) await redis.unlink(...old);
  }
}

/** Compares two stream ids, `<ms>-<n>`. */
function isAfter(a: string, b: string): boolean {
  const [aTime = 0, aCount = 0] = a.split("-").map(Number);
  const [bTime = 0, bCount = 0] = b.split("-").map(Number);
  return aTime === bTime ? aCount > bCount : aTime > bTime;
}
