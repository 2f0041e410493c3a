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
import { postScript, renewScript, standingScript } from "../scripts/find.ts";
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
  state(): Promise<IndexState>;
}

export interface IndexState {
  /** undefined: there is none yet. */
  readonly generation: string | undefined;
  /** False while improvements may still be missing. */
  readonly complete: boolean;
  /** A newer version of the school keeps it, in a form of its own: it is left alone. */
  readonly isNewer: boolean;
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
  const scripts = defineScripts(redis, keys.prefix, {
    schoolPost: postScript,
    schoolRenew: renewScript,
    schoolStanding: standingScript,
  });

  async function read() {
    const { generation: stored = "", checkpoint, filled } = await redis.hgetall(key);
    const usable = stored.startsWith(`${VERSION}.`) && checkpoint !== undefined;
    const generation = usable ? stored : undefined;
    // While an upgrade is under way both versions are at work: each making its own again and again would help neither.
    const isNewer = Number(stored.split(".", 1)[0]) > Number(VERSION);
    return { stored, generation, checkpoint, complete: usable && filled === stored, isNewer };
  }
  /** Another generation instead of the one that was seen; whoever is first makes it, and all fill it. */
  async function renew(seen: string): Promise<void> {
    // The checkpoint before all: what happens while the index is filled is followed from here.
    const checkpoint = await streamEnd(redis, keys);
    await scripts.schoolRenew(seen, `${VERSION}.${randomUUID()}`, checkpoint);
  }
  async function post(generation: string, ids: readonly string[]): Promise<void> {
    const batch = redis.pipeline();
    for (const id of ids) batch.hmget(keys.record(id), ...INDEXED_FIELDS);
    const [standing, replies] = await Promise.all([scripts.schoolStanding(...ids) as Promise<string[]>, batch.exec()]);
    const flat = ids.flatMap((id, i) => {
      const [error, values] = replies?.[i] ?? [];
      const movedAt = standing[2 * i + 1] ?? "";
      // A key of another type, or a record that no index lists: doctor's to report; nobody finds it.
      if (error !== null || movedAt === "") return [];
      const { words, facts } = findable(values as (string | null)[], Number(movedAt));
      return [id, facts.join("\u001F"), words.length, ...words];
    });
    if (flat.length > 0) await scripts.schoolPost(generation, ...flat);
  }

  async function removeOld(): Promise<void> {
    for await (const names of redis.scanStream({ match: `${key}:*`, count: 1_000 })) {
      // Read after the names: generations only go forward, so what was there before and is another is of no use any more.
      const inUse = generationKey(keys, (await read()).stored, "");
      const old = (names as string[]).filter((name) => !name.startsWith(inUse));
      if (old.length > 0) await redis.unlink(...old);
    }
  }

  return {
    async state() {
      const { generation, complete, isNewer } = await read();
      return { generation, complete, isNewer };
    },
    async catchUp(most = 500) {
      const { stored, generation, checkpoint } = await read();
      if (generation === undefined || checkpoint === undefined) return false;
      const [oldest] = await redis.xrange(keys.events, "-", "+", "COUNT", 1);
      if (oldest !== undefined && checkpoint !== "0-0" && isAfter(oldest[0], checkpoint)) {
        await renew(stored);
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
      const { generation } = await read();
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
      const seen = await read();
      if (seen.isNewer) return;
      if (seen.generation === undefined) await renew(seen.stored);
      const { generation } = await read();
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
      // Only if it is still the one in use.
      if ((await read()).stored !== generation) return;
      await redis.hset(key, "filled", generation);
      await removeOld();
    },
  };
}

/** Compares two stream ids, `<ms>-<n>`. */
function isAfter(a: string, b: string): boolean {
  const [aTime = 0, aCount = 0] = a.split("-").map(Number);
  const [bTime = 0, bCount = 0] = b.split("-").map(Number);
  return aTime === bTime ? aCount > bCount : aTime > bTime;
}
