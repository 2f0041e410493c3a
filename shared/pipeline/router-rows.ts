/**
 * The rows the router learns from, for statistics: without their texts, read whole once and from then on only what was
 * written since. Ten thousand at most, of some hundred bytes each.
 */
import type { Redis } from "ioredis";
import type { ReportRow } from "../routing/report/judged.ts";
import type { TrainingRow } from "../routing-ports.ts";
import type { Keys } from "./keys.ts";

const BATCH = 250;
/** Signs of a tier's or an expert's name; what is longer is an id or a text. */
const LONGEST_WORD = 15;
/** All of them are read again after so long: what somebody wrote by hand is noted nowhere. */
const WHOLE_MS = 600_000;

interface Known {
  /** What cannot be read is undefined. In no order. */
  readonly byId: ReadonlyMap<string, ReportRow | undefined>;
  /** The same that can be read; another array whenever any of them is another. */
  readonly rows: readonly ReportRow[];
  /** When the first row ever and the newest one were written, as Redis has it; null: none was noted. */
  readonly first: string | null;
  readonly written: string | null;
  /** By the monotonic clock of this process, when all were read. */
  readonly wholeAt: number;
}
const kept = new WeakMap<Redis, { known?: Known; reading?: Promise<Known> | undefined }>();

/** What cannot be read is left out. The same array as before when no row is another; those who ask at once share a reading. */
export async function reportRows(redis: Redis, keys: Keys): Promise<readonly ReportRow[]> {
  const own = kept.get(redis) ?? {};
  kept.set(redis, own);
  own.reading ??= current(redis, keys, own.known).finally(() => {
    own.reading = undefined;
  });
  own.known = await own.reading;
  return own.known.rows;
}

async function current(redis: Redis, keys: Keys, known: Known | undefined): Promise<Known> {
  const { router, routerRowTimes, routerRowChanges } = keys;
  const [[first = null, written = null], size] = await Promise.all([
    redis.hmget(router, "first", "written"),
    redis.zcard(routerRowTimes),
  ]);
  const whole = () => all(redis, keys, { first, written });
  // An earlier moment than the one that was read is of a backup that was put back.
  const continues = known?.first === first && Number(written) >= Number(known.written);
  if (!continues || performance.now() - known.wholeAt > WHOLE_MS) return whole();
  if (written === known.written && size === known.byId.size) return known;
  const changed = await redis.zrangebyscore(
    routerRowChanges,
    known.written === null ? "-inf" : `(${known.written}`,
    "+inf",
  );
  const byId = new Map(known.byId);
  for (const [id, row] of await read(redis, keys, changed)) byId.set(id, row);
  if (byId.size !== size) {
    const there = new Set(await redis.zrange(routerRowTimes, 0, "-1"));
    for (const id of byId.keys()) if (!there.has(id)) byId.delete(id);
    if (byId.size !== there.size) return whole();
  }
  return { byId, rows: readable(byId), first, written, wholeAt: known.wholeAt };
}

async function all(redis: Redis, keys: Keys, moments: Pick<Known, "first" | "written">): Promise<Known> {
  const byId = await read(redis, keys, await redis.zrange(keys.routerRowTimes, 0, "-1"));
  return { byId, rows: readable(byId), ...moments, wholeAt: performance.now() };
}

async function read(redis: Redis, { routerRows }: Keys, ids: readonly string[]) {
  const byId = new Map<string, ReportRow | undefined>();
  // Few different words stand in all rows: one of each is enough.
  const words = new Map<string, string>();
  for (let from = 0; from < ids.length; from += BATCH) {
    const some = ids.slice(from, from + BATCH);
    const texts = await redis.hmget(routerRows, ...some);
    for (const [i, id] of some.entries()) byId.set(id, slimmed(texts[i] ?? null, words));
  }
  return byId;
}

function readable(byId: ReadonlyMap<string, ReportRow | undefined>): ReportRow[] {
  return [...byId.values()].filter((row) => row !== undefined);
}

function slimmed(text: string | null, words: Map<string, string>): ReportRow | undefined {
  try {
    const row = (text === null ? null : JSON.parse(text)) as TrainingRow | null;
    if (row === null || !Array.isArray(row.votes)) return undefined;
    const { text: _, source: __, votes, ...slim } = row;
    return { ...known(slim, words), votes: votes.map((vote) => known(vote, words)) };
  } catch {
    // Written by somebody else: statistics leave it out.
    return undefined;
  }
}

/** The same with words that are known already in place of their copies. */
function known<Row extends object>(row: Row, words: Map<string, string>): Row {
  const entries = Object.entries(row).map(([name, value]: [string, unknown]) => {
    if (typeof value !== "string" || value.length > LONGEST_WORD) return [name, value] as const;
    const same = words.get(value) ?? value;
    words.set(same, same);
    return [name, same] as const;
  });
  return Object.fromEntries(entries) as Row;
}
