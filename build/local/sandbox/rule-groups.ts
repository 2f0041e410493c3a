/** What Prometheus answers to `GET /api/v1/rules` once the operator has handed it the PrometheusRules it selects. */
import type { Cluster } from "./cluster.ts";
import { at, type JsonMap, listAt, mapAt, textAt, textsAt } from "./json.ts";
import { selects } from "./selectors.ts";
import type { KubeObject, ObjectStore } from "./store.ts";

const GROUP = "monitoring.coreos.com";

export function ruleGroups({ store, agenda }: Cluster): readonly JsonMap[] {
  const now = new Date(agenda.now()).toISOString();
  return store
    .list(GROUP, "PrometheusRule")
    .filter((rule) => isSelected(store, rule, "rule"))
    .flatMap((rule) => groupsOf(rule, now));
}

/**
 * By any Prometheus object, with its selectors `<what>Selector` and `<what>NamespaceSelector`; without one the operator's
 * own defaults stand for it: everything.
 */
export function isSelected(store: ObjectStore, object: KubeObject, what: "rule" | "serviceMonitor"): boolean {
  const instances = store.list(GROUP, "Prometheus");
  const labels = textsAt(object, "metadata", "labels");
  const isTaken = (one: KubeObject) =>
    selects(at(one, "spec", `${what}Selector`), labels) && looksInto(store, one, what, object.metadata.namespace);
  return instances.length === 0 || instances.some(isTaken);
}

function looksInto(store: ObjectStore, instance: KubeObject, what: string, namespace: string | undefined): boolean {
  const selector = at(instance, "spec", `${what}NamespaceSelector`);
  if (selector === undefined || selector === null) return instance.metadata.namespace === namespace;
  const home = store.get({ group: "", kind: "Namespace", namespace: undefined, name: namespace ?? "" });
  return selects(selector, {
    ...textsAt(home, "metadata", "labels"),
    "kubernetes.io/metadata.name": namespace ?? "",
  });
}

function groupsOf({ metadata, ...rule }: KubeObject, now: string): JsonMap[] {
  const { namespace = "", name, uid = "" } = metadata;
  return listAt(rule, "spec", "groups").map((group) => ({
    name: textAt(group, "name") ?? "",
    file: `/etc/prometheus/rules/prometheus-sandbox-rulefiles-0/${namespace}-${name}-${uid}.yaml`,
    interval: 30,
    limit: 0,
    evaluationTime: 0.0004,
    lastEvaluation: now,
    rules: listAt(group, "rules").map((entry) => ruleOf(entry, now)),
  }));
}

function ruleOf(rule: unknown, now: string): JsonMap {
  const alert = textAt(rule, "alert");
  const expr = at(rule, "expr");
  const query = typeof expr === "number" ? String(expr) : (textAt(rule, "expr") ?? "");
  const evaluated = { health: "ok", evaluationTime: 0.0002, lastEvaluation: now, labels: mapAt(rule, "labels") };
  if (alert === undefined) return { name: textAt(rule, "record") ?? "", query, ...evaluated, type: "recording" };
  return {
    name: alert,
    query,
    duration: seconds(textAt(rule, "for") ?? "0s"),
    keepFiringFor: seconds(textAt(rule, "keep_firing_for") ?? "0s"),
    annotations: mapAt(rule, "annotations"),
    alerts: [],
    state: "inactive",
    ...evaluated,
    type: "alerting",
  };
}

function seconds(duration: string): number {
  const units: Readonly<Record<string, number>> = {
    ms: 0.001,
    s: 1,
    m: 60,
    h: 3600,
    d: 86_400,
    w: 604_800,
    y: 31_536_000,
  };
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}
