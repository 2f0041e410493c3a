/**
 * The school's metrics, computed when somebody scrapes: the founding names from the counters the scripts keep, and gauges
 * of what waits. A number that cannot be stated truthfully is left out.
 */
import { Counter, Gauge, Registry } from "prom-client";
import { EXPERTS } from "../../shared/domain/improvement.ts";
import { STATUSES, type Status } from "../../shared/domain/lifecycle.ts";
import { readCounters } from "../../shared/pipeline/counters.ts";
import { transitionsSince } from "../../shared/pipeline/event-stream.ts";
import { readFlags } from "../../shared/pipeline/flags.ts";
import { commitsMade, longTimers, stageLoads } from "../../shared/pipeline/overview.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import { STAGES } from "../../shared/stages.ts";
import { histogramText, type Measured } from "./histogram-text.ts";
import { collectAnomalies } from "./metrics-anomalies.ts";
import { collectKnowledge } from "./metrics-knowledge.ts";
import { collectLayers } from "./metrics-layers.ts";
import { collectModels } from "./metrics-models.ts";
import { collectNotifications } from "./metrics-notifications.ts";
import { collectRedis } from "./metrics-redis.ts";
import { collectRouter } from "./metrics-router.ts";
import { collectSources } from "./metrics-sources.ts";
import { collectUpgrade } from "./metrics-upgrade.ts";
import { collectFailures, collectWork } from "./metrics-work.ts";
import type { School } from "./school.ts";

/** Window of the processing rate. */
const RATE_WINDOW_MS = 60_000;

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Prometheus text format. */
export async function renderMetrics(school: School): Promise<{ type: string; text: string }> {
  const registry = new Registry();
  const histograms: string[] = [];
  await collect(school, {
    gauge: (name, help, samples) => fill(new Gauge(options(registry, name, help, samples)), samples),
    counter: (name, help, samples) => {
      const counter = new Counter(options(registry, name, help, samples));
      for (const [labels, value] of samples) counter.inc(labels, value);
    },
    histogram: (name, help, samples) => histograms.push(histogramText(name, help, samples)),
  });
  return { type: registry.contentType, text: [await registry.metrics(), ...histograms].join("\n") };
}

export interface Sink {
  gauge(name: string, help: string, samples: readonly Sample[]): void;
  counter(name: string, help: string, samples: readonly Sample[]): void;
  histogram(name: string, help: string, samples: readonly Measured[]): void;
}

