/**
 * Charts that bring a Prometheus Operator with its Prometheus: found where an Application or a Chart.yaml names them, read
 * for what they would select and which alerts they bring along (kube-prometheus-stack: values.yaml).
 */
import { chartReleases } from "./chart-releases.ts";
import { oncePer } from "./lookup.ts";
import type { Platform } from "./platform.ts";
import { at, type Fields, fieldsAt, isFields, stringsAt } from "./values.ts";

export interface MonitoringStack {
  /** Name of the Application or chart, for people. */
  readonly name: string;
  readonly path: string;
  /** Labels a rule needs; undefined when the selector is more than labels. */
  readonly ruleLabels: Readonly<Record<string, string>> | undefined;
  /** True when rules of every namespace are taken, which is the chart's default. */
  readonly ruleNamespaces: boolean;
  /** The same of ServiceMonitors. */
  readonly monitorLabels: Readonly<Record<string, string>> | undefined;
  readonly monitorNamespaces: boolean;
  /** Groups of default alerts it brings: `kubernetesApps`, `kubernetesStorage`, `general`, … */
  brings(group: string): boolean;
}

const CHARTS = new Set(["kube-prometheus-stack", "prometheus-operator", "kube-prometheus"]);

export const monitoringStacks: (platform: Platform) => readonly MonitoringStack[] = oncePer((platform) =>
  chartReleases(platform)
    .filter(({ chart }) => CHARTS.has(chart))
    .map(({ title, path, release, values }) => stackOf(title, path, release, values)),
);

/** Without readable values nothing can be told of its selectors. */
function stackOf(name: string, path: string, release: string, values: Fields | undefined): MonitoringStack {
  const spec = fieldsAt(values, "prometheus", "prometheusSpec");
  const rules = selectionOf(spec, "rule", release);
  const monitors = selectionOf(spec, "serviceMonitor", release);
  return {
    name,
    path,
    ruleLabels: values === undefined ? undefined : rules.labels,
    ruleNamespaces: rules.namespaces,
    monitorLabels: values === undefined ? undefined : monitors.labels,
    monitorNamespaces: monitors.namespaces,
    brings: (group) =>
      at(values, "defaultRules", "create") !== false && at(values, "defaultRules", "rules", group) !== false,
  };
}

/** What the chart makes of `<what>Selector`, `<what>NamespaceSelector` and `<what>SelectorNilUsesHelmValues`. */
function selectionOf(spec: Fields, what: string, release: string) {
  const selector = at(spec, `${what}Selector`);
  const isOwn = isFields(selector) && Object.keys(selector).length > 0;
  const open = at(spec, `${what}SelectorNilUsesHelmValues`) === false;
  const standard: Readonly<Record<string, string>> = open ? {} : { release };
  const namespaces = at(spec, `${what}NamespaceSelector`);
  return {
    labels: isOwn ? labelsOf(selector) : standard,
    namespaces: !isFields(namespaces) || Object.keys(namespaces).length === 0,
  };
}

function labelsOf(selector: unknown): Readonly<Record<string, string>> | undefined {
  return at(selector, "matchExpressions") === undefined ? stringsAt(selector, "matchLabels") : undefined;
}
