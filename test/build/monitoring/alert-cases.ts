/** For every alert one school in which it fires and one, as like it as may be, in which it does not. */

export interface AlertCase {
  readonly alert: string;
  /** `flaps`: what it looks at comes and goes; `missing`: some of it is not there. */
  readonly also?: "flaps" | "missing";
  /** Series of Prometheus' unit tests, a value a minute. */
  readonly series: Readonly<Record<string, string>>;
  /** When it is looked at. */
  readonly at: string;
  /** Labels of what fires, beside severity; none: nothing does. */
  readonly fires: readonly Readonly<Record<string, string>>[];
}

const COORDINATOR = { job: "cortex-coordinator" };
const own = (metric: string, labels = "") => `${metric}{job="cortex-coordinator"${labels === "" ? "" : `,${labels}`}}`;
const cold = (le: string) =>
  own("cortex_activator_cold_start_seconds_bucket", `layer="reasoning",stage="plan",le="${le}"`);
const asked = (status: string) =>
  own("cortex_activator_queries_total", `layer="reasoning",route_type="keywords",status="${status}"`);
const vote = (result: string) => own("school_router_votes_total", `tier="neighbours",result="${result}"`);
const plan = { ...COORDINATOR, stage: "plan" };
const stage = (metric: string, name = "plan") => own(metric, `stage="${name}"`);
const layer = (metric: string) => own(metric, 'layer="reasoning",stage="plan"');

