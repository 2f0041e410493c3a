/**
 * What waits for people, in the order in which they should look. However much waits, one look reads a bounded number of
 * records: of each status the newest and those that wait longest.
 */
import type { Redis } from "ioredis";
import { isDeferred } from "../domain/deferral.ts";
import type { Status } from "../domain/lifecycle.ts";
import { inReviewOrder, REVIEWED, type ReviewRank, reviewRank } from "../domain/review-order.ts";
import type { Keys } from "./keys.ts";
import { type ReviewLine, type ReviewRecord, reviewRecords } from "./review-rows.ts";

/** Read of each status; half of them the newest. */
const READ = 400;

export type ReviewRow = ReviewLine &
  ReviewRank & {
    /** Others that wait with the same title and kind; they stand with the first of them. */
    readonly alike: readonly { readonly id: string; readonly status: Status }[];
  };

export interface ReviewQueue {
  readonly rows: readonly ReviewRow[];
  /** How many stand in these statuses, and how many of them were read. */
  readonly total: number;
  readonly read: number;
  /** Of those that were read and fit. */
  readonly deferred: number;
  readonly fitting: number;
}

export type ReviewFilters = {
  readonly [F in "category" | "expert" | "review_stage" | "approval_rule" | "intent"]?: readonly string[] | undefined;
} & {
  readonly status?: readonly Status[] | undefined;
  /** True: only what is put off; otherwise only what is not. */
  readonly deferred?: boolean | undefined;
};

/** `now` in milliseconds since the epoch, by Redis's clock. */
type ReviewLook = (
  filters: ReviewFilters,
  look: { readonly now: number; readonly limit: number },
) => Promise<ReviewQueue>;

/** Keeps what it read of records for the next look. Damaged ones are passed over; doctor names them. */
export function reviewQueue(redis: Redis, keys: Keys): ReviewLook {
  const recordsOf = reviewRecords(redis, keys);
  return async (filters, { now, limit }) => {
    const statuses = filters.status ?? REVIEWED;
    const { ids, total } = await candidates(redis, keys, statuses);
    const records = await recordsOf(ids);
    const all = records.filter(({ line }) => statuses.includes(line.status) && fits(line, filters));
    const isOff = ({ line }: ReviewRecord) => isDeferred(line.deferred, line.updated_at, now);
    const shown = all.filter((record) => isOff(record) === (filters.deferred === true));
    const rows = grouped(shown, now);
    return {
      rows: rows.slice(0, limit),
      total,
      read: ids.length,
      deferred: all.filter(isOff).length,
      fitting: rows.length,
    };
  };
}

async function candidates(redis: Redis, keys: Keys, statuses: readonly Status[]) {
  const batch = redis.pipeline();
  for (const status of statuses) {
    const key = keys.byStatus(status);
    batch.zcard(key).zrevrange(key, 0, READ / 2 - 1);
    batch.zrange(key, 0, String(READ / 2 - 1));
  }
  const replies = ((await batch.exec()) ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
  const total = replies.reduce<number>((sum, reply) => sum + (typeof reply === "number" ? reply : 0), 0);
  return { ids: [...new Set(replies.flatMap((reply) => (Array.isArray(reply) ? (reply as string[]) : [])))], total };
}

function fits(line: ReviewLine, filters: ReviewFilters): boolean {
  const named = ["category", "expert", "review_stage", "approval_rule", "intent"] as const;
  return named.every((name) => filters[name] === undefined || filters[name].includes(line[name] ?? ""));
}

/** In order; what says the same and asks for the same kind of change stands once, with the first of them. */
function grouped(records: readonly ReviewRecord[], now: number): ReviewRow[] {
  const ranked = records.map(({ line, facts, kind }) => ({
    kind,
    row: { ...line, ...reviewRank(facts, now), alike: [] },
  }));
  ranked.sort((a, b) => inReviewOrder(a.row, b.row));
  const groups = Map.groupBy(ranked, ({ kind }) => kind);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ ...first.row, alike: others.slice(0, 50).map(({ row: { id, status } }) => ({ id, status })) }],
  );
}
