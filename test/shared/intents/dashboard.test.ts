import { describe, expect, test } from "vitest";
import { addDashboard } from "../../../shared/intents/monitoring/add-dashboard.ts";
import { knownMetrics } from "../../../shared/intents/monitoring/dashboards/known-metrics.ts";
import { parseQuery } from "../../../shared/repository/promql.ts";
import { queriesOf } from "../../support/grafana-dashboard.ts";
import { application, platformOf } from "../../support/platform.ts";
import { promqlErrors } from "../../support/promql.ts";
import { configMap, dashboardOf, titles, why, written } from "./boards.ts";
import { gallery, galleryTexts, grafana, kustomizedTexts } from "./gallery.ts";
import { orchard } from "./orchard.ts";
import type { Texts } from "./workers.ts";

describe.each([
  ["plain folders", gallery()],
  ["kustomize", platformOf(kustomizedTexts())],
] as const)("%s", (_, platform) => {
  test.each(addDashboard.candidates(platform).map(({ intent }) => intent.namespace))(
    "%s: valid, and asks only for what is there",
    (namespace) => {
      const { carrier, dashboard, verdict, files } = written(platform, namespace);
      expect(carrier).toMatchObject({
        kind: "ConfigMap",
        metadata: { name: `${namespace}-dashboard`, namespace, labels: { grafana_dashboard: "1" } },
      });
      expect(verdict).toEqual({ decision: "auto", rules: [] });
      const queries = queriesOf(dashboard);
      expect(queries.length).toBeGreaterThanOrEqual(3);
      for (const expr of queries) {
        expect(promqlErrors(expr), expr).toEqual([]);
        for (const { metric } of parseQuery(expr)?.selectors ?? [])
          expect([...knownMetrics(platform).keys()]).toContain(metric);
      }
      for (const { after } of files) expect(after?.length).toBeLessThan(200_000);
    },
  );

  test("what most is known of comes first", () => {
    expect(addDashboard.candidates(platform).map(({ intent }) => intent.namespace)).toEqual([
      "shop",
      "jobs",
      "monitoring",
    ]);
  });
});

