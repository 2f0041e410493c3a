import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { addServiceMonitor } from "../../../shared/intents/monitoring/add-service-monitor.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { application, deployment, platformOf } from "../../support/platform.ts";

const prometheus = (
  spec = "serviceMonitorSelector: {matchLabels: {release: main}}, serviceMonitorNamespaceSelector: {}",
) =>
  `apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: main, namespace: watch}\nspec: {${spec}}\n`;
const service = (ports: string, labels = "{app: web}", annotations = "{}") =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: web, labels: ${labels}, annotations: ${annotations}}\nspec: {selector: {app: web}, ports: [${ports}]}\n`;
const METRICS = "{name: metrics, port: 9100}";

function monitorFor(text: string, others: Readonly<Record<string, string>> = {}): unknown {
  const platform = platformOf({
    "apps/a.yaml": application("a", "shop", "shop"),
    "apps/w.yaml": application("w", "watch", "watch"),
    "watch/p.yaml": prometheus(),
    "shop/web.yaml": deployment("web", { extra: "          ports: [{containerPort: 8080}]\n" }),
    "shop/svc.yaml": text,
    ...others,
  });
  const intent = { kind: "add-service-monitor", service: { namespace: "shop", name: "web" } };
  const rendered = renderChangeSet(intent, platform);
  expect(addServiceMonitor.candidates(platform).length).toBe(rendered.kind === "rendered" ? 1 : 0);
  if (rendered.kind === "refused") return rendered.because;
  expect(rendered.verdict.decision).not.toBe("deny");
  return parse(rendered.changeSet.files[0]?.after ?? "");
}

describe("where metrics are", () => {
  test.each<[string, string, object]>([
    ["a port of that name", service(METRICS), { port: "metrics", path: "/metrics" }],
    [
      "an annotation",
      service("{name: http, port: 8080}", "{app: web}", '{prometheus.io/scrape: "true", prometheus.io/path: /stats}'),
      { port: "http", path: "/stats" },
    ],
    [
      "an annotated port",
      service(
        "{name: a, port: 1}, {name: b, port: 8080}",
        "{app: web}",
        '{prometheus.io/scrape: "true", prometheus.io/port: "8080"}',
      ),
      { port: "b" },
    ],
    [
      "a port without a name",
      service("{port: 8080}", "{app: web}", '{prometheus.io/scrape: "true"}'),
      { targetPort: 8080 },
    ],
  ])("%s", (_, text, endpoint) => {
    expect(monitorFor(text)).toMatchObject({
      metadata: { labels: { release: "main" } },
      spec: { selector: { matchLabels: { app: "web" } }, endpoints: [endpoint] },
    });
  });

  test("an exporter is known by its image", () => {
    const exporter = deployment("web", {
      image: "oliver006/redis_exporter:v1",
      extra: "          ports: [{containerPort: 9121}]\n",
    });
    expect(monitorFor(service("{name: x, port: 9121}"), { "shop/web.yaml": exporter })).toMatchObject({
      spec: { endpoints: [{ port: "x" }] },
    });
  });

  test.each<[string, string, RegExp]>([
    ["nothing shows it", service("{name: http, port: 8080}"), /neither a port nor an annotation/],
    ["over https", service("{name: https-metrics, port: 8443}"), /certificate/],
    [
      "a port that is not there",
      service(
        "{name: a, port: 1}, {name: b, port: 2}",
        "{app: web}",
        '{prometheus.io/scrape: "true", prometheus.io/port: "3"}',
      ),
      /not one of the Service's/,
    ],
    [
      "an odd path",
      service("{port: 1}", "{app: web}", '{prometheus.io/scrape: "true", prometheus.io/path: "/a?b={c}"}'),
      /no plain path/,
    ],
    ["no labels", service(METRICS, "{}"), /no labels/],
  ])("%s", (_, text, because) => {
    expect(monitorFor(text)).toMatch(because);
  });
});

describe("who picks it up", () => {
  test("no operator, a Prometheus that does not look there, a monitor that is there", () => {
    expect(monitorFor(service(METRICS), { "watch/p.yaml": "" })).toMatch(/no Prometheus Operator/);
    const own = prometheus("serviceMonitorSelector: {}");
    expect(monitorFor(service(METRICS), { "watch/p.yaml": own })).toMatch(/takes monitors from shop/);
    const monitor = (spec: string, kind = "ServiceMonitor") =>
      `apiVersion: monitoring.coreos.com/v1\nkind: ${kind}\nmetadata: {name: m, namespace: watch}\nspec: {${spec}, endpoints: [{port: metrics}]}\n`;
    const any = "namespaceSelector: {any: true}, selector: {matchLabels: {app: web}}";
    expect(monitorFor(service(METRICS), { "watch/m.yaml": monitor(any) })).toMatch(/leads to it already/);
    expect(monitorFor(service(METRICS), { "watch/m.yaml": monitor(any, "PodMonitor") })).toMatch(/leads to it already/);
    expect(monitorFor(service(METRICS), { "watch/m.yaml": monitor("selector: {matchLabels: {app: web}}") })).toBeTypeOf(
      "object",
    );
  });

  test("a chart's Prometheus picks by its release", () => {
    const chart = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: stack, namespace: argocd}\nspec: {source: {repoURL: "https://charts.example.com", chart: kube-prometheus-stack, targetRevision: 1.0.0}, destination: {namespace: watch}}\n`;
    expect(monitorFor(service(METRICS), { "watch/p.yaml": "", "apps/stack.yaml": chart })).toMatchObject({
      metadata: { labels: { release: "stack" } },
    });
  });

  test("labels that pick two Services are not enough", () => {
    const twin = service(METRICS).replace("name: web", "name: twin");
    expect(monitorFor(service(METRICS), { "shop/twin.yaml": twin })).toMatch(/pick it alone/);
    expect(monitorFor(service(METRICS, "{app: web, tier: front}"), { "shop/twin.yaml": twin })).toMatchObject({
      spec: { selector: { matchLabels: { app: "web", tier: "front" } } },
    });
  });
});
