/**
 * Every PromQL query the school sends, and their parser, so that a test server can recognise exactly these.
 *
 * Assumed metrics (the usual names of HTTP instrumentation): the counter
 * `http_requests_total{namespace, <workload label>, <status label>}` and the histogram
 * `http_request_duration_seconds_bucket{namespace, <workload label>, le}`.
 */

export interface MetricNames {
  /** Label that carries the workload's name (METRICS_WORKLOAD_LABEL). */
  readonly workloadLabel: string;
  /** Label that carries the HTTP status (METRICS_STATUS_LABEL). */
  readonly statusLabel: string;
  /** Range of `rate()`, a PromQL duration of at least four scrape intervals (METRICS_RATE_WINDOW). */
  readonly window: string;
}

export const defaultMetricNames: MetricNames = { workloadLabel: "service", statusLabel: "status", window: "2m" };

/** One workload's requests. */
export interface MetricTarget {
  readonly namespace: string;
  readonly workload: string;
}

/** Number of request series of the workload; no sample when it was never instrumented. */
export function seriesQuery(target: MetricTarget, names: MetricNames): string {
  return `count(${requests(target, names)})`;
}

/**
 * Share of requests answered with 5xx, 0..1. NaN without traffic, no sample without series. `or vector(0)` because a
 * workload that never failed has no 5xx series at all, and a missing numerator would hide its traffic.
 */
export function errorRatioQuery(target: MetricTarget, names: MetricNames): string {
  const failed = rateOf(requests(target, names, true), names);
  return `(sum(${failed}) or vector(0)) / sum(${rateOf(requests(target, names), names)})`;
}

/** 95th percentile of the request duration in seconds. NaN without traffic, no sample without series. */
export function p95Query({ namespace, workload }: MetricTarget, names: MetricNames): string {
  const buckets = `http_request_duration_seconds_bucket{namespace=${quote(namespace)},${names.workloadLabel}=${quote(workload)}}`;
  return `histogram_quantile(0.95, sum by (le) (${rateOf(buckets, names)}))`;
}

/** Share of 5xx of every workload in a namespace, one sample each, labelled with the workload label. */
export function namespaceErrorRatioQuery(namespace: string, names: MetricNames): string {
  const by = `sum by (${names.workloadLabel})`;
  const all = `${by} (${rateOf(`http_requests_total{namespace=${quote(namespace)}}`, names)})`;
  const matcher = `http_requests_total{namespace=${quote(namespace)},${names.statusLabel}=~"5.."}`;
  return `(${by} (${rateOf(matcher, names)}) or ${all} * 0) / ${all}`;
}

/** Whether the pods behind a Service answer when Prometheus asks them for metrics: 1 or 0, one sample each. */
export function targetsQuery({ namespace, service }: { readonly namespace: string; readonly service: string }): string {
  return `up{namespace=${quote(namespace)},service=${quote(service)}}`;
}

/** Which of these metrics there is any series of: one sample each, labelled `__name__`. */
export function metricsQuery(metrics: readonly string[]): string {
  return `count by (__name__) ({__name__=~${quote(metrics.join("|"))}})`;
}

export type KnownQuery =
  | { readonly kind: "metrics"; readonly metrics: readonly string[] }
  | { readonly kind: "targets"; readonly namespace: string; readonly service: string }
  | { readonly kind: "series" | "error-ratio" | "p95"; readonly namespace: string; readonly workload: string }
  | { readonly kind: "namespace-error-ratio"; readonly namespace: string };

/**
 * The inverse of the builders above: which of them made this text, and for what. Undefined for any other query. It
 * rebuilds the query from what it found, so only an exact match counts.
 */
export function parseQuery(promql: string, names: MetricNames): KnownQuery | undefined {
  const listed = /^count by \(__name__\) \(\{__name__=~"([\w:|]+)"\}\)$/.exec(promql)?.[1];
  if (listed !== undefined) return { kind: "metrics", metrics: listed.split("|") };
  const namespace = matcherValue(promql, "namespace");
  if (namespace === undefined) return undefined;
  if (promql === namespaceErrorRatioQuery(namespace, names)) return { kind: "namespace-error-ratio", namespace };
  const service = matcherValue(promql, "service");
  if (service !== undefined && promql === targetsQuery({ namespace, service }))
    return { kind: "targets", namespace, service };
  const workload = matcherValue(promql, names.workloadLabel);
  if (workload === undefined) return undefined;
  const target = { namespace, workload };
  if (promql === seriesQuery(target, names)) return { kind: "series", ...target };
  if (promql === errorRatioQuery(target, names)) return { kind: "error-ratio", ...target };
  if (promql === p95Query(target, names)) return { kind: "p95", ...target };
  return undefined;
}

function requests({ namespace, workload }: MetricTarget, names: MetricNames, failedOnly = false): string {
  const failed = failedOnly ? `,${names.statusLabel}=~"5.."` : "";
  return `http_requests_total{namespace=${quote(namespace)},${names.workloadLabel}=${quote(workload)}${failed}}`;
}

function rateOf(selector: string, { window }: MetricNames): string {
  return `rate(${selector}[${window}])`;
}

/** A PromQL string literal; its escapes are Go's, of which JSON's are a subset for these characters. */
function quote(value: string): string {
  return JSON.stringify(value);
}

function matcherValue(promql: string, label: string): string | undefined {
  const start = promql.search(new RegExp(`[{,]${label}="`));
  if (start < 0) return undefined;
  const literal = /^"(?:[^"\\]|\\.)*"/.exec(promql.slice(start + label.length + 2))?.[0];
  return literal === undefined ? undefined : (JSON.parse(literal) as string);
}
