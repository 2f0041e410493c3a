/** Pages of improvements, newest move first, without reading whole records: a list shows facts, not change sets. */
import type { Redis } from "ioredis";
import { STATUSES, type Status } from "../domain/lifecycle.ts";
import type { Keys } from "./keys.ts";

/** The fields a list shows. All of them are plain text in the record. */
export const CHEAP_FIELDS = [
  "id",
  "status",
  "title",
  "category",
  "type",
  "relevance",
  "expert",
  "source_id",
  "source_title",
  "rag_check_passed",
  "approval_rule",
  "review_stage",
  "review_reason",
  "git_commit",
  "rollback_commit",
  "failure_reason",
  "dead_reason",
  "created_at",
  "updated_at",
] as const;
type CheapField = (typeof CHEAP_FIELDS)[number];
export type ImprovementLine = {
  readonly [F in Exclude<CheapField, "id" | "status" | "relevance">]?: string;
} & { readonly id: string; readonly status: Status; readonly relevance?: number };

export interface ListingQuery {
  readonly status?: Status | undefined;
  readonly category?: string | undefined;
  /** At most this many. */
  readonly limit: number;
}

const PAGE = 1_000;
/** Up to this many members a category is sorted whole; a larger one is met often enough in the time indexes. */
const SMALL_CATEGORY = 2_000;

/** Newest first by the time of the last transition. */
export async function listImprovements(redis: Redis, keys: Keys, query: ListingQuery): Promise<ImprovementLine[]> {
  const { status, category, limit } = query;
  if (category !== undefined && (await redis.scard(keys.categorySet(category))) <= SMALL_CATEGORY) {
    const ids = await redis.smembers(keys.categorySet(category));
    return lines(redis, keys, (await newestOf(redis, keys, ids, status)).slice(0, limit));
  }
  const page = category === undefined ? Math.min(PAGE, limit) : PAGE;
  const found: string[] = [];
  for await (const ids of newestFirst(redis, keys, status === undefined ? STATUSES : [status], page)) {
    found.push(...(category === undefined ? ids : await membersOf(redis, keys.categorySet(category), ids)));
    if (found.length >= limit) break;
  }
  return lines(redis, keys, found.slice(0, limit));
}

/** Those of `ids` that stand in `status` (or anywhere), newest move first. */
async function newestOf(
  redis: Redis,
  keys: Keys,
  ids: readonly string[],
  status: Status | undefined,
): Promise<string[]> {
  const batch = redis.pipeline();
  for (const id of ids) batch.hmget(keys.record(id), "status", "updated_at");
  const replies = (await batch.exec()) ?? [];
  return ids
    .flatMap((id, i) => {
      const [error, values] = replies[i] ?? [new Error("no reply"), []];
      const [standing, moved] = error === null ? (values as (string | null)[]) : [];
      return standing && (status === undefined || standing === status) ? [{ id, moved: moved ?? "" }] : [];
    })
    .sort((a, b) => (a.moved < b.moved ? 1 : -1))
    .map(({ id }) => id);
}

interface Cursor {
  readonly status: Status;
  offset: number;
  readonly ahead: { id: string; at: number }[];
  ended: boolean;
}

/** Merges the time indexes of several statuses; yields pages of ids, newest first, each id once. */
async function* newestFirst(
  redis: Redis,
  keys: Keys,
  statuses: readonly Status[],
  page: number,
): AsyncGenerator<string[]> {
  const cursors: Cursor[] = statuses.map((status) => ({ status, offset: 0, ahead: [], ended: false }));
  const seen = new Set<string>();
  for (;;) {
    const ids: string[] = [];
    while (ids.length < page) {
      await refill(redis, keys, cursors, page);
      const next = cursors
        .filter(({ ahead }) => ahead.length > 0)
        .reduce<Cursor | undefined>((best, cursor) => (headTime(cursor) > headTime(best) ? cursor : best), undefined);
      const head = next?.ahead.shift();
      if (head === undefined) break;
      if (!seen.has(head.id)) ids.push(head.id);
      seen.add(head.id);
    }
    if (ids.length === 0) return;
    yield ids;
  }
}

function headTime(cursor: Cursor | undefined): number {
  return cursor?.ahead[0]?.at ?? Number.NEGATIVE_INFINITY;
}

async function refill(redis: Redis, keys: Keys, cursors: readonly Cursor[], page: number): Promise<void> {
  const empty = cursors.filter(({ ahead, ended }) => ahead.length === 0 && !ended);
  if (empty.length === 0) return;
  const batch = redis.pipeline();
  for (const { status, offset } of empty)
    batch.zrevrange(keys.byStatus(status), offset, offset + page - 1, "WITHSCORES");
  const replies = (await batch.exec()) ?? [];
  empty.forEach((cursor, i) => {
    const [error, flat] = replies[i] ?? [new Error("no reply"), []];
    if (error !== null) throw error;
    const entries = flat as string[];
    for (let n = 0; n + 1 < entries.length; n += 2)
      cursor.ahead.push({ id: entries[n] as string, at: Number(entries[n + 1]) });
    cursor.offset += entries.length / 2;
    cursor.ended = entries.length / 2 < page;
  });
}

async function membersOf(redis: Redis, key: string, ids: readonly string[]): Promise<string[]> {
  const present = await redis.smismember(key, ...ids);
  return ids.filter((_, i) => present[i] === 1);
}

async function lines(redis: Redis, keys: Keys, ids: readonly string[]): Promise<ImprovementLine[]> {
  if (ids.length === 0) return [];
  const batch = redis.pipeline();
  for (const id of ids) batch.hmget(keys.record(id), ...CHEAP_FIELDS);
  const replies = (await batch.exec()) ?? [];
  return replies.flatMap(([error, values]) => {
    // A key of another type under a record's name: doctor reports it, a list passes over it.
    if (error !== null) return [];
    const line: Record<string, string | number> = {};
    CHEAP_FIELDS.forEach((field, i) => {
      const value = (values as (string | null)[])[i];
      if (value !== null && value !== undefined) line[field] = field === "relevance" ? Number(value) : value;
    });
    return line["id"] === undefined || line["status"] === undefined ? [] : [line as unknown as ImprovementLine];
  });
}
