/** ServiceMonitors: which Services they lead Prometheus to, and what one needs to be picked up (prometheus-operator). */
import { MONITORING_GROUP } from "./alert-rules.ts";
import { matchesLabels } from "./label-selector.ts";
import { monitoringStacks } from "./monitoring-stack.ts";
import type { Platform, Resource } from "./platform.ts";
import { instances, labelsFor, looksInto, operatorEvidence, shared } from "./prometheus-operator.ts";
import { at, listAt, stringsAt } from "./values.ts";
import { workloadsIn } from "./workloads.ts";

export interface MonitorHome {
  readonly labels: Readonly<Record<string, string>>;
  readonly because: string;
}

const SELECTOR = "serviceMonitorSelector";
const NAMESPACES = "serviceMonitorNamespaceSelector";

export function isServiceMonitor({ apiVersion, kind }: Resource): boolean {
  return kind === "ServiceMonitor" && apiVersion.startsWith(`${MONITORING_GROUP}/`);
}

/** The monitor that leads to `service` already, or to the pods behind it. */
export function monitorOf(platform: Platform, service: Resource): Resource | undefined {
  const labels = stringsAt(service.object, "metadata", "labels");
  const wanted = stringsAt(service.object, "spec", "selector");
  const pods = workloadsIn(platform, service.namespace).filter(({ podLabels }) =>
    Object.entries(wanted).every(([key, value]) => podLabels[key] === value),
  );
  return platform.resources.find((one) => {
    if (one.application === undefined || !reaches(one, service.namespace)) return false;
    const selector = at(one.object, "spec", "selector");
    if (isServiceMonitor(one)) return matchesLabels(selector, labels);
    const isPods = one.kind === "PodMonitor" && one.apiVersion.startsWith(`${MONITORING_GROUP}/`);
    return isPods && pods.some(({ podLabels }) => matchesLabels(selector, podLabels));
  });
}

/** `namespaceSelector`: any, some by name, or its own. */
function reaches({ object, namespace }: Resource, wanted: string | undefined): boolean {
  if (at(object, "spec", "namespaceSelector", "any") === true) return true;
  const names = listAt(object, "spec", "namespaceSelector", "matchNames");
  return names.length > 0 ? names.includes(wanted) : namespace === wanted;
}

/** The labels a monitor in `namespace` must carry; a text says what is missing. */
export function monitorHome(platform: Platform, namespace: string): MonitorHome | string {
  if (operatorEvidence(platform).length === 0) {
    return "the repository shows no Prometheus Operator: no PrometheusRule, ServiceMonitor, PodMonitor or Prometheus, and not its CRDs";
  }
  const running = instances(platform);
  for (const instance of running) {
    const labels = labelsFor(platform, at(instance.object, "spec", SELECTOR), "ServiceMonitor");
    if (labels !== undefined && looksInto(platform, instance, namespace, NAMESPACES)) {
      return { labels, because: `Prometheus ${instance.namespace ?? ""}/${instance.name} picks it up` };
    }
  }
  const [stack] = monitoringStacks(platform);
  if (stack !== undefined) {
    if (stack.monitorLabels === undefined || !stack.monitorNamespaces) {
      return `${stack.path}: which monitors ${stack.name} takes cannot be told`;
    }
    return { labels: stack.monitorLabels, because: `${stack.name} picks it up` };
  }
  if (running.length > 0) return `no Prometheus of the repository takes monitors from ${namespace}`;
  const operated = platform.resources.filter((one) => {
    return one.application !== undefined && one.apiVersion.startsWith(`${MONITORING_GROUP}/`);
  });
  const monitors = operated.filter(isServiceMonitor);
  const examples = monitors.length > 0 ? monitors : operated;
  const labels = shared(examples, (key) => key === "release" || key === "prometheus");
  return { labels, because: `labelled as ${examples[0]?.kind ?? "the object"}s that are there` };
}

/** True when a Prometheus of the repository picks the monitor up; undefined when none of them is in the repository. */
export function isMonitorPickedUp(platform: Platform, monitor: Resource): boolean | undefined {
  const running = instances(platform);
  if (running.length === 0 || monitoringStacks(platform).length > 0) return undefined;
  const labels = stringsAt(monitor.object, "metadata", "labels");
  return running.some(
    (instance) =>
      matchesLabels(at(instance.object, "spec", SELECTOR), labels) &&
      (monitor.namespace === undefined || looksInto(platform, instance, monitor.namespace, NAMESPACES)),
  );
}
