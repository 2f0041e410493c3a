/**
 * What is measured of the router: the founding platform's names where it had some, and whether it chooses well. Counters come
 * from decisions as they were made; what is known of a choice only later is a gauge.
 */
import { EXPERTS } from "../../shared/domain/improvement.ts";
import { reportRows } from "../../shared/pipeline/router-rows.ts";
import { complexityScores, type Histogram, tierTimes } from "../../shared/routing/report/buckets.ts";
import { meanConfidence, SERVED_BY, servedBy, trafficOf } from "../../shared/routing/report/tiers.ts";
import { ARMS, TIERS } from "../../shared/routing-ports.ts";
import type { Sink } from "./metrics.ts";
import { lookups, ratio, startingWith } from "./router-report.ts";
import { statisticsOf } from "./router-statistics.ts";
import type { School } from "./school.ts";

type Sampled = Parameters<Sink["gauge"]>[2];

type Needed = Pick<School, "redis" | "keys" | "router" | "settings">;

/** `now`: milliseconds since the epoch. */
export async function collectRouter(
  school: Needed,
  counters: ReadonlyMap<string, number>,
  now: number,
  to: Sink,
): Promise<void> {
  const sink = leavingOut(to);
  const count = (field: string) => counters.get(field) ?? 0;
  collectActivator(count, counters, sink);
  collectTiers(count, sink);
  const { router, settings } = school;
  const [{ current }, override, training, rows] = await Promise.all([
    router.shelf("router"),
    router.rollout(),
    router.sinceTraining(),
    reportRows(school.redis, school.keys),
  ]);
  const traffic = trafficOf(count);
  const all = traffic.rules + traffic.learned;
  sink.gauge(
    "school_router_arm_share",
    "Share of improvements each arm has served",
    all === 0 ? [] : ARMS.map((arm) => [{ arm }, traffic[arm] / all]),
  );
  sink.gauge("school_router_rollout_share", "Share of improvements the learned arm is to serve", [
    [{}, override?.share ?? settings.AB_TEST_PERCENTAGE],
  ]);
  sink.gauge("school_router_mean_confidence", "Mean confidence of what tiers decided", known(meanConfidence(count)));
  sink.gauge(
    "school_router_rag_hit_rate",
    "Share of similarity lookups that found something near, of those that could be made",
    known(lookups(count).hitRate),
  );
  const { accuracy, calibration, labels } = statisticsOf(rows, "said");
  sink.gauge(
    "school_router_accuracy",
    "Share of improvements whose expert was the right one, of those somebody judged, by the arm that served",
    (["rules", "learned", "all"] as const).flatMap(
      (arm): Sampled => (accuracy[arm].share === null ? [] : [[{ arm }, accuracy[arm].share]]),
    ),
  );
  sink.gauge(
    "school_router_labelled",
    "Improvements on record whose right expert is known, by who said so",
    Object.entries(labels.by).map(([by, number]) => [{ by }, number]),
  );
  sink.gauge("school_router_calibration_error", "Expected calibration error of the confidence", known(calibration.ece));
  sink.gauge("school_router_brier_score", "Mean squared distance of confidence and truth", known(calibration.brier));
  sink.gauge("school_router_new_labels", "Labels since the last training", [[{}, training.labels]]);
  sink.gauge(
    "school_router_model_age_seconds",
    "Since the model that serves was trained; absent while the one that comes with the school does",
    current === undefined ? [] : [[{ version: current.version }, Math.max(0, (now - Date.parse(current.at)) / 1_000)]],
  );
}

