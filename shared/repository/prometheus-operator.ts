/**
 * Whether a Prometheus Operator evaluates rules on this platform, and what a PrometheusRule needs to be picked up:
 * labels and a namespace (prometheus-operator: Documentation/api-reference, PrometheusSpec.ruleSelector and
 * ruleNamespaceSelector: absent selects nothing, or the own namespace only; `{}` selects all).
 */
import { alertRulesOf, isPrometheusRule, MONITORING_GROUP } from "./alert-rules.ts";
import { matchesLabels } from "./label-selector.ts";
import { inNamespace, ofKind, oncePer } from "./lookup.ts";
import { type MonitoringStack, monitoringStacks } from "./monitoring-stack.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, itemsAt, listAt, stringsAt, textAt } from "./values.ts";

type Labels = Readonly<Record<string, string>>;

/** Where a rule about a namespace has to be, and the labels it must carry. */
export interface RuleHome {
  readonly namespace: string;
  readonly labels: Labels;
  readonly because: string;
}

const OPERATED = new Set(["PrometheusRule", "ServiceMonitor", "PodMonitor", "Prometheus", "PrometheusAgent", "Probe"]);
/** Labels that say what an object is, not who should pick it up. */
const IDENTITY = /^(?:app|component|name|team|owner|helm\.sh\/.*|app\.kubernetes\.io\/.*)$/;

/** What shows that the operator is in use, the strongest first; [] when nothing does. */
export const operatorEvidence: (platform: Platform) => readonly string[] = oncePer((platform) => [
  ...instances(platform).map(describe),
  ...monitoringStacks(platform).map(({ path, name }) => `${path}: the chart of ${name}`),
  ...platform.resources.filter((one) => isOperated(one) && one.kind !== "Prometheus").map(describe),
  ...ofKind(platform, "CustomResourceDefinition")
    .filter(({ name, application }) => name === `prometheusrules.${MONITORING_GROUP}` && application !== undefined)
    .map(describe),
]);

/** Where rules about `namespace` belong; a text says what is missing. */
export function ruleHome(platform: Platform, namespace: string): RuleHome | string {
  if (operatorEvidence(platform).length === 0) {
    return "the repository shows no Prometheus Operator: no PrometheusRule, ServiceMonitor, PodMonitor or Prometheus, and not its CRDs";
  }
  const running = instances(platform);
  const homes = running.map((instance) => homeBy(platform, instance, namespace));
  const home = homes.find((one) => typeof one !== "string");
  if (home !== undefined) return home;
  const [stack] = monitoringStacks(platform);
  if (stack !== undefined) return homeByStack(stack, namespace);
  const [problem] = homes;
  return problem ?? homeByExample(platform, namespace);
}

/** True when a Prometheus of the repository picks the rule up; undefined when none of them is in the repository. */
export function isPickedUp(platform: Platform, rule: Resource): boolean | undefined {
  const running = instances(platform);
  if (running.length === 0 || monitoringStacks(platform).length > 0) return undefined;
  const labels = stringsAt(rule.object, "metadata", "labels");
  return running.some(
    (instance) =>
      matchesLabels(at(instance.object, "spec", "ruleSelector"), labels) &&
      (rule.namespace === undefined || looksInto(platform, instance, rule.namespace)),
  );
}

function isOperated({ apiVersion, kind, application }: Resource): boolean {
  return application !== undefined && OPERATED.has(kind) && apiVersion.startsWith(`${MONITORING_GROUP}/`);
}

export function instances(platform: Platform): readonly Resource[] {
  return ofKind(platform, "Prometheus").filter(isOperated);
}

function homeBy(platform: Platform, instance: Resource, namespace: string): RuleHome | string {
  const selector = at(instance.object, "spec", "ruleSelector");
  const labels = labelsFor(platform, selector);
  const name = `Prometheus ${instance.namespace ?? ""}/${instance.name}`;
  if (labels === undefined) return `${name} selects no rules that could be told by labels`;
  const because = `${name} picks it up`;
  if (looksInto(platform, instance, namespace)) return { namespace, labels, because };
  const own = instance.namespace;
  if (own !== undefined && looksInto(platform, instance, own)) return { namespace: own, labels, because };
  return `${name} takes no rules from ${namespace}`;
}

