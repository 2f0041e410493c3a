/** The metrics a platform has, as far as its repository shows: those it asks for itself, and those of its exporters. */
import { dashboardsOf } from "../../../repository/dashboards.ts";
import { scaledObjectsOf } from "../../../repository/keda.ts";
import { ofKind, oncePer } from "../../../repository/lookup.ts";
import type { Platform } from "../../../repository/platform.ts";
import { operatorEvidence } from "../../../repository/prometheus-operator.ts";
import { parseQuery } from "../../../repository/promql.ts";
import { ruleExpressions } from "../../../repository/rule-expressions.ts";
import { itemsAt, textAt } from "../../../repository/values.ts";
import { runningExporters } from "./exporters.ts";

/** Metric -> the file that shows it. */
export const knownMetrics: (platform: Platform) => ReadonlyMap<string, string> = oncePer((platform) => {
  const known = new Map<string, string>();
  const add = (metric: string, path: string) => {
    if (metric !== "" && !known.has(metric)) known.set(metric, path);
  };
  const addQuery = (expr: string, path: string) => {
    for (const { metric } of parseQuery(expr)?.selectors ?? []) add(metric, path);
  };
  for (const { metrics, because } of runningExporters(platform)) for (const metric of metrics) add(metric, because);
  for (const { expr, record, resource } of ruleExpressions(platform)) {
    addQuery(expr, resource.path);
    if (record !== undefined) add(record, resource.path);
  }
  for (const { path, resource, queries } of dashboardsOf(platform)) {
    const isShown =
      resource === undefined ? (platform.readers.get(path)?.length ?? 0) > 0 : resource.application !== undefined;
    if (isShown) for (const expr of queries) addQuery(expr, path);
  }
  for (const { path, application, object } of ofKind(platform, "HorizontalPodAutoscaler")) {
    if (application === undefined) continue;
    for (const metric of itemsAt(object, "spec", "metrics")) {
      for (const source of ["pods", "object", "external"]) add(textAt(metric, source, "metric", "name") ?? "", path);
    }
  }
  for (const { resource, triggers } of scaledObjectsOf(platform)) {
    for (const { type, metadata } of triggers)
      if (type === "prometheus") addQuery(metadata["query"] ?? "", resource.path);
  }
  // Prometheus itself makes it for every target it scrapes.
  const [operated] = operatorEvidence(platform);
  if (operated !== undefined || known.size > 0) add("up", operated ?? "");
  return known;
});

/** Why `expr` cannot be shown: it is no query, or asks for something nobody measures; undefined when it can. */
export function queryProblem(platform: Platform, expr: string): string | undefined {
  const parsed = parseQuery(expr);
  if (parsed === undefined) return "it is no PromQL";
  if (parsed.selectors.length === 0) return "it asks for no metric";
  const unknown = parsed.selectors.find(({ metric }) => !knownMetrics(platform).has(metric));
  return unknown === undefined
    ? undefined
    : `nothing in the repository shows that there is a metric ${unknown.metric.slice(0, 100)}`;
}
