/** For every alert one school in which it fires and one, as like it as may be, in which it does not. */

export interface AlertCase {
  readonly alert: string;
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
    series: { [asked("success")]: "0+1x60", [asked("failure")]: "0+1x60" },
    at: "45m",
    fires: [COORDINATOR],
  },
  // One of two: too few to say anything.
  {
    alert: "CortexLowRoutingSuccess",
    series: { [asked("success")]: "0x44 1x20", [asked("failure")]: "0x44 1x20" },
    at: "55m",
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
];
