/** Alerting rules of a repository (PrometheusRule, monitoring.coreos.com), and which namespaces each of them watches. */
import { oncePer } from "./lookup.ts";
import type { Platform, Resource } from "./platform.ts";
import { at, type Fields, itemsAt, stringsAt, textAt } from "./values.ts";

export interface AlertRule {
  readonly resource: Resource;
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

export const MONITORING_GROUP = "monitoring.coreos.com";

export function isPrometheusRule({ apiVersion, kind }: Resource): boolean {
  return kind === "PrometheusRule" && apiVersion.startsWith(`${MONITORING_GROUP}/`);
}

/** Every alert in a PrometheusRule some Application applies. */
export const alertRulesOf: (platform: Platform) => readonly AlertRule[] = oncePer((platform) =>
  platform.resources.filter((one) => isPrometheusRule(one) && one.application !== undefined).flatMap(alertsIn),
);

export function alertsIn(resource: Resource): readonly AlertRule[] {
  return rulesIn(resource).flatMap((rule) => {
    const alert = textAt(rule, "alert");
    const expr = exprOf(rule);
    return alert === undefined || expr === undefined
      ? []
      : [{ resource, alert, expr, labels: stringsAt(rule, "labels") }];
  });
}

export function rulesIn({ object }: Resource): readonly Fields[] {
  return itemsAt(object, "spec", "groups").flatMap((group) => itemsAt(group, "rules"));
}

/** PromQL of a rule: a text, or a bare number. */
export function exprOf(rule: Fields): string | undefined {
  const expr = at(rule, "expr");
  return typeof expr === "number" ? String(expr) : typeof expr === "string" && expr.trim() !== "" ? expr : undefined;
}

/** One use of a metric in an expression, with its label matchers as text. */
export interface MetricUse {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

const SELECTOR = /([a-zA-Z_:][\w:]*)\s*\{((?:[^{}"'`]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*)\}/g;
const MATCHER = /([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`)/g;
const NAME = /[a-zA-Z_:][\w:]*/g;

/** Where `expr` selects series by name; also those written without braces. */
export function metricsIn(expr: string): readonly MetricUse[] {
  const found: MetricUse[] = [];
  const rest = expr.replace(SELECTOR, (_all, metric: string, inside: string) => {
    const matchers = [...inside.matchAll(MATCHER)].map(([, label = "", operator = "", a, b, c]) => ({
      label,
      operator,
      value: a ?? b ?? c ?? "",
    }));
    found.push({ metric, matchers });
    return " ";
  });
  const bare = rest.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|#.*/g, " ");
  for (const [metric] of bare.matchAll(NAME)) found.push({ metric, matchers: [] });
  return found;
}

/** True when `expr` asks for one of `metrics` and leaves out nothing of `namespace`. */
export function watches(expr: string, metrics: readonly string[], namespace: string): boolean {
  return metricsIn(expr).some(
    ({ metric, matchers }) =>
      metrics.includes(metric) &&
      matchers
        .filter(({ label }) => label === "namespace" || label === "exported_namespace")
        .every((matcher) => admits(matcher, namespace)),
  );
}

function admits({ operator, value }: MetricUse["matchers"][number], namespace: string): boolean {
  switch (operator) {
    case "=":
      return value === namespace;
    case "!=":
      return value !== namespace;
    default:
      return matchesWhole(value, namespace) === (operator === "=~");
  }
}

/** Alternatives of plain names with wildcards, which is how people list namespaces; any other pattern admits none. */
function matchesWhole(pattern: string, text: string): boolean {
  const alternatives = pattern
    .slice(0, 2_000)
    .replace(/^\^?\(?|\)?\$?$/g, "")
    .split("|");
  return alternatives.some((one) => /^(?:[-\w]|\.[*+])*$/.test(one) && new RegExp(`^${one}$`).test(text));
}
