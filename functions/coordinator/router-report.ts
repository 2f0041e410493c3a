/** GET /api/router: how the router does, from its counters, its rows and its book. */
import { readCounters } from "../../shared/pipeline/counters.ts";
import { type OverTime, servedOverTime } from "../../shared/pipeline/router-days.ts";
import { reportRows } from "../../shared/pipeline/router-rows.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import type { Comparison } from "../../shared/routing/report/arms.ts";
import { complexityScores, quantile } from "../../shared/routing/report/buckets.ts";
import type { Calibration } from "../../shared/routing/report/calibration.ts";
import type { Confusion, ExpertSuccess } from "../../shared/routing/report/experts.ts";
import type { Share } from "../../shared/routing/report/intervals.ts";
import type { Judges, LabelCounts } from "../../shared/routing/report/judged.ts";
import { meanConfidence, type TierReport, tierReports, trafficOf } from "../../shared/routing/report/tiers.ts";
import type { Arm, ModelEntry, RolloutOverride, RouterEvent } from "../../shared/routing-ports.ts";
import { statisticsOf } from "./router-statistics.ts";
import type { School } from "./school.ts";

export interface RouterReport {
  readonly at: string;
  readonly rollout: {
    /** 0..1: AB_TEST_PERCENTAGE. */
    readonly configured: number;
    /** What counts. */
    readonly share: number;
    /** Whose word counts instead of the configuration. */
    readonly override: RolloutOverride | null;
  };
  /** Improvements each arm served since the school began to count, and the learned arm's part of them. */
  readonly traffic: Readonly<Record<Arm, number>> & { readonly share: number | null };
  readonly labels: LabelCounts & { readonly judges: Judges };
  readonly comparison: Comparison;
  /** Of who was served. */
  readonly accuracy: Readonly<Record<Arm | "all", Share>>;
  readonly meanConfidence: number | null;
  readonly tiers: readonly TierReport[];
  /** Which tier served, in the last 48 hours and the last 30 days. */
  readonly overTime: { readonly hours: OverTime; readonly days: OverTime };
  readonly confusion: Confusion;
  readonly calibration: Calibration;
  readonly experts: readonly ExpertSuccess[];
  readonly models: {
    /** Version that serves; `seed` is the one that comes with the school. */
    readonly serving: string;
    readonly current: ModelEntry | null;
    readonly previous: ModelEntry | null;
    readonly staging: ModelEntry | null;
    readonly archive: readonly ModelEntry[];
  };
  readonly training: { readonly newLabels: number; readonly last: string | null };
  readonly memory: {
    /** False: there is no index to remember in. */
    readonly kept: boolean;
    readonly hit: number;
    readonly miss: number;
    readonly error: number;
    /** Of those that could be asked. */
    readonly hitRate: number | null;
    /** Cosine by embedder, measured on the school's own rows. */
    readonly thresholds: Readonly<Record<string, number>>;
  };
  readonly complexity: { readonly n: number; readonly p50: number | null; readonly p95: number | null };
  readonly escalated: Readonly<Record<string, number>>;
  readonly events: readonly RouterEvent[];
}

const EVENTS = 50;

export async function routerReport(school: School, judges: Judges): Promise<RouterReport> {
  const { redis, keys, router, index, settings } = school;
  const [now, counters, rows, shelf, override, training, events, thresholds] = await Promise.all([
    redisNow(redis),
    readCounters(redis, keys),
    reportRows(redis, keys),
    router.shelf("router"),
    router.rollout(),
    router.sinceTraining(),
    router.events(EVENTS),
    thresholdsOf(school),
  ]);
  const count = (field: string) => counters.get(field) ?? 0;
  const { labels, comparison, accuracy, precisions, confusion, calibration, experts } = statisticsOf(rows, judges);
  const traffic = trafficOf(count);
  const { current, previous, staging, archive } = shelf;
  const configured = settings.AB_TEST_PERCENTAGE;
  const scores = complexityScores(count);
  return {
    at: new Date(now).toISOString(),
    rollout: { configured, share: override?.share ?? configured, override: override ?? null },
    traffic: { ...traffic, share: ratio(traffic.learned, traffic.rules + traffic.learned) },
    labels: { ...labels, judges },
    comparison,
    accuracy,
    meanConfidence: meanConfidence(count),
    tiers: tierReports(count, precisions),
    overTime: await servedOverTime(redis, keys, now),
    confusion,
    calibration,
    experts,
    models: {
      serving: current?.version ?? "seed",
      current: current ?? null,
      previous: previous ?? null,
      staging: staging ?? null,
      archive,
    },
    training: {
      newLabels: training.labels,
      last: training.at === undefined ? null : new Date(training.at).toISOString(),
    },
    memory: { kept: index.isKept, ...lookups(count), thresholds },
    complexity: { n: scores.n, p50: quantile(scores, 0.5), p95: quantile(scores, 0.95) },
    escalated: startingWith(counters, "route_escalated:"),
    events,
  };
}

/** Similarity lookups; one that could not be made is no miss. */
export function lookups(count: (field: string) => number) {
  const [hit, miss, error] = ["hit", "miss", "error"].map((result) => count(`route_similarity:${result}`));
  return { hit: hit ?? 0, miss: miss ?? 0, error: error ?? 0, hitRate: ratio(hit ?? 0, (hit ?? 0) + (miss ?? 0)) };
}

/** Counters of one kind: what stands behind the colon, and how often. */
export function startingWith(counters: ReadonlyMap<string, number>, start: string): Record<string, number> {
  const found = [...counters].filter(([field]) => field.startsWith(start));
  return Object.fromEntries(found.map(([field, value]) => [field.slice(start.length), value]));
}

export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

async function thresholdsOf({ redis, keys }: School): Promise<Record<string, number>> {
  const fields = new Map(Object.entries(await redis.hgetall(keys.router)).map(([name, text]) => [name, Number(text)]));
  const known = Object.entries(startingWith(fields, "threshold:"));
  return Object.fromEntries(known.filter(([, value]) => Number.isFinite(value)));
}
