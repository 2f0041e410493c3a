/** The rows the router learns from, for statistics: without their texts, read a batch at a time. */
import type { Redis } from "ioredis";
import type { ReportRow } from "../routing/report/judged.ts";
import type { TrainingRow } from "../routing-ports.ts";
import type { Keys } from "./keys.ts";

const BATCH = 250;

/** Newest first. What cannot be read is left out. */
export async function reportRows(redis: Redis, { routerRows, routerRowTimes }: Keys): Promise<ReportRow[]> {
  const ids = await redis.zrevrange(routerRowTimes, 0, -1);
  const rows: ReportRow[] = [];
  for (let from = 0; from < ids.length; from += BATCH) {
    const texts = await redis.hmget(routerRows, ...ids.slice(from, from + BATCH));
    for (const text of texts) rows.push(...(text === null ? [] : slimmed(text)));
  }
  return rows;
}

/** Something else when a row may have come or changed; cheap. */
export async function rowsVersion(redis: Redis, { router, routerRows, routerRowTimes }: Keys): Promise<string> {
  const [rows, newest, [labels, trained]] = await Promise.all([
    redis.hlen(routerRows),
    redis.zrevrange(routerRowTimes, 0, 0, "WITHSCORES"),
    redis.hmget(router, "labels", "trained"),
  ]);
  return JSON.stringify([rows, newest, labels, trained]);
}

function slimmed(text: string): ReportRow[] {
  try {
    const { text: _, source: __, ...row } = JSON.parse(text) as TrainingRow;
    return Array.isArray(row.votes) ? [row] : [];
  } catch {
    // Written by somebody else: statistics leave it out.
    return [];
  }
}