export const alertCases: readonly AlertCase[] = [
  { alert: "CortexCoordinatorDown", series: { [own("up")]: "1 1 0 0 0 0" }, at: "4m", fires: [COORDINATOR] },
  // Nobody scrapes it any more: there is no series that could be 0.
  { alert: "CortexCoordinatorDown", series: { 'up{job="other"}': "1x10" }, at: "4m", fires: [COORDINATOR] },
  { alert: "CortexCoordinatorDown", series: { [own("up")]: "1x10" }, at: "4m", fires: [] },
  {
    alert: "CortexSlowColdStart",
    series: { [cold("30")]: "0x60", [cold("60")]: "0+1x60", [cold("+Inf")]: "0+1x60" },
    at: "40m",
    fires: [{ layer: "reasoning", stage: "plan" }],
  },
  {
    alert: "CortexSlowColdStart",
    series: { [cold("1")]: "0+1x60", [cold("30")]: "0+1x60", [cold("+Inf")]: "0+1x60" },
    at: "40m",
    fires: [],
  },
  // Nothing started at all: a quantile of nothing is no number.
  { alert: "CortexSlowColdStart", series: { [cold("30")]: "5x60", [cold("+Inf")]: "5x60" }, at: "40m", fires: [] },
  {
    alert: "CortexLayerDoesNotStart",
    series: {
      [layer("cortex_activator_pending_requests")]: "2x20",
      [layer("cortex_activator_layer_up")]: "0x20",
    },
    at: "10m",
    fires: [{ ...plan, layer: "reasoning" }],
  },
  {
    alert: "CortexLayerDoesNotStart",
    series: {
      [layer("cortex_activator_pending_requests")]: "2x20",
      [layer("cortex_activator_layer_up")]: "0 0 1x20",
    },
    at: "10m",
    fires: [],
  },
  {
    alert: "CortexLowRoutingSuccess",
    series: { [asked("success")]: "0+1x60", [asked("failure")]: "0+2x60" },
    at: "55m",
    fires: [COORDINATOR],
  },
  // People choose for a third: that is how it is meant to be.
  {
    alert: "CortexLowRoutingSuccess",
    series: { [asked("success")]: "0+2x60", [asked("failure")]: "0+1x60" },
    at: "55m",
    fires: [],
  },
  // What could not be asked is another alert's.
  {
    alert: "CortexLowRoutingSuccess",
    series: { [asked("success")]: "0+1x60", [asked("failure")]: "0x60", [asked("unknown")]: "0+9x60" },
    at: "55m",
    fires: [],
  },
  // Two of three: too few to say anything.
  {
    alert: "CortexLowRoutingSuccess",
    series: { [asked("success")]: "0x44 1x20", [asked("failure")]: "0x44 2x20" },
    at: "62m",
    fires: [],
  },
  {
    alert: "CortexRouterTierAway",
    series: { [vote("unknown")]: "0+1x60", [vote("decided")]: "0+1x60" },
    at: "45m",
    fires: [{ ...COORDINATOR, tier: "neighbours" }],
  },
  {
    alert: "CortexRouterTierAway",
    series: { [vote("unknown")]: "0x60", [vote("abstained")]: "0+1x60" },
    at: "45m",
    fires: [],
  },
  { alert: "CortexDeadLetters", series: { [stage("cortex_school_stage_dead")]: "0 1x20" }, at: "10m", fires: [plan] },
  { alert: "CortexDeadLetters", series: { [stage("cortex_school_stage_dead", "sync")]: "1x20" }, at: "10m", fires: [] },
  {
    alert: "CortexDeadAfterCommit",
    series: { [stage("cortex_school_stage_dead", "sync")]: "0 1x20" },
    at: "5m",
    fires: [{ ...COORDINATOR, stage: "sync" }],
  },
  { alert: "CortexDeadAfterCommit", series: { [stage("cortex_school_stage_dead")]: "1x20" }, at: "5m", fires: [] },
  {
    alert: "CortexBreakerOpen",
    series: { [own("cortex_school_breaker_open")]: "0 1" },
    at: "1m",
    fires: [COORDINATOR],
  },
  { alert: "CortexBreakerOpen", series: { [own("cortex_school_breaker_open")]: "1 0" }, at: "1m", fires: [] },
  {
    alert: "CortexRollbackBlocked",
    series: { [own("cortex_school_improvements", 'status="rollback_blocked"')]: "0 1" },
    at: "1m",
    fires: [{ ...COORDINATOR, status: "rollback_blocked" }],
  },
  {
    alert: "CortexRollbackBlocked",
    series: { [own("cortex_school_improvements", 'status="failed"')]: "7 7" },
    at: "1m",
    fires: [],
  },
  {
    alert: "CortexQueueAge",
    series: { [stage("cortex_school_stage_oldest_age_seconds")]: "0+60x40" },
    at: "30m",
    fires: [plan],
  },
  {
    alert: "CortexQueueAge",
    series: { [stage("cortex_school_stage_oldest_age_seconds")]: "590x40" },
    at: "30m",
    fires: [],
  },
  {
    alert: "CortexWorkersLost",
    series: { [stage("cortex_school_stage_leases_expired_total")]: "0+1x30" },
    at: "20m",
    fires: [plan],
  },
  {
    alert: "CortexWorkersLost",
    series: { [stage("cortex_school_stage_leases_expired_total")]: "0x10 1x20" },
    at: "20m",
    fires: [],
  },
  {
    alert: "CortexRedisNearlyFull",
    series: { [own("school_redis_memory_used_bytes")]: "90x20", [own("school_redis_memory_max_bytes")]: "100x20" },
    at: "15m",
    fires: [COORDINATOR],
  },
  // Without a limit it cannot be full.
  {
    alert: "CortexRedisNearlyFull",
    series: { [own("school_redis_memory_used_bytes")]: "90x20", [own("school_redis_memory_max_bytes")]: "0x20" },
    at: "15m",
    fires: [],
  },
  {
    alert: "CortexNoProgress",
    series: {
      [stage("cortex_school_stage_waiting")]: "3x60",
      [stage("cortex_school_stage_in_flight")]: "0x60",
      [stage("cortex_school_stage_settled_total")]: "9x60",
    },
    at: "40m",
    fires: [COORDINATOR],
  },
  {
    alert: "CortexNoProgress",
    series: {
      [stage("cortex_school_stage_waiting")]: "3x60",
      [stage("cortex_school_stage_in_flight")]: "0x60",
      [stage("cortex_school_stage_settled_total")]: "9x30 10x30",
    },
    at: "40m",
    fires: [],
  },
  {
    alert: "CortexPushFailures",
    series: { [own("cortex_worker_git_push_failures_total", 'reason="error"')]: "0+1x60" },
    at: "40m",
    fires: [COORDINATOR],
  },
  // Another push was first: it is tried again at once.
  {
    alert: "CortexPushFailures",
    series: { [own("cortex_worker_git_push_failures_total", 'reason="moved"')]: "0+1x60" },
    at: "40m",
    fires: [],
  },
  // One bad scrape among good ones: whoever reads mail about each would soon read none.
  { alert: "CortexCoordinatorDown", also: "flaps", series: { [own("up")]: flapping("1", "0") }, at: "9m", fires: [] },
  // A start that was slow, long enough ago.
  {
    alert: "CortexSlowColdStart",
    also: "flaps",
    series: { [cold("30")]: "0x60", [cold("60")]: "0x4 1x60", [cold("+Inf")]: "0x4 1x60" },
    at: "50m",
    fires: [],
  },
  {
    alert: "CortexLayerDoesNotStart",
    also: "flaps",
    series: {
      [layer("cortex_activator_pending_requests")]: "2x20",
      [layer("cortex_activator_layer_up")]: flapping("0", "1"),
    },
    at: "15m",
    fires: [],
  },
  // Nobody says whether it is up: the coordinator's own alert is for that.
  {
    alert: "CortexLayerDoesNotStart",
    also: "missing",
    series: { [layer("cortex_activator_pending_requests")]: "2x20" },
    at: "15m",
    fires: [],
  },
  // The index of a new school is being filled: a burst, once.
  {
    alert: "CortexRouterTierAway",
    also: "flaps",
    series: { [vote("unknown")]: "0 3 6 8x57", [vote("decided")]: "0+1x60" },
    at: "22m",
    fires: [],
  },
  {
    alert: "CortexDeadLetters",
    also: "flaps",
    series: { [stage("cortex_school_stage_dead")]: flapping("0", "1") },
    at: "15m",
    fires: [],
  },
  {
    alert: "CortexQueueAge",
    also: "flaps",
    series: { [stage("cortex_school_stage_oldest_age_seconds")]: "0+200x4 0+200x4 0+200x4 0+200x4 0+200x4 0+200x4" },
    at: "28m",
    fires: [],
  },
  {
    alert: "CortexRedisNearlyFull",
    also: "flaps",
    series: {
      [own("school_redis_memory_used_bytes")]: flapping("90", "70"),
      [own("school_redis_memory_max_bytes")]: "100x20",
    },
    at: "15m",
    fires: [],
  },
  // A Redis that does not say what its limit is.
  {
    alert: "CortexRedisNearlyFull",
    also: "missing",
    series: { [own("school_redis_memory_used_bytes")]: "90x20" },
    at: "15m",
    fires: [],
  },
  // Slow, but it goes on.
  {
    alert: "CortexNoProgress",
    also: "flaps",
    series: {
      [stage("cortex_school_stage_waiting")]: "3x90",
      [stage("cortex_school_stage_in_flight")]: flapping("0", "1", 45),
      [stage("cortex_school_stage_settled_total")]: "0x18 1x18 2x18 3x18 4x18",
    },
    at: "80m",
    fires: [],
  },
  // Two scrapes were lost: what waits waits on.
  {
    alert: "CortexQueueAge",
    also: "missing",
    series: { [stage("cortex_school_stage_oldest_age_seconds")]: "700x18 _x2 1900x10" },
    at: "25m",
    fires: [plan],
  },
];

/** The two in turn, a minute each. */
function flapping(one: string, other: string, times = 10): string {
  return Array.from({ length: times }, () => `${one} ${other}`).join(" ");
}
