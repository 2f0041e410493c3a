/** When somebody has to look: critical wakes a person, warning is for the working day. */

export interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: "critical" | "warning";
  readonly summary: string;
  readonly description: string;
  /** What to do, in commands. */
  readonly runbook: string;
}

/** Name of the Service the coordinator is scraped through, and so of its job. */
export const JOB = "cortex-coordinator";

/**
 * What `CortexLowRoutingSuccess` counts: improvements by whether a tier chose for them. That a tier could not be asked is no
 * improvement more, and has an alert of its own. On talks it has never seen the router leaves about a quarter to people by
 * design (test/eval), so less than a half, of at least twenty, is what means that something has changed.
 */
const routed = (status: string) => `sum by (job) (increase(cortex_activator_queries_total{status=~"${status}"}[6h]))`;
/** Shorter than its alert waits: one burst, as before the index is filled for the first time, never fires. */
const votes = (labels: string) => `sum by (job, tier) (increase(school_router_votes_total${labels}[15m]))`;

/** After `implement` something may be live that nobody watches any more. */
const AFTER_COMMIT = "implement|sync|verify|rollback";

export const alerts: readonly Alert[] = [
  {
    name: "CortexCoordinatorDown",
    expr: `up{job="${JOB}"} == 0 or absent(up{job="${JOB}"})`,
    for: "1m",
    severity: "critical",
    summary: "The coordinator cannot be scraped",
    description:
      "Timers, the reaper, the API and the dashboard stand still. Functions go on with what is on their lists, and nothing is lost.",
    runbook: `Look at its pod and its log (kubectl -n cortex-school logs deploy/${JOB} --previous); it refuses to start with one sentence that says why. Is Redis up? Nothing has to be repaired afterwards; school doctor says whether that is so.`,
  },
  {
    name: "CortexSlowColdStart",
    expr: "histogram_quantile(0.95, sum by (le, layer, stage) (increase(cortex_activator_cold_start_seconds_bucket[30m]))) > 30",
    for: "5m",
    severity: "warning",
    summary: "Functions of {{ $labels.stage }} take more than 30 s to start",
    description: "p95 from the start of the process to its first look at its list is {{ $value | humanizeDuration }}.",
    runbook:
      "Is the pod throttled (container_cpu_cfs_throttled_periods_total)? Is Redis slow to answer? Was NODE_COMPILE_CACHE lost from the image? A start of this size is almost always starved of CPU: raise its request.",
  },
  {
    name: "CortexLayerDoesNotStart",
    expr: "cortex_activator_pending_requests > 0 and on (job, stage) cortex_activator_layer_up == 0",
    for: "3m",
    severity: "critical",
    summary: "{{ $labels.stage }} has work, and nobody is there to do it",
    description: "{{ $value }} events wait for a function that has not started.",
    runbook:
      "kubectl -n cortex-school get scaledobject,pods: is it paused, is KEDA up, can its image be pulled, does the pod refuse its configuration (its log says which variable)?",
  },
  {
    name: "CortexLowRoutingSuccess",
    expr: `${routed("success")} / ${routed("success|failure")} < 0.5 and ${routed("success|failure")} >= 20`,
    for: "15m",
    severity: "warning",
    summary: "Less than half of the improvements find their expert",
    description:
      "Only {{ $value | humanizePercentage }} of the improvements of the last six hours were routed by a tier; a person has to choose for the others.",
    runbook:
      "school router shows each tier. Many abstentions after a training: school router step-back. Talks on things it was never taught: its labels are what people choose now, and school router retrain learns them. Without ROUTE_MODEL a person is the last tier.",
  },
  {
    name: "CortexRouterTierAway",
    expr: `${votes('{result="unknown"}')} / ${votes("")} > 0.1 and ${votes("")} >= 5`,
    for: "20m",
    severity: "warning",
    summary: "The router cannot ask {{ $labels.tier }}",
    description: "{{ $value | humanizePercentage }} of its votes were unknown: the tiers after it decide, or a person.",
    runbook:
      "school router shows the tier's votes, an improvement's page says why each was unknown. neighbours: is Qdrant up, the index filled (school index)? classifier: can its model be loaded? model: is its address reachable, its budget spent (school models)?",
  },
  {
    name: "CortexDeadLetters",
    expr: `cortex_school_stage_dead{stage!~"${AFTER_COMMIT}"} > 0`,
    for: "5m",
    severity: "warning",
    summary: "{{ $labels.stage }} has dead letters",
    description: "{{ $value }} events were given up. Nothing of them is lost.",
    runbook: "school dead-letters shows each with its reason; school redrive puts it back when the reason is gone.",
  },
  {
    name: "CortexDeadAfterCommit",
    expr: `cortex_school_stage_dead{stage=~"${AFTER_COMMIT}"} > 0`,
    for: "1m",
    severity: "critical",
    summary: "A change was given up after its commit, in {{ $labels.stage }}",
    description:
      "{{ $value }} improvements may be live without anybody watching them, and keep the lock of their Application.",
    runbook:
      "school dead-letters names the improvement and the reason. Look at its Application in Argo CD first; then school redrive to have it watched to the end, or revert the commit by hand and school unlock.",
  },
  {
    name: "CortexBreakerOpen",
    expr: "cortex_school_breaker_open == 1",
    for: "0m",
    severity: "warning",
    summary: "The circuit breaker is open",
    description: "Too many rollbacks within an hour; until it closes a person decides about every change.",
    runbook:
      "school breaker says which rollbacks opened it and until when. Is it one broken Application or the cluster? It closes by itself; an operator can do so earlier (school breaker --help).",
  },
  {
    name: "CortexRollbackBlocked",
    expr: 'cortex_school_improvements{status="rollback_blocked"} > 0',
    for: "0m",
    severity: "critical",
    summary: "{{ $value }} rollbacks are blocked",
    description:
      "Something that hurts is live and could not be taken back, or was taken back and the cluster is still not well.",
    runbook:
      "school list --status rollback_blocked, then school show ID: a conflict needs a revert by hand; an unwell cluster needs a look at what else changed. Decide it on its page afterwards: try again, or done.",
  },
  {
    name: "CortexQueueAge",
    expr: "cortex_school_stage_oldest_age_seconds > 600",
    for: "10m",
    severity: "warning",
    summary: "An event has waited {{ $value | humanizeDuration }} for {{ $labels.stage }}",
    description: "The stage is slower than what comes in, or stands still.",
    runbook:
      "Does it have workers (cortex_school_stage_workers) at its maximum? Raise maxReplicaCount of its ScaledObject; for evaluate and plan look at the limits of the model first. None: see CortexLayerDoesNotStart.",
  },
  {
    name: "CortexWorkersLost",
    expr: "sum by (job, stage) (increase(cortex_school_stage_leases_expired_total[15m])) > 3",
    for: "0m",
    severity: "warning",
    summary: "Workers of {{ $labels.stage }} die or hang",
    description: "{{ $value | humanize }} leases ran out within 15 minutes; the reaper gave their events to others.",
    runbook:
      "kubectl -n cortex-school get pods,events: OOMKilled (raise the memory limit), evicted, or killed while busy (is the lease a trigger of its ScaledObject?). An event that kills its worker becomes a dead letter after MAX_ATTEMPTS.",
  },
  {
    name: "CortexRedisNearlyFull",
    expr: "school_redis_memory_used_bytes / (school_redis_memory_max_bytes > 0) > 0.85",
    for: "10m",
    severity: "warning",
    summary: "Redis is {{ $value | humanizePercentage }} full",
    description: "When it is full new sources and improvements are refused; nothing is lost.",
    runbook: "Raise maxmemory (never an eviction policy), or find what grows: redis-cli --bigkeys.",
  },
  {
    name: "CortexNoProgress",
    expr: "sum by (job) (cortex_school_stage_waiting + cortex_school_stage_in_flight) > 0 and sum by (job) (increase(cortex_school_stage_settled_total[20m])) == 0",
    for: "10m",
    severity: "critical",
    summary: "Work waits, and nothing was finished for 20 minutes",
    description: "{{ $value }} events are waiting or leased in all stages together.",
    runbook:
      "school status shows where they stand. Is KEDA up (kubectl -n keda get pods)? Does Redis refuse writes (its log; school doctor)? Do the functions' logs say why they wait?",
  },
  {
    name: "CortexPushFailures",
    expr: 'sum by (job) (increase(cortex_worker_git_push_failures_total{reason="error"}[30m])) > 3',
    for: "0m",
    severity: "warning",
    summary: "Changes cannot be pushed",
    description: "{{ $value | humanize }} pushes failed within 30 minutes; approved changes wait.",
    runbook: "The log of implement names the error: an expired token, a protected branch, a forge that is down.",
  },
];
