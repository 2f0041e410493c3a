/** A platform with a Prometheus Operator in a few lines, and what the intent writes there. */
import { parse } from "yaml";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { application, deployment, platformOf, SIZED } from "../../support/platform.ts";

export type Texts = Record<string, string>;
const base: Texts = {
  "apps/shop.yaml": application("shop", "shop", "shop"),
  "apps/mon.yaml": application("mon", "mon", "monitoring"),
  "shop/api.yaml": deployment("api", { extra: SIZED }),
};
export const monitored = (kind: string, name: string, rest: string, labels = "{}") =>
  `apiVersion: monitoring.coreos.com/v1\nkind: ${kind}\nmetadata: {name: ${name}, labels: ${labels}}\nspec: ${rest}\n`;
export const prometheus = (spec: string) => monitored("Prometheus", "main", spec);
export const serviceMonitor = monitored(
  "ServiceMonitor",
  "api",
  "{selector: {}, endpoints: [{port: http}]}",
  "{release: stack, app: api}",
);
export function rule(
  name: string,
  alerts: readonly { alert: string; expr: string; labels?: string }[],
  labels = "{role: alerts}",
) {
  const rules = alerts.map(
    (one) =>
      `      - {alert: ${one.alert}, expr: '${one.expr}', for: 5m, labels: ${one.labels ?? "{severity: warning}"}}`,
  );
  return `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: ${name}, labels: ${labels}}\nspec:\n  groups:\n    - name: ${name}\n      rules:\n${rules.join("\n")}\n`;
}
export const chart = (values: string) => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: kps, namespace: argocd}
spec:
  source: {repoURL: https://prometheus-community.github.io/helm-charts, chart: kube-prometheus-stack, targetRevision: 70.0.0${values}}
  destination: {namespace: monitoring}
`;
export const of = (texts: Texts) => platformOf({ ...base, ...texts });
export const ask = (signal: string, namespace = "shop") => ({ kind: "add-prometheus-rule", namespace, signal });

export interface Written {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels: Record<string, string> };
  readonly spec: {
    readonly groups: readonly {
      readonly rules: readonly {
        alert: string;
        expr: string;
        for: string;
        labels: Record<string, string>;
        annotations: Record<string, string>;
      }[];
    }[];
  };
}
export function written(
  texts: Texts,
  intent: ReturnType<typeof ask>,
): Written & { readonly path: string; readonly decision: string } {
  const rendered = renderChangeSet(intent, of(texts));
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const [file] = rendered.changeSet.files;
  return { ...(parse(file?.after ?? "") as Written), path: file?.path ?? "", decision: rendered.verdict.decision };
}
export function why(texts: Texts, intent: ReturnType<typeof ask>): string {
  const rendered = renderChangeSet(intent, of(texts));
  return rendered.kind === "refused" ? rendered.because : "rendered";
}