/** The founding platform's names. Its `route_type` is the tier; all of routing is in the layer `reasoning`. */
function collectActivator(count: (field: string) => number, counters: ReadonlyMap<string, number>, sink: Sink): void {
  sink.counter(
    "cortex_activator_queries_total",
    "Questions to the router by tier: success, it chose an expert; failure, nobody could; unknown, it could not be asked",
    SERVED_BY.flatMap((tier): Sampled => {
      const success = EXPERTS.reduce((sum, expert) => sum + servedTo(count, tier, expert), 0);
      const statuses = {
        success,
        failure: servedTo(count, tier, "none"),
        unknown: count(`route_vote:${tier}:unknown`),
      };
      return Object.entries(statuses).map(([status, value]) => [
        { route_type: tier, layer: "reasoning", status },
        value,
      ]);
    }),
  );
  const { hit, miss, error } = lookups(count);
  sink.counter(
    "cortex_activator_similarity_lookups_total",
    "Lookups of past improvements like the one that is routed",
    Object.entries({ hit, miss, error }).map(([result, value]) => [{ result }, value]),
  );
  sink.histogram("cortex_activator_similarity_latency_seconds", "Time such a lookup takes", [
    [{}, inSeconds(tierTimes(count, "neighbours"))],
  ]);
  sink.counter(
    "cortex_activator_routing_stored_total",
    "Routed improvements that were remembered, by who chose",
    [...SERVED_BY, "unknown"].map((tier) => [{ route_type: tier }, count(`routing_stored:${tier}`)]),
  );
  sink.counter(
    "cortex_activator_outcomes_stored_total",
    "Outcomes that were remembered",
    (["true", "false"] as const).map((success) => [{ success }, count(`routing_outcome:${success}`)]),
  );
  sink.counter(
    "cortex_activator_mode_decisions_total",
    "Improvements by whether there was a model to ask, and how complex they are",
    ["model", "no-model"].flatMap((mode) =>
      ["simple", "complex"].map(
        (complexity) => [{ mode, complexity }, count(`route_mode:${mode}:${complexity}`)] as const,
      ),
    ),
  );
  sink.histogram("cortex_activator_complexity_score", "Complexity of routed improvements, 0 to 100", [
    [{}, complexityScores(count)],
  ]);
  sink.counter(
    "cortex_activator_escalations_total",
    "Improvements no cheap tier could route, by what followed",
    Object.entries(startingWith(counters, "route_escalated:")).map(([reason, value]) => [{ reason }, value]),
  );
}

function collectTiers(count: (field: string) => number, sink: Sink): void {
  sink.counter(
    "school_router_votes_total",
    "What tiers of the router said",
    TIERS.flatMap((tier) =>
      ["decided", "abstained", "unknown"].map(
        (result) => [{ tier, result }, count(`route_vote:${tier}:${result}`)] as const,
      ),
    ),
  );
  sink.counter(
    "school_router_served_total",
    "Improvements by the tier that decided and the arm that served; `person`: nobody could",
    SERVED_BY.flatMap((tier) => ARMS.map((arm) => [{ tier, arm }, servedBy(count, tier, [arm])] as const)),
  );
  sink.histogram(
    "school_router_latency_seconds",
    "Time a tier takes to vote",
    TIERS.map((tier) => [{ tier }, inSeconds(tierTimes(count, tier))]),
  );
  sink.gauge(
    "school_router_tier_confidence",
    "Mean confidence of what a tier decided",
    TIERS.flatMap((tier): Sampled => {
      const value = ratio(count(`route_confidence_sum:${tier}`) / 1_000, servedBy(count, tier));
      return value === null ? [] : [[{ tier }, value]];
    }),
  );
}

function servedTo(count: (field: string) => number, tier: string, expert: string): number {
  return ARMS.reduce((sum, arm) => sum + count(`route_served:${tier}:${expert}:${arm}`), 0);
}

function inSeconds({ bounds, sum, ...rest }: Histogram): Histogram {
  return { ...rest, bounds: bounds.map((bound) => bound / 1_000), sum: sum / 1_000 };
}

/** prom-client states 0 for what has labels and no samples; here that is left out. */
function leavingOut(sink: Sink): Sink {
  return {
    ...sink,
    gauge: (name, help, samples) => (samples.length === 0 ? undefined : sink.gauge(name, help, samples)),
    counter: (name, help, samples) => (samples.length === 0 ? undefined : sink.counter(name, help, samples)),
  };
}

/** A figure that cannot be stated is left out. */
function known(value: number | null): Sampled {
  return value === null ? [] : [[{}, value]];
}
