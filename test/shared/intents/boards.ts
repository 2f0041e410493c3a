/** What the intent writes for one namespace, read with the strict schema, and dashboards its tests put around it. */
import { parseAllDocuments } from "yaml";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { readStrictly } from "../../support/grafana-dashboard.ts";

export const ask = (namespace: string, more: object = {}) => ({ kind: "add-dashboard", namespace, ...more });

export interface Carrier {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: object;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly json: string; readonly [key: string]: unknown };
}

/** What carries the dashboard, and the dashboard read with the strict schema. */
export function written(platform: Platform, namespace: string, more: object = {}) {
  const rendered = renderChangeSet(ask(namespace, more), platform);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const { files } = rendered.changeSet;
  const carrier = files
    .flatMap(({ after }) => parseAllDocuments(after ?? "").map((one) => one.toJS() as Carrier))
    .find(({ kind }) => kind === "ConfigMap" || kind === "GrafanaDashboard");
  const text = carrier?.spec?.json ?? carrier?.data?.[`${namespace}-overview.json`];
  if (carrier === undefined || text === undefined) throw new Error("no dashboard");
  return { carrier, dashboard: readStrictly(text), verdict: rendered.verdict, files };
}

export function why(platform: Platform, namespace: string, more: object = {}): string {
  const rendered = renderChangeSet(ask(namespace, more), platform);
  return rendered.kind === "refused" ? rendered.because : "rendered";
}

export const titles = (platform: Platform, namespace: string) =>
  written(platform, namespace).dashboard.panels.flatMap(({ type, title }) => (type === "row" ? [] : [title]));
export const configMap = (name: string, namespace: string, json: object, labels = "{grafana_dashboard: '1'}") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${namespace}, labels: ${labels}}\ndata:\n  ${name}.json: '${JSON.stringify(json)}'\n`;
export const dashboardOf = (title: string, expr = "up", more: object = {}) => ({
  title,
  schemaVersion: 39,
  panels: [{ type: "timeseries", datasource: { type: "prometheus", uid: "prometheus" }, targets: [{ expr }] }],
  ...more,
});
