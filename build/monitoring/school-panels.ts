/** What the dashboard shows: the eight panels the platform asked for, and those an operator looks at when something is wrong. */
import type { Panel, Query, Step } from "./panels.ts";

/** One school among several that a Prometheus may scrape. */
function of(metric: string, labels = ""): string {
  return `${metric}{job=~"$job"${labels === "" ? "" : `, ${labels}`}}`;
}
const query = (expr: string, legend: string): Query => ({ expr, legend });
const LOW_IS_BAD: readonly Step[] = [
  { value: null, color: "red" },
  { value: 0.5, color: "yellow" },
  { value: 0.8, color: "green" },
];
const HIGH_IS_BAD: readonly Step[] = [
  { value: null, color: "green" },
  { value: 0.1, color: "yellow" },
  { value: 0.3, color: "red" },
];
const ANY_IS_BAD: readonly Step[] = [
  { value: null, color: "green" },
  { value: 1, color: "red" },
];

/**
 * A quantile of what was counted in the last `window`; of everything that was ever counted where nothing was, so that what
 * is rare has a number, too. A quantile of nothing is no number, and is left out.
 */
function p95(metric: string, by: string, window: string): string {
  const of95 = (buckets: string) => `(histogram_quantile(0.95, sum by (${by}) (${buckets})) >= 0)`;
  return `${of95(`increase(${of(metric)}[${window}])`)} or ${of95(of(metric))}`;
}

/** Statuses an improvement goes through when all is well, in this order. */
const FUNNEL = [
  ["raw", "proposed"],
  ["routed", "routed"],
  ["categorized", "evaluated"],
  ["validated", "validated"],
  ["planned", "planned"],
  ["approved", "approved"],
  ["implementation", "committed"],
  ["deployed", "deployed"],
  ["verified", "verified"],
] as const;

/** The founding platform's, in its order. */
export const overview: readonly Panel[] = [
  {
    type: "bargauge",
    title: "Improvements Pipeline",
    description: "How many improvements ever reached each status: where the bars get short is where they drop out.",
    width: 10,
    height: 9,
    queries: FUNNEL.map(([status, name]) =>
      query(`max(${of("cortex_school_improvements_total", `stage="${status}"`)})`, name),
    ),
  },
  {
    type: "gauge",
    title: "Auto-Approval Rate",
    description: "Share of all approvals that the rule gave. No data until something was approved.",
    width: 4,
    height: 9,
    unit: "percentunit",
    max: 1,
    // Neither much nor little of it is bad in itself.
    steps: [{ value: null, color: "blue" }],
    queries: [query(`avg(${of("cortex_school_auto_approval_rate")})`, "automatic")],
  },
  {
    type: "gauge",
    title: "Implementation Success Rate",
    description: "Share of finished deployments that stayed. No data until one has come to its end.",
    width: 5,
    height: 9,
    unit: "percentunit",
    max: 1,
    steps: LOW_IS_BAD,
    queries: [query(`avg(${of("cortex_school_implementation_success_rate")})`, "verified")],
  },
  {
    type: "gauge",
    title: "Rollback Rate",
    description: "Rollbacks begun per change committed. No data until something was committed.",
    width: 5,
    height: 9,
    unit: "percentunit",
    max: 1,
    steps: HIGH_IS_BAD,
    queries: [query(`avg(${of("cortex_school_rollback_rate")})`, "taken back")],
  },
  {
    type: "timeseries",
    title: "Processing Rate by Stage",
    description: "Events each stage settled per second.",
    width: 12,
    height: 8,
    unit: "ops",
    queries: [
      query(`sum by (stage) (rate(${of("cortex_school_stage_settled_total")}[$__rate_interval]))`, "{{stage}}"),
    ],
  },
  {
    type: "heatmap",
    title: "Expert Utilization",
    description: "Improvements routed to each expert over time.",
    width: 12,
    height: 8,
    queries: [query(`sum by (expert) (increase(${of("cortex_moe_routing_total")}[$__rate_interval]))`, "{{expert}}")],
  },
  {
    type: "piechart",
    title: "RAG Conflict Types",
    description: "What validate found in conflict with the platform, by kind.",
    width: 8,
    height: 8,
    queries: [query(`sum by (type) (${of("cortex_rag_conflicts_total")})`, "{{type}}")],
  },
  {
    type: "table",
    title: "Recent Failures",
    description: "The last improvements that failed, died, or whose rollback is blocked. Empty is good.",
    width: 16,
    height: 8,
    columns: { improvement: "Improvement", status: "Status" },
    valueIsTime: true,
    queries: [
      query(`max by (improvement, status) (${of("cortex_school_recent_failure_timestamp_seconds")}) * 1000`, "failed"),
    ],
  },
];

