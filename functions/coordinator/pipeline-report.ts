/** What the pipeline does now and did lately: loads, workers, throughput, what was lost on the way and why. */
import { STATUSES, type Status } from "../../shared/domain/lifecycle.ts";
import { readCounters } from "../../shared/pipeline/counters.ts";
import { workersAlive } from "../../shared/pipeline/presence.ts";
import { STAGES, type StageName, stageEntry } from "../../shared/stages.ts";
import { schoolStatus } from "./api/status.ts";
import { DROP_OFFS, type Move, type RecentMoves } from "./recent-moves.ts";
import type { School } from "./school.ts";

const MINUTES = 60;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Kinds of reasons told one by one; the rest is counted together. */
const MOST_REASONS = 12;

export interface DropOffs {
  /** How many moves ended in each. */
  readonly totals: Readonly<Record<(typeof DROP_OFFS)[number], number>>;
  /** Most frequent first. */
  readonly reasons: readonly {
    readonly status: string;
    readonly stage: StageName | null;
    readonly reason: string;
    readonly count: number;
  }[];
  /** Those of the reasons that are not listed. */
  readonly others: number;
}

/** Bounded work however many improvements there are: sizes of lists, one entry of each, and the stream's new entries. */
export async function pipelineReport(school: School, recent: (now: number) => Promise<RecentMoves>) {
  const { redis, keys } = school;
  const status = await schoolStatus(school);
  const now = Date.parse(status.time);
  const [alive, counters, { moves, since }, oldest] = await Promise.all([
    workersAlive(redis, keys, now),
    readCounters(redis, keys),
    recent(now),
    longestStanding(school),
  ]);
  const count = (field: string) => counters.get(field) ?? 0;
  const minutes = throughput(moves, now);
  const { time, counts, timers, flags, breaker, freeze, budgets } = status;
  const stages = STAGES.map((stage) => {
    const { layer, scale } = stageEntry(stage);
    const figures = {
      layer,
      ...status.stages[stage],
      workers: alive[stage],
      maxWorkers: scale.maxPods,
      settled: count(`settled:${stage}`),
      retried: count(`retried:${stage}`),
      coldStarts: count(`cold:${stage}`),
      perMinute: minutes[stage],
    };
    return [stage, figures] as const;
  });
  return {
    time,
    counts,
    timers,
    flags,
    breaker,
    freeze,
    budgets,
    stages: Object.fromEntries(stages) as Record<StageName, (typeof stages)[number][1]>,
    /** What is counted of moves reaches back to here and no further. */
    since: new Date(since).toISOString(),
    dropOffs: { day: dropOffs(moves, now - DAY_MS), week: dropOffs(moves, now - 7 * DAY_MS) },
    oldest,
  };
}
export type PipelineReport = Awaited<ReturnType<typeof pipelineReport>>;

/** Moves each stage made in each of the last sixty minutes, the present one last. */
export function throughput(moves: readonly Move[], now: number): Record<StageName, number[]> {
  const rows = Object.fromEntries(STAGES.map((stage) => [stage, Array.from({ length: MINUTES }, () => 0)]));
  for (let i = moves.length - 1; i >= 0; i -= 1) {
    const { at, stage } = moves[i] as Move;
    const ago = Math.max(0, Math.floor((now - at) / MINUTE_MS));
    if (ago >= MINUTES) break;
    const row = stage === undefined ? undefined : rows[stage];
    if (row !== undefined) row[MINUTES - 1 - ago] = (row[MINUTES - 1 - ago] ?? 0) + 1;
  }
  return rows as Record<StageName, number[]>;
}

/** What left the way since `from` (milliseconds since the epoch), by reason. */
export function dropOffs(moves: readonly Move[], from: number): DropOffs {
  const totals = Object.fromEntries(DROP_OFFS.map((status) => [status, 0])) as Record<string, number>;
  const kinds = new Map<string, { status: string; stage: StageName | null; reason: string; count: number }>();
  for (const { at, to, stage, reason } of moves) {
    if (at < from || reason === undefined) continue;
    totals[to] = (totals[to] ?? 0) + 1;
    const key = `${to} ${stage ?? ""} ${reason}`;
    const known = kinds.get(key);
    if (known === undefined) kinds.set(key, { status: to, stage: stage ?? null, reason, count: 1 });
    else known.count += 1;
  }
  const sorted = [...kinds.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  const others = sorted.slice(MOST_REASONS).reduce((sum, { count }) => sum + count, 0);
  return { totals: totals as DropOffs["totals"], reasons: sorted.slice(0, MOST_REASONS), others };
}

/** Of each status the improvement whose last move is longest ago. */
async function longestStanding({ redis, keys }: Pick<School, "redis" | "keys">) {
  const batch = redis.pipeline();
  for (const status of STATUSES) batch.zrange(keys.byStatus(status), "0", "0", "WITHSCORES");
  const replies = (await batch.exec()) ?? [];
  const found = STATUSES.map((status, i) => {
    const [error, reply] = replies[i] ?? [null, []];
    if (error !== null) throw error;
    const [id, at] = reply as string[];
    return [status, id === undefined ? null : { id, since: new Date(Number(at)).toISOString() }] as const;
  });
  return Object.fromEntries(found) as Record<Status, { readonly id: string; readonly since: string } | null>;
}
