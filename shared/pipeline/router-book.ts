/** What the router has learned, in Redis: its models, the rows it learns from, its thresholds and what happened to it. */
import type { Redis } from "ioredis";
import type { RolloutOverride, RouterBook, RouterEvent, TrainingRow } from "../routing-ports.ts";
import type { Keys } from "./keys.ts";
import { modelStore } from "./model-store.ts";
import { repeats } from "./repeats.ts";
import { countServed } from "./router-days.ts";
import { defineScripts } from "./scripts/define.ts";
import { keepRowScript, trainedScript } from "./scripts/router-book.ts";

export const MOST_ROWS = 10_000;
/** Characters of each text of a row. */
export const ROW_TEXT = 1_200;
const MOST_EVENTS = 200;
/** Rows read at once. */
const BATCH = 500;

export function routerBook(redis: Redis, keys: Keys): RouterBook {
  const { router, routerRows, routerRowTimes, routerEvents, metrics } = keys;
  const scripts = defineScripts(redis, keys.prefix, { schoolKeepRow: keepRowScript, schoolTrained: trainedScript });
  const thresholdOf = (embedder: string) => `threshold:${embedder}`;

  return {
    ...modelStore(redis, keys),
    ...repeats(redis, keys),
    async rollout() {
      return parsed<RolloutOverride>(await redis.hget(router, "rollout"));
    },
    async setRollout(override) {
      if (override === undefined) await redis.hdel(router, "rollout");
      else await redis.hset(router, "rollout", JSON.stringify(override));
    },
    async threshold(embedder) {
      const text = await redis.hget(router, thresholdOf(embedder));
      const threshold = text === null ? Number.NaN : Number(text);
      return Number.isFinite(threshold) ? threshold : undefined;
    },
    async keepThreshold(embedder, threshold) {
      await redis.hset(router, thresholdOf(embedder), String(threshold));
    },
    async keepRow(row) {
      const at = Date.parse(row.at);
      if (Number.isNaN(at)) throw new Error(`the training row of ${row.id} has no time: ${row.at}`);
      await scripts.schoolKeepRow(row.id, at, JSON.stringify(cut(row)), row.label ?? "", MOST_ROWS);
    },
    async rows(limit) {
      if (limit !== undefined && limit < 1) return [];
      const ids = await redis.zrevrange(routerRowTimes, 0, limit === undefined ? -1 : Math.floor(limit) - 1);
      const rows: TrainingRow[] = [];
      for (let from = 0; from < ids.length; from += BATCH) {
        for (const text of await redis.hmget(routerRows, ...ids.slice(from, from + BATCH))) {
          const row = parsed<TrainingRow>(text);
          if (row !== undefined) rows.push(row);
        }
      }
      return rows;
    },
    async sinceTraining() {
      const [labels, trained] = await redis.hmget(router, "labels", "trained");
      const at = Number(trained ?? Number.NaN);
      return { labels: Number(labels ?? 0) || 0, at: Number.isFinite(at) ? at : undefined };
    },
    async trained(at, labels) {
      await scripts.schoolTrained(Math.round(at), labels ?? "");
    },
    async note(event) {
      const replies = await redis
        .multi()
        .lpush(routerEvents, JSON.stringify(event))
        .ltrim(routerEvents, 0, MOST_EVENTS - 1)
        .exec();
      for (const [error] of replies ?? []) if (error !== null) throw error;
    },
    async events(limit) {
      if (limit < 1) return [];
      const texts = await redis.lrange(routerEvents, 0, Math.floor(limit) - 1);
      return texts.map((text) => parsed<RouterEvent>(text)).filter((event) => event !== undefined);
    },
    async count(counts, served) {
      const batch = redis.pipeline();
      for (const [name, number] of Object.entries(counts)) batch.hincrby(metrics, name, Math.round(number));
      if (served !== undefined) countServed(batch, keys, served);
      for (const [error] of (await batch.exec()) ?? []) if (error !== null) throw error;
    },
  };
}

function cut(row: TrainingRow): TrainingRow {
  const { title, description, implementation_notes: notes } = row.text;
  const text = {
    ...row.text,
    title: head(title),
    description: head(description),
    implementation_notes: head(notes),
  };
  return { ...row, text };
}

/** No half of a surrogate pair at the end. */
function head(text: string): string {
  return text.slice(0, ROW_TEXT).replace(/[\uD800-\uDBFF]$/, "");
}

/** What cannot be read counts as absent. */
function parsed<Value>(text: string | null | undefined): Value | undefined {
  try {
    return text === null || text === undefined ? undefined : ((JSON.parse(text) as Value | null) ?? undefined);
  } catch {
    return undefined;
  }
}