export const operating: readonly Panel[] = [
  {
    type: "stat",
    title: "Circuit Breaker",
    description: "1 while too many rollbacks within an hour keep everything from being approved automatically.",
    width: 4,
    height: 5,
    steps: ANY_IS_BAD,
    queries: [query(`max(${of("cortex_school_breaker_open")})`, "open")],
  },
  {
    type: "stat",
    title: "Dead Letters",
    description: "Events nobody works on any more until somebody looks at them.",
    width: 4,
    height: 5,
    steps: ANY_IS_BAD,
    queries: [query(`sum(max by (stage) (${of("cortex_school_stage_dead")}))`, "dead letters")],
  },
  {
    type: "stat",
    title: "Waiting for a Person",
    description: "Improvements in review, held, in conflict, or with a rollback that is blocked.",
    width: 4,
    height: 5,
    steps: [{ value: null, color: "blue" }],
    queries: [
      query(
        `sum by (status) (${of("cortex_school_improvements", 'status=~"pending_review|held|conflicts|rollback_blocked"')})`,
        "{{status}}",
      ),
    ],
  },
  {
    type: "timeseries",
    title: "Oldest Waiting Event",
    description: "How long the oldest event of each stage has been waiting.",
    width: 12,
    height: 5,
    unit: "s",
    queries: [query(`max by (stage) (${of("cortex_school_stage_oldest_age_seconds")})`, "{{stage}}")],
  },
  {
    type: "timeseries",
    title: "Cold Starts",
    description: "Processes that started while none of their function was alive.",
    width: 8,
    height: 7,
    queries: [
      query(`sum by (stage) (increase(${of("cortex_activator_cold_starts_total")}[$__rate_interval]))`, "{{stage}}"),
    ],
  },
  {
    type: "timeseries",
    title: "Cold Start Time (p95)",
    description: "From the start of a process to its first look at its list, over the last six hours, or ever.",
    width: 8,
    height: 7,
    unit: "s",
    queries: [query(p95("cortex_activator_cold_start_seconds_bucket", "le, layer", "6h"), "{{layer}}")],
  },
  {
    type: "timeseries",
    title: "Workers",
    description: "Processes of each function that are alive; nothing runs where nothing is to be done.",
    width: 8,
    height: 7,
    queries: [query(`max by (stage) (${of("cortex_school_stage_workers")})`, "{{stage}}")],
  },
  {
    type: "timeseries",
    title: "Pending by Stage",
    description: "What KEDA scales by: events that wait, are worked on, or fall due within two minutes.",
    width: 8,
    height: 7,
    queries: [query(`max by (stage) (${of("cortex_activator_pending_requests")})`, "{{stage}}")],
  },
  {
    type: "timeseries",
    title: "Retries and Lost Workers",
    description: "Events put off after an error, and leases whose worker died or hung.",
    width: 8,
    height: 7,
    queries: [
      query(`sum(max by (stage) (increase(${of("cortex_school_stage_retried_total")}[$__rate_interval])))`, "retried"),
      query(
        `sum(max by (stage) (increase(${of("cortex_school_stage_leases_expired_total")}[$__rate_interval])))`,
        "lease expired",
      ),
    ],
  },
  {
    type: "timeseries",
    title: "Spent on Models Today",
    description: "US dollars spent or reserved since midnight UTC, by who pays.",
    width: 8,
    height: 7,
    unit: "currencyUSD",
    queries: [query(`max by (payer) (${of("school_model_spent_dollars")})`, "{{payer}}")],
  },
  {
    type: "timeseries",
    title: "Rollback Time (p95)",
    description: "From the decision to take back until it was done or blocked, over the last day, or ever.",
    width: 8,
    height: 7,
    unit: "s",
    queries: [query(p95("cortex_rollback_duration_seconds_bucket", "le", "24h"), "p95")],
  },
  {
    type: "piechart",
    title: "Why Things Were Taken Back",
    description: "Rollbacks by the check that failed or whoever asked for them.",
    width: 8,
    height: 7,
    queries: [query(`sum by (reason) (${of("cortex_rollbacks_total")})`, "{{reason}}")],
  },
  {
    type: "timeseries",
    title: "Redis Memory",
    description: "When it is full nothing new is accepted; what is done can still be put down.",
    width: 8,
    height: 7,
    unit: "bytes",
    queries: [
      query(`max(${of("school_redis_memory_used_bytes")})`, "used"),
      query(`max(${of("school_redis_memory_max_bytes")})`, "limit (0: none)"),
    ],
  },
];
