/**
 * The moves of the last days, from the stream of events: read once, then only what came since. The stream is capped at
 * some ten thousand entries, so this holds no more than a few megabytes, and says how far back it reaches.
 */
import type { Redis } from "ioredis";
import { STATUSES, type Status } from "../../shared/domain/lifecycle.ts";
import { eventPage, type ReadFrom } from "../../shared/pipeline/event-stream.ts";
import type { Keys } from "../../shared/pipeline/keys.ts";
import { STAGES, type StageName } from "../../shared/stages.ts";
import { reasonKind } from "./reason-kind.ts";

/** Where an improvement leaves the way to production, or waits for somebody to let it on. */
export const DROP_OFFS = [
  "conflicts",
  "pending_review",
  "held",
  "rolling_back",
  "rollback_blocked",
  "failed",
  "rejected",
  "dead",
] as const satisfies readonly Status[];

export interface Move {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly to: Status;
  /** Undefined: a person, or the coordinator. */
  readonly stage: StageName | undefined;
  /** Of which kind its reason is; only of drop-offs. */
  readonly reason?: string;
}

export interface RecentMoves {
  /** Oldest first. */
  readonly moves: readonly Move[];
  /** Every move since then is there; milliseconds since the epoch. */
  readonly since: number;
}

/** How far back anybody looks. */
export const MOVES_SPAN_MS = 7 * 86_400_000;
const PAGE = 1_000;
/** Twice what the stream holds: a process that runs for a week keeps what the stream has forgotten. */
const MOST = 20_000;

/** `now`: milliseconds since the epoch by Redis's clock. Those who ask at the same time share one reading. */
export function recentMoves(redis: Redis, keys: Keys): (now: number) => Promise<RecentMoves> {
  let moves: Move[] = [];
  let since = 0;
  let cursor: string | undefined;
  let reading: Promise<void> | undefined;

  async function read(now: number): Promise<void> {
    for (;;) {
      const from: ReadFrom = cursor === undefined ? { since: now - MOVES_SPAN_MS } : { after: cursor };
      const { events, cursor: next, gap } = await eventPage(redis, keys, from, PAGE);
      if (gap !== undefined) {
        // What lies between is not known, so what was before it counts no more.
        moves = [];
        since = gap.first === null ? now : Number(gap.first.split("-", 1)[0]);
      } else if (cursor === undefined) {
        since = now - MOVES_SPAN_MS;
      }
      for (const event of events) moves.push(moveOf(event));
      cursor = next;
      if (events.length < PAGE) return;
    }
  }

  return async (now) => {
    reading ??= read(now).finally(() => {
      reading = undefined;
    });
    await reading;
    const oldest = Math.max(since, now - MOVES_SPAN_MS);
    const fresh = moves.findIndex(({ at }) => at >= oldest);
    const stale = fresh === -1 ? moves.length : Math.max(moves.length - MOST, fresh);
    if (stale > 0) moves = moves.slice(stale);
    if (moves.length === MOST) since = moves[0]?.at ?? since;
    return { moves, since: Math.max(since, now - MOVES_SPAN_MS) };
  };
}

interface Event {
  readonly at: string;
  readonly to: string;
  readonly by: string;
  readonly because: string;
}

function moveOf({ at, to, by, because }: Event): Move {
  const status = STATUSES.find((one) => one === to);
  const stage = STAGES.find((one) => one === by);
  // The stream is written by the scripts alone; what it says of a status nobody knows counts as no drop-off.
  const move = { at: Date.parse(at), to: status ?? "raw", stage };
  return DROP_OFFS.some((one) => one === status) ? { ...move, reason: reasonKind(because) } : move;
}