/** Labels a selector asks for; of several allowed values one that objects of that kind in the repository carry. */
export function labelsFor(platform: Platform, selector: unknown, kind = "PrometheusRule"): Labels | undefined {
  const wanted: Record<string, string> = { ...stringsAt(selector, "matchLabels") };
  for (const expression of itemsAt(selector, "matchExpressions")) {
    const key = textAt(expression, "key") ?? "";
    const used = ofKind(platform, kind)
      .map(({ object }) => stringsAt(object, "metadata", "labels")[key])
      .find((value) => value !== undefined && matchesLabels({ matchExpressions: [expression] }, { [key]: value }));
    const operator = expression["operator"];
    const allowed = operator === "In" ? listAt(expression, "values").map(String)[0] : "true";
    if (operator === "In" || operator === "Exists") wanted[key] ??= used ?? allowed ?? "";
  }
  return matchesLabels(selector, wanted) ? wanted : undefined;
}

/** Whether the selector `field` of a Prometheus reaches `namespace`. */
export function looksInto(
  platform: Platform,
  instance: Resource,
  namespace: string,
  field = "ruleNamespaceSelector",
): boolean {
  const selector = at(instance.object, "spec", field);
  if (selector === undefined || selector === null) return instance.namespace === namespace;
  const known = ofKind(platform, "Namespace").find(({ name }) => name === namespace);
  const labels = { ...stringsAt(known?.object, "metadata", "labels"), "kubernetes.io/metadata.name": namespace };
  return matchesLabels(selector, labels);
}

function homeByStack(
  { path, name, ruleLabels, ruleNamespaces }: MonitoringStack,
  namespace: string,
): RuleHome | string {
  if (ruleLabels === undefined) return `${path}: which rules ${name} selects cannot be told`;
  if (!ruleNamespaces) return `${path}: which namespaces ${name} takes rules from cannot be told`;
  return { namespace, labels: ruleLabels, because: `${name} picks it up` };
}

/** No Prometheus to ask: as the rules that are there, or else the monitors, which charts select by the same label. */
function homeByExample(platform: Platform, namespace: string): RuleHome {
  const rules = platform.resources.filter((one) => isPrometheusRule(one) && one.application !== undefined);
  if (rules.length > 0) {
    const labels = shared(rules, (key) => !IDENTITY.test(key));
    return {
      namespace: centralNamespace(platform, rules, namespace),
      labels,
      because: "labelled as the rules that are there",
    };
  }
  const monitors = platform.resources.filter((one) => isOperated(one) && one.kind.endsWith("Monitor"));
  const labels = shared(monitors, (key) => key === "release" || key === "prometheus");
  return { namespace, labels, because: "labelled as the monitors that are there" };
}

/** The one namespace that holds every rule of the repository, if rules there speak of others; else the asked one. */
function centralNamespace(platform: Platform, rules: readonly Resource[], namespace: string): string {
  const homes = new Set(rules.map((rule) => rule.namespace));
  const [home] = homes;
  if (homes.size !== 1 || home === undefined || home === namespace) return namespace;
  const speaksOf = alertRulesOf(platform).flatMap(({ expr }) =>
    [...expr.matchAll(/namespace=~?"([^"]+)"/g)].map(([, name]) => name),
  );
  const abroad = speaksOf.some((name) => name !== home && inNamespace(platform, name).length > 0);
  return abroad ? home : namespace;
}

/** The labels all of them carry with the same value. */
export function shared(resources: readonly Resource[], counts: (key: string) => boolean): Labels {
  const [first, ...others] = resources.map(({ object }) => stringsAt(object, "metadata", "labels"));
  const entries = Object.entries(first ?? {}).filter(
    ([key, value]) => counts(key) && others.every((labels) => labels[key] === value),
  );
  return Object.fromEntries(entries);
}

function describe({ path, kind, namespace, name }: Resource): string {
  return `${path}: ${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