async function collect(school: School, sink: Sink): Promise<void> {
  const { redis, keys, records, brakes, index, models, watches } = school;
  const now = await redisNow(redis);
  const [counts, loads, timers, counters, state, flags, commits, recent] = await Promise.all([
    records.counts(),
    stageLoads(redis, keys, now),
    longTimers(redis, keys),
    readCounters(redis, keys),
    brakes.brakes(),
    readFlags(redis, keys, now),
    commitsMade(redis, keys, now),
    transitionsSince(redis, keys, now - RATE_WINDOW_MS),
  ]);
  const count = (field: string) => counters.get(field) ?? 0;
  const byStage = (what: string): Sample[] => STAGES.map((stage) => [{ stage }, count(`${what}:${stage}`)]);
  const moved = (to: Status) => count(`moved:${to}`);
  const byPerson = (to: Status) => count(`person:${to}`);
  const automatically = (to: Status) => Math.max(0, moved(to) - byPerson(to));

  sink.counter(
    "cortex_school_improvements_total",
    "How often an improvement reached a status (label stage, as the founding dashboards call it)",
    STATUSES.map((status) => [{ stage: status }, moved(status)]),
  );
  sink.gauge(
    "cortex_school_improvements",
    "Improvements that stand in a status now",
    STATUSES.map((status) => [{ status }, counts[status]]),
  );
  const perStage = new Map<string, number>();
  for (const { by } of recent) perStage.set(by, (perStage.get(by) ?? 0) + 1);
  sink.gauge(
    "cortex_school_processing_rate",
    "Transitions per second a stage made in the last minute",
    STAGES.map((stage) => [{ stage }, (perStage.get(stage) ?? 0) / (RATE_WINDOW_MS / 1_000)]),
  );
  if (moved("approved") > 0) {
    const share = automatically("approved") / moved("approved");
    sink.gauge("cortex_school_auto_approval_rate", "Share of all approvals that the rule gave (0..1)", [[{}, share]]);
  }
  if (moved("implementation") > 0) {
    const share = moved("rolling_back") / moved("implementation");
    sink.gauge("cortex_school_rollback_rate", "Rollbacks begun per change committed", [[{}, share]]);
  }
  sink.counter(
    "cortex_moe_routing_total",
    "Improvements routed, by the expert chosen",
    EXPERTS.map((expert) => [{ expert }, count(`expert:${expert}`)]),
  );
  collectWork({ moved, byPerson, automatically }, counters, sink);
  await collectFailures(redis, keys, sink);
  sink.counter(
    "cortex_school_sources_total",
    "Sources read, by result",
    (["read", "nothing_found", "failed"] as const).map((result) => [{ result }, count(`source:${result}`)]),
  );
  sink.counter("cortex_school_stage_settled_total", "Events a stage settled", byStage("settled"));
  sink.counter("cortex_school_stage_retried_total", "Events a stage put off after an error", byStage("retried"));
  sink.counter("cortex_school_stage_leases_expired_total", "Leases whose worker died or hung", byStage("expired"));
  sink.counter("cortex_school_stage_dropped_total", "Stale events a claim dropped", byStage("dropped"));
  sink.counter("cortex_school_stage_dead_lettered_total", "Events that became dead letters", byStage("dead"));

  const load = (value: (stage: (typeof loads)[(typeof STAGES)[number]]) => number): Sample[] =>
    STAGES.map((stage) => [{ stage }, value(loads[stage])]);
  sink.gauge(
    "cortex_school_stage_waiting",
    "Events waiting in a stage's list",
    load((l) => l.waiting),
  );
  sink.gauge(
    "cortex_school_stage_in_flight",
    "Events leased to a worker",
    load((l) => l.inFlight),
  );
  sink.gauge(
    "cortex_school_stage_delayed",
    "Events due within two minutes",
    load((l) => l.delayed),
  );
  sink.gauge(
    "cortex_school_stage_dead",
    "Dead letters of a stage",
    load((l) => l.dead),
  );
  sink.gauge(
    "cortex_school_stage_oldest_age_seconds",
    "Age of the oldest waiting event; 0 when none waits",
    load((l) => (l.oldestAgeMs ?? 0) / 1_000),
  );
  sink.gauge("cortex_school_timers", "Events due later than two minutes from now", [[{}, timers.count]]);
  sink.gauge("cortex_school_breaker_open", "1 while the circuit breaker is open", [
    [{}, state.breaker === null ? 0 : 1],
  ]);
  sink.gauge(
    "cortex_school_flag_on",
    "Flags in force",
    [...flags.on].map((flag) => [{ flag }, 1]),
  );
  await collectLayers({ redis, keys, loads }, count, now, sink);
  await collectRedis(redis, sink);
  await collectUpgrade({ redis, keys }, count, now, sink);
  await collectAnomalies(school, sink);
  await collectKnowledge({ index }, count, now, sink);
  await collectModels(models, counters, sink);
  collectSources({ watches }, count, sink);
  await collectNotifications(school, counters, sink);
  await collectRouter(school, counters, now, sink);
  sink.gauge("cortex_school_commits_budget_used", "Commits made in the current hour and day", [
    [{ span: "hour" }, commits.hour],
    [{ span: "day" }, commits.day],
  ]);
}

function options(registry: Registry, name: string, help: string, samples: readonly Sample[]) {
  return { name, help, registers: [registry], labelNames: Object.keys(samples[0]?.[0] ?? {}) };
}

function fill(gauge: Gauge, samples: readonly Sample[]): void {
  for (const [labels, value] of samples) gauge.set(labels, value);
}
