/**
 * Alerts on what callers feel. How a platform names its request metrics nobody can guess, so they are read from the rules
 * and monitors it has; where there are none, the answer is that.
 */
import {
  alertRulesOf,
  exprOf,
  isPrometheusRule,
  MONITORING_GROUP,
  metricsIn,
  rulesIn,
} from "../../../repository/alert-rules.ts";
import { oncePer } from "../../../repository/lookup.ts";
import type { Platform, Resource } from "../../../repository/platform.ts";
import { at, listAt } from "../../../repository/values.ts";
import type { Place, Signal } from "./signal.ts";

interface RequestMetric {
  readonly metric: string;
  /** Label and matcher of failed requests: `status=~"5.."`. */
  readonly failed: string;
}

/** Every expression of the repository, of alerts and of recording rules. */
const expressions = oncePer((platform) =>
  platform.resources
    .filter((one) => isPrometheusRule(one) && one.application !== undefined)
    .flatMap(rulesIn)
    .flatMap((rule) => exprOf(rule) ?? []),
);

/** Counters some rule of the repository divides into failed and all. */
export const requestMetrics = oncePer((platform): readonly RequestMetric[] =>
  expressions(platform).flatMap((expr) =>
    metricsIn(expr).flatMap(({ metric, matchers }) => {
      const failed = matchers.find(
        ({ label, operator, value }) =>
          /^(?:status|code|status_code|http_status|http_status_code|http_response_status_code|response_code)$/.test(
            label,
          ) &&
          (operator === "=~" || operator === "=") &&
          /^\^?\(?5/.test(value) &&
          /^[-\w.|^$[\]()*+]+$/.test(value),
      );
      return failed === undefined || !/_(?:total|count|requests)$/.test(metric)
        ? []
        : [{ metric, failed: `${failed.label}${failed.operator}"${failed.value}"` }];
    }),
  ),
);

/** Histograms some rule of the repository takes a quantile of. */
export const durationMetrics = oncePer((platform): readonly string[] =>
  expressions(platform)
    .filter((expr) => expr.includes("histogram_quantile"))
    .flatMap((expr) => metricsIn(expr).map(({ metric }) => metric))
    .filter((metric) => /_(?:seconds|milliseconds|ms)_bucket$/.test(metric)),
);

export const errorRatio: Signal = {
  id: "error-ratio",
  words:
    /\b(?:error[- ]?(?:rates?|ratios?|budgets?)|errors|5xx|500s|failed requests|requests? fail\w*|failures|burn rates?)\b/iu,
  metrics: (platform) => requestMetrics(platform).map(({ metric }) => metric),
  rank: 7,
  concerns: isMonitored,
  alerts({ platform, namespace }) {
    const [known] = requestMetrics(platform);
    if (known === undefined)
      return "no rule of the repository shows by which metric requests and their failures are counted";
    const { metric, failed } = known;
    const rate = (matcher: string) =>
      `sum by (namespace, job) (rate(${metric}{namespace="${namespace}"${matcher}}[5m]))`;
    return [
      {
        alert: "RequestsFailing",
        expr: `${rate(`,${failed}`)} / ${rate("")} > ${thresholdOf(platform, [metric], 0.05, (value) => value < 1)}`,
        for: "10m",
        urgency: "now",
        summary: `Requests to ${namespace} fail.`,
        description:
          "{{ $value | humanizePercentage }} of the requests to {{ $labels.job }} end in an error of the server.",
        runbook:
          "Look at the last change of the workload and of what it calls; roll back first, find the cause afterwards.",
      },
    ];
  },
};

export const latency: Signal = {
  id: "latency",
  words: /\b(?:latenc(?:y|ies)|slow(?:ness)?|response times?|p9[059]|percentiles?|durations?)\b/iu,
  metrics: durationMetrics,
  rank: 5,
  concerns: isMonitored,
  alerts({ platform, namespace }) {
    const [metric] = durationMetrics(platform);
    if (metric === undefined)
      return "no rule of the repository shows by which metric the duration of requests is measured";
    const standard = metric.endsWith("_seconds_bucket") ? 1 : 1_000;
    const rate = `rate(${metric}{namespace="${namespace}"}[5m])`;
    const limit = thresholdOf(platform, [metric], standard, (value) => value > 0);
    return [
      {
        alert: "RequestsSlow",
        expr: `histogram_quantile(0.95, sum by (namespace, job, le) (${rate})) > ${limit}`,
        for: "10m",
        urgency: "soon",
        summary: `Requests to ${namespace} are slow.`,
        description: "Every twentieth request to {{ $labels.job }} takes longer than {{ $value | humanize }}.",
        runbook:
          "Look at saturation first: CPU throttling, connection pools, the database. Then at what the requests wait for.",
      },
    ];
  },
};

export const targetDown: Signal = {
  id: "target-down",
  words: /\b(?:down|unreachable|unavailab\w+|outages?|scrape (?:targets?|fail\w*)|availability)\b/iu,
  metrics: () => ["up"],
  inStack: "general",
  rank: 5,
  concerns: isMonitored,
  alerts: ({ namespace }) => [
    {
      alert: "TargetDown",
      expr: `count by (namespace, job) (up{namespace="${namespace}"} == 0) / count by (namespace, job) (up{namespace="${namespace}"}) > 0.1`,
      for: "10m",
      urgency: "now",
      summary: `Part of ${namespace} does not answer Prometheus.`,
      description: "{{ $value | humanizePercentage }} of the targets of {{ $labels.job }} cannot be scraped.",
      runbook: "Look whether the pods run and whether a network policy or a renamed port keeps Prometheus out.",
    },
    {
      alert: "NoTargets",
      expr: `absent(up{namespace="${namespace}"})`,
      for: "15m",
      urgency: "soon",
      summary: `Prometheus scrapes nothing in ${namespace} any more.`,
      description: "The monitors of the namespace find no target, so none of its alerts can fire.",
      runbook: "Compare the monitors' selectors and ports with the Services.",
    },
  ],
};

/** A monitor looks into the namespace: without one its pods have no metrics of their own. */
export function isMonitored({ platform, namespace }: Place): boolean {
  return platform.resources.some((one) => isMonitor(one) && looksInto(one, namespace));
}

function isMonitor({ apiVersion, kind, application }: Resource): boolean {
  const known = kind === "ServiceMonitor" || kind === "PodMonitor";
  return known && application !== undefined && apiVersion.startsWith(`${MONITORING_GROUP}/`);
}

function looksInto({ object, namespace: home }: Resource, namespace: string): boolean {
  if (at(object, "spec", "namespaceSelector", "any") === true) return true;
  const names = listAt(object, "spec", "namespaceSelector", "matchNames");
  return names.length === 0 ? home === namespace : names.includes(namespace);
}

/** The limit the repository's own alerts over this metric compare with, where they end in a plain number. */
function thresholdOf(
  platform: Platform,
  metrics: readonly string[],
  standard: number,
  fits: (value: number) => boolean,
): number {
  const values = alertRulesOf(platform)
    .filter(({ expr }) => metricsIn(expr).some(({ metric }) => metrics.includes(metric)))
    .flatMap(({ expr }) => {
      const found = Number(/>=?\s*(\d+(?:\.\d+)?)\s*$/.exec(expr)?.[1]);
      return Number.isFinite(found) && found > 0 && fits(found) ? [found] : [];
    });
  return values.length === 0 ? standard : Math.min(...values);
}
