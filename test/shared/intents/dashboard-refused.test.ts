import { describe, expect, test } from "vitest";
import { addDashboard } from "../../../shared/intents/monitoring/add-dashboard.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { platformOf } from "../../support/platform.ts";
import { configMap, dashboardOf, why } from "./boards.ts";
import { gallery, galleryTexts, grafana, SIDECAR } from "./gallery.ts";
import { orchard } from "./orchard.ts";
import type { Texts } from "./workers.ts";

describe("refused, and no candidate", () => {
  const bare = (more: Texts) =>
    platformOf({
      ...galleryTexts,
      "apps/monitoring/kube-state-metrics-deployment.yaml": "",
      "apps/shop/shop-rules.yaml": "",
      "apps/shop/web-servicemonitor.yaml": "",
      ...more,
    });
  test.each<[string, Platform, string, RegExp]>([
    ["no Grafana", orchard(), "shop", /no Grafana/],
    [
      "a Grafana nothing leads to",
      gallery({ "apps/monitoring/grafana-deployment.yaml": grafana(undefined) }),
      "shop",
      /nothing shows how/,
    ],
    [
      "a sidecar for data sources",
      gallery({
        "apps/monitoring/grafana-deployment.yaml": grafana({ ...SIDECAR, LABEL: "grafana_datasource" }).replaceAll(
          "grafana-sc-dashboard",
          "grafana-sc-datasources",
        ),
      }),
      "shop",
      /nothing shows how/,
    ],
    [
      "a sidecar for Secrets",
      gallery({ "apps/monitoring/grafana-deployment.yaml": grafana({ ...SIDECAR, RESOURCE: "secret" }) }),
      "shop",
      /nothing shows how/,
    ],
    [
      "a sidecar that looks once",
      gallery({ "apps/monitoring/grafana-deployment.yaml": grafana({ ...SIDECAR, METHOD: "LIST" }) }),
      "shop",
      /nothing shows how/,
    ],
    ["nothing is measured", bare({}), "shop", /nothing in the repository shows what could be measured/],
    [
      "one by its title",
      gallery({ "apps/shop/own.yaml": configMap("own", "shop", dashboardOf("The Shop at a glance")) }),
      "shop",
      /is about it already/,
    ],
    [
      "one by its query",
      gallery({
        "apps/jobs/own.yaml": configMap("own", "jobs", dashboardOf("Sales", 'sum(up{namespace=~"web|shop"})')),
      }),
      "shop",
      /is about it already/,
    ],
    [
      "one in a JSON file",
      gallery({ "dashboards/shop.json": JSON.stringify(dashboardOf("x", 'up{namespace="shop"}')) }),
      "shop",
      /dashboards\/shop.json/,
    ],
    [
      "its name is taken",
      gallery({
        "apps/shop/own.yaml":
          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop-dashboard, namespace: shop}\ndata: {}\n",
      }),
      "shop",
      /already holds ConfigMap/,
    ],
    [
      "its file is taken",
      gallery({ "apps/jobs/own.yaml": configMap("x", "jobs", dashboardOf("X", "up", { uid: "shop-overview" })) }),
      "shop",
      /of that name/,
    ],
    ["nobody is there", gallery(), "nowhere", /runs anything/],
    ["off limits", gallery(), "kube-system", /off limits/],
  ])("%s", (_, platform, namespace, because) => {
    expect(why(platform, namespace)).toMatch(because);
    expect(addDashboard.candidates(platform).map(({ intent }) => intent.namespace)).not.toContain(namespace);
  });

  test("a dashboard with a variable for namespaces names none of them", () => {
    const generic = dashboardOf("Any namespace", 'sum(kube_pod_info{namespace="$namespace"})');
    expect(why(gallery({ "apps/shop/own.yaml": configMap("own", "shop", generic) }), "shop")).toBe("rendered");
  });

  test.each([
    [[{ title: "x", expr: "no_such_metric_total" }], /no_such_metric_total/],
    [[{ title: "x", expr: "sum(rate(up[5m])" }], /no PromQL/],
    [[{ title: "x", expr: "1 + 1" }], /asks for no metric/],
    [[{ title: "x", expr: '{namespace="shop"}' }], /no PromQL/],
    [[{ title: "x\n---\nkind: Secret", expr: "up" }], /plain punctuation/],
    [[{ title: "<script>", expr: "up" }], /plain punctuation/],
    [[{ title: "x", expr: "up\n---" }], /one line/],
    [[{ title: "x", expr: "up", unit: "evil" }], /not valid/],
    [[{ title: "x", expr: "up", datasource: "x" }], /nrecognized/],
    [Array.from({ length: 13 }, (_, index) => ({ title: `x${index}`, expr: "up" })), /not valid/],
  ])("hostile panels: %o", (panels, because) => {
    expect(why(gallery(), "shop", { panels })).toMatch(because);
  });
});
