/** Improvements in the order of their last move, newest first, merged from the time indexes of several statuses. */
import type { Redis } from "ioredis";
import type { Status } from "../domain/lifecycle.ts";
import type { Keys } from "./keys.ts";

/** A place in the order: the time of the last move in milliseconds since the epoch, then the id. */
export interface Place {
  readonly at: number;
  readonly id: string;
}

export interface Stretch {
  readonly statuses: readonly Status[];
  /** Begin behind this place. */
  readonly after?: Place | undefined;
  /** Milliseconds since the epoch, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Negative when `a` comes first: newer, or of the same millisecond and with the greater id, as Redis orders them. */
export function inOrder(a: Place, b: Place): number {
  if (a.at !== b.at) return b.at - a.at;
  return a.id === b.id ? 0 : Buffer.compare(Buffer.from(b.id), Buffer.from(a.id));
}

const SMALLEST_STEP = 50;
/** Nobody is read further ahead than this at once. */
const LARGEST_STEP = 1_000;

interface Line {
  readonly status: Status;
  offset: number;
  /** Twice as many each time: where most improvements stand a long way is read in few round trips. */
  step: number;
  readonly ahead: Place[];
  ended: boolean;
}

/** Yields pages of at most `page` places, each improvement once; `most`: each page twice as large as the last, up to this. */
export async function* newestFirst(
  redis: Redis,
  keys: Keys,
  { statuses, after, from, to }: Stretch,
  page: number,
  most = page,
): AsyncGenerator<Place[]> {
  const newest = Math.min(after?.at ?? Number.POSITIVE_INFINITY, to ?? Number.POSITIVE_INFINITY);
  const bounds = [newest === Number.POSITIVE_INFINITY ? "+inf" : newest, from ?? "-inf"] as const;
  // Of several statuses each brings a part of a page; a single one brings all of it.
  const first = statuses.length === 1 ? page : Math.max(SMALLEST_STEP, Math.ceil(page / 4));
  const lines: Line[] = statuses.map((status) => ({ status, offset: 0, step: first, ahead: [], ended: false }));
  const seen = new Set<string>();

  async function refill(): Promise<void> {
    const empty = lines.filter(({ ahead, ended }) => ahead.length === 0 && !ended);
    if (empty.length === 0) return;
    const batch = redis.pipeline();
    for (const { status, offset, step } of empty) {
      batch.zrevrangebyscore(keys.byStatus(status), ...bounds, "WITHSCORES", "LIMIT", offset, step);
    }
    const replies = (await batch.exec()) ?? [];
    empty.forEach((line, i) => {
      const [error, flat] = replies[i] ?? [new Error("no reply"), []];
      if (error !== null) throw error;
      const entries = flat as string[];
      for (let n = 0; n + 1 < entries.length; n += 2) {
        const place = { id: entries[n] as string, at: Number(entries[n + 1]) };
        if (after === undefined || inOrder(after, place) < 0) line.ahead.push(place);
      }
      line.offset += entries.length / 2;
      line.ended = entries.length / 2 < line.step;
      line.step = Math.max(line.step, Math.min(2 * line.step, LARGEST_STEP));
    });
    // All of these may have lain before the place to begin behind.
    if (empty.some(({ ahead, ended }) => ahead.length === 0 && !ended)) await refill();
  }
  for (let size = page; ; size = Math.min(2 * size, most)) {
    const places: Place[] = [];
    while (places.length < size) {
      if (lines.some(({ ahead, ended }) => ahead.length === 0 && !ended)) await refill();
      const next = lines.reduce<Line | undefined>((best, line) => (comesFirst(line, best) ? line : best), undefined);
      const head = next?.ahead.shift();
      if (head === undefined) break;
      if (!seen.has(head.id)) places.push(head);
      seen.add(head.id);
    }
    if (places.length === 0) return;
    yield places;
  }
}

function comesFirst({ ahead: [head] }: Line, best: Line | undefined): boolean {
  if (head === undefined) return false;
  const other = best?.ahead[0];
  return other === undefined || inOrder(head, other) < 0;
}
