/**
 * Charts that bring a Prometheus Operator with its Prometheus: found where an Application or a Chart.yaml names them, read
 * for what they would select and which alerts they bring along (kube-prometheus-stack: values.yaml).
 */
import { ofKind, oncePer } from "./lookup.ts";
import { parseFile } from "./parse.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, type Fields, fieldsAt, isFields, itemsAt, stringsAt, textAt } from "./values.ts";

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

export const monitoringStacks: (platform: Platform) => readonly MonitoringStack[] = oncePer((platform) => [
  ...ofKind(platform, "Application").flatMap(fromApplication),
  ...fromCharts(platform),
]);

function fromApplication({ path, name, object }: Resource): MonitoringStack[] {
  const spec = fieldsAt(object, "spec");
  return [fieldsAt(spec, "source"), ...itemsAt(spec, "sources")].flatMap((source) => {
    const chart = textAt(source, "chart");
    if (chart === undefined || !CHARTS.has(chart)) return [];
    const helm = fieldsAt(source, "helm");
    const inline = textAt(helm, "values");
    const values = isFields(at(helm, "valuesObject")) ? fieldsAt(helm, "valuesObject") : valuesIn(inline);
    return [stackOf(`${chart} (${name})`, path, textAt(helm, "releaseName") ?? name, values)];
  });
}

/** A chart of the repository's own that depends on one of them; Argo CD names the release after the Application. */
function fromCharts(platform: Platform): MonitoringStack[] {
  const charts = [...platform.files.values()].filter(
    ({ path }) => path === "Chart.yaml" || path.endsWith("/Chart.yaml"),
  );
  return charts.flatMap((file) => {
    const [chart] = parseFile(file).documents;
    const dependency = itemsAt(chart?.value, "dependencies").find((one) => CHARTS.has(textAt(one, "name") ?? ""));
    const folder = file.path.slice(0, Math.max(0, file.path.length - "/Chart.yaml".length));
    const reader = platform.applications.find((one) => one.tool === "helm" && one.path === folder);
    if (dependency === undefined || reader === undefined) return [];
    const name = textAt(dependency, "alias") ?? textAt(dependency, "name") ?? "";
    const values = platform.files.get(folder === "" ? "values.yaml" : `${folder}/values.yaml`);
    const [found] = values === undefined ? [] : parseFile(values).documents;
    return [stackOf(`${name} (${reader.name})`, file.path, reader.name, fieldsAt(found?.value, name))];
  });
}

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

/** Values written as a text inside the Application; undefined when they cannot be read. */
function valuesIn(text: string | undefined): Fields | undefined {
  if (text === undefined || text.trim() === "") return {};
  const [values] = parseFile({ path: "values.yaml", blob: "", content: text }).documents;
  return values?.value;
}