describe("what it shows", () => {
  test("requests by the repository's own rules, and what its alerts watch, each query once", () => {
    const { dashboard } = written(gallery(), "shop");
    const panel = (title: string) => dashboard.panels.find((one) => one.title === title);
    expect(panel("CartsAbandoned")).toMatchObject({
      targets: [{ expr: 'shop_carts_open{namespace="shop"}' }],
      fieldConfig: {
        defaults: {
          thresholds: {
            steps: [
              { color: "green", value: null },
              { color: "red", value: 500 },
            ],
          },
        },
      },
    });
    expect(panel("ShopSlow")).toMatchObject({ fieldConfig: { defaults: { unit: "s" } } });
    expect(panel("Share of requests that fail")).toMatchObject({ fieldConfig: { defaults: { unit: "percentunit" } } });
    const queries = queriesOf(dashboard);
    expect(new Set(queries).size).toBe(queries.length);
  });

  test("nothing of the kubelet where nothing shows that it is scraped", () => {
    expect(titles(gallery(), "shop")).not.toContain("CPU by pod");
    const monitor = `apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: kubelet, namespace: monitoring}\nspec: {selector: {}, endpoints: [{port: https, path: /metrics/cadvisor}]}\n`;
    const more = { "apps/monitoring/kubelet.yaml": monitor };
    expect(titles(gallery(more), "shop")).toEqual(expect.arrayContaining(["CPU by pod", "Memory against its limit"]));
  });

  test("databases where their exporter runs, and nowhere else", () => {
    const exporter = grafana(undefined)
      .replaceAll("grafana", "redis-exporter")
      .replace("docker.io/redis-exporter/redis-exporter:11.4.0", "oliver006/redis_exporter:v1.66.0")
      .replace("namespace: monitoring", "namespace: jobs");
    const platform = gallery({ "apps/jobs/exporter.yaml": exporter });
    expect(titles(platform, "jobs")).toEqual(expect.arrayContaining(["Commands", "Evicted keys"]));
    expect(titles(platform, "shop")).not.toContain("Commands");
  });

  test("the charts of others bring exporters, unless their values turn them off", () => {
    const chart = (values: string) => ({
      "argocd/kps.yaml": `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: kps, namespace: argocd}\nspec:\n  source: {repoURL: https://charts.example.org, chart: kube-prometheus-stack, targetRevision: 70.0.0, helm: {values: "${values}"}}\n  destination: {namespace: monitoring}\n`,
    });
    const without: Texts = Object.fromEntries(
      Object.entries(galleryTexts).filter(([path]) => !path.startsWith("apps/monitoring")),
    );
    expect(titles(platformOf({ ...without, ...chart("") }), "shop")).toContain("CPU by pod");
    const off = platformOf({ ...without, ...chart("kubelet: {enabled: false}") });
    expect(titles(off, "shop")).not.toContain("CPU by pod");
    expect(why(platformOf({ ...without, ...chart("grafana: {enabled: false}") }), "shop")).toMatch(/no Grafana/);
    expect(
      why(platformOf({ ...without, ...chart("grafana: {sidecar: {dashboards: {searchNamespace: other}}}") }), "shop"),
    ).toMatch(/looks into no namespace|no Application writes/);
    const labelled = platformOf({
      ...without,
      ...chart("grafana: {sidecar: {dashboards: {label: board, labelValue: yes-please}}}"),
    });
    expect(written(labelled, "shop").carrier.metadata.labels).toMatchObject({ board: "yes-please" });
    expect(why(platformOf({ ...without, ...chart("{{ broken") }), "shop")).toMatch(/cannot be told/);
  });

  test("as the repository's own dashboards name their data source and version", () => {
    const own = { "apps/shop/own.yaml": configMap("own", "shop", dashboardOf("Sales")) };
    expect(written(gallery(own), "shop").dashboard).toMatchObject({ schemaVersion: 39, templating: { list: [] } });
    const variable = dashboardOf("Sales", "up", {
      templating: { list: [{ type: "datasource", query: "prometheus", name: "ds" }] },
    });
    const { dashboard } = written(gallery({ "apps/shop/own.yaml": configMap("own", "shop", variable) }), "shop");
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(["ds"]);
    expect(JSON.stringify(dashboard.panels)).toContain('"uid":"${ds}"');
  });

  test("panels somebody asks for, over metrics there are", () => {
    const panels = [{ title: "Carts, open (all)", expr: 'sum(shop_carts_open{namespace="shop"})', unit: "none" }];
    const { dashboard } = written(gallery(), "shop", { panels });
    expect(dashboard.panels.slice(0, 2)).toMatchObject([
      { title: "Asked for" },
      { title: "Carts, open (all)", targets: [{ expr: panels[0]?.expr }] },
    ]);
  });
});

test("the survey says what is done, what is open and why not", () => {
  const own = { "apps/shop/own.yaml": configMap("own", "shop", dashboardOf("Shop")) };
  const { done, open } = addDashboard.survey(gallery(own));
  expect(done).toEqual(["apps/shop/own.yaml: dashboard Shop"]);
  expect(open.map(({ namespace }) => namespace)).toEqual(["jobs", "monitoring"]);
  expect(addDashboard.survey(orchard()).open.map(({ because }) => because)).toEqual(
    Array.from({ length: 2 }, () => expect.stringMatching(/no Grafana/)),
  );
});

test("an Application of its own for dashboards is where they go", () => {
  const more = {
    "argocd/boards.yaml": application("boards", "boards", "monitoring"),
    "boards/a.yaml": configMap("a", "monitoring", dashboardOf("A")),
    "boards/b.yaml": configMap("b", "monitoring", dashboardOf("B")),
  };
  const { files } = written(gallery(more), "shop");
  expect(files.map(({ path }) => path)).toEqual(["boards/shop-dashboard-configmap.yaml"]);
});
