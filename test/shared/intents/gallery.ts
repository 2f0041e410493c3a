/** The orchard with a Grafana, what it needs to have something to show, and KEDA: in plain folders and with kustomize. */
import type { Platform } from "../../../shared/repository/platform.ts";
import { platformOf } from "../../support/platform.ts";
import { type Texts, workersTexts } from "./workers.ts";

const monitoring = "apps/monitoring";

/** Grafana with the sidecar that looks for labelled ConfigMaps, as its chart renders it. */
export function grafana(sidecar: Readonly<Record<string, string>> | undefined, volumes = ""): string {
  const variables = Object.entries(sidecar ?? {}).map(
    ([name, value]) => `            - {name: ${name}, value: "${value}"}`,
  );
  const container = `        - name: grafana-sc-dashboard
          image: quay.io/kiwigrid/k8s-sidecar:1.30.3
          env:
${variables.join("\n")}
          volumeMounts: [{name: dashboards, mountPath: /tmp/dashboards}]
`;
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: grafana
  namespace: monitoring
  labels: {app: grafana}
spec:
  selector: {matchLabels: {app: grafana}}
  template:
    metadata:
      labels: {app: grafana}
    spec:
      containers:
        - name: grafana
          image: docker.io/grafana/grafana:11.4.0
${volumes}${sidecar === undefined ? "" : `${container}      volumes: [{name: dashboards, emptyDir: {}}]\n`}`;
}

export const SIDECAR = {
  LABEL: "grafana_dashboard",
  LABEL_VALUE: "1",
  FOLDER: "/tmp/dashboards",
  RESOURCE: "both",
  NAMESPACE: "ALL",
};

export const KUBE_STATE_METRICS = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: kube-state-metrics
  namespace: monitoring
  labels: {app: kube-state-metrics}
spec:
  selector: {matchLabels: {app: kube-state-metrics}}
  template:
    metadata:
      labels: {app: kube-state-metrics}
    spec:
      containers:
        - name: kube-state-metrics
          image: registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.14.0
`;

export const RULES = `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: shop
  namespace: shop
  labels: {app: shop}
spec:
  groups:
    - name: shop
      rules:
        - record: shop:requests:rate5m
          expr: sum(rate(http_requests_total{namespace="shop"}[5m]))
        - alert: ShopErrors
          expr: sum(rate(http_requests_total{namespace="shop",code=~"5.."}[5m])) / sum(rate(http_requests_total{namespace="shop"}[5m])) > 0.02
          for: 10m
          labels: {severity: critical}
        - alert: ShopSlow
          expr: histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{namespace="shop"}[5m]))) > 0.8
          for: 10m
          labels: {severity: warning}
        - alert: CartsAbandoned
          expr: shop_carts_open{namespace="shop"} > 500
          for: 30m
          labels: {severity: warning}
`;

export const MONITOR = `apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {selector: {matchLabels: {app: web}}, endpoints: [{port: metrics}]}
`;

export const galleryTexts: Texts = {
  ...workersTexts,
  [`${monitoring}/grafana-deployment.yaml`]: grafana(SIDECAR),
  [`${monitoring}/kube-state-metrics-deployment.yaml`]: KUBE_STATE_METRICS,
  "apps/shop/shop-rules.yaml": RULES,
  "apps/shop/web-servicemonitor.yaml": MONITOR,
};

export function gallery(more: Texts = {}): Platform {
  return platformOf({ ...galleryTexts, ...more });
}

/** The same, with a kustomization in each folder. */
export function kustomizedTexts(): Texts {
  const folders = new Map<string, string[]>();
  for (const path of Object.keys(galleryTexts)) {
    const [, folder, file] = /^(apps\/[^/]+)\/(.+)$/.exec(path) ?? [];
    if (folder !== undefined && file !== undefined) folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const kustomizations = [...folders].map(([folder, files]) => [
    `${folder}/kustomization.yaml`,
    `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${files.map((file) => `  - ${file}\n`).join("")}`,
  ]);
  return { ...galleryTexts, ...Object.fromEntries(kustomizations) };
}
