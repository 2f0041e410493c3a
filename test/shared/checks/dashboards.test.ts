import { describe, expect, test } from "vitest";
import { metricsQuery } from "../../../shared/checks/queries.ts";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { look, phaseOf, shop, textOf } from "./world.ts";

const ref = (kind: "ConfigMap" | "GrafanaDashboard"): ObjectRef => ({
  apiVersion: kind === "ConfigMap" ? "v1" : "grafana.integreatly.org/v1beta1",
  kind,
  namespace: "shop",
  name: "board",
  effect: "create",
});
const json = JSON.stringify({
  title: "Shop",
  panels: [{ targets: [{ expr: 'sum(rate(orders_total{namespace="$ns"}[$__rate_interval])) / sum(carts_open)' }] }],
});
const board = { data: { "shop.json": json } };
const operated = (status?: object) => ({ spec: { json }, ...(status === undefined ? {} : { status }) });

/** A Prometheus that has these metrics. */
const having = (...names: string[]) => {
  const asked: string[] = [];
  return {
    asked,
    query: async (promql: string) => {
      asked.push(promql);
      return names.map((name) => ({ labels: { __name__: name }, value: 3 }));
    },
  };
};
const all = ["up", "orders_total", "carts_open"];

describe("a dashboard", () => {
  test.each<[string, "ConfigMap" | "GrafanaDashboard", object | undefined, string[], boolean, Phase | "n/a", RegExp]>([
    ["whose metrics are all there", "ConfigMap", board, all, false, "Successful", /2 of the 2 metrics/],
    ["of which one is missing", "ConfigMap", board, all.slice(0, 2), true, "Successful", /not \(yet\) carts_open/],
    ["nobody measures", "ConfigMap", board, ["up"], true, "Inconclusive", /none of the 2 metrics/],
    ["no Prometheus can be asked about", "ConfigMap", board, [], true, "n/a", /no Prometheus/],
    ["that is another ConfigMap", "ConfigMap", { data: { "a.yaml": "b" } }, all, false, "n/a", /no dashboard/],
    ["that is broken", "ConfigMap", { data: { "a.json": "{" } }, all, false, "n/a", /no dashboard/],
    ["that is gone: the check of objects says so", "ConfigMap", undefined, all, true, "n/a", /not there/],
    [
      "of the operator",
      "GrafanaDashboard",
      operated({ NoMatchingInstances: false }),
      all,
      false,
      "Successful",
      /2 of the 2/,
    ],
    [
      "no Grafana selects yet",
      "GrafanaDashboard",
      operated({ NoMatchingInstances: true }),
      all,
      false,
      "Inconclusive",
      /no Grafana/,
    ],
    [
      "no Grafana selects to the end",
      "GrafanaDashboard",
      operated({ NoMatchingInstances: true }),
      all,
      true,
      "Failed",
      /no Grafana/,
    ],
    [
      "that is not taken over",
      "GrafanaDashboard",
      operated({ conditions: [{ type: "DashboardSynchronized", status: "False", message: "broken json" }] }),
      all,
      true,
      "Failed",
      /broken json/,
    ],
    ["of the operator that is gone", "GrafanaDashboard", undefined, all, true, "Failed", /not there/],
  ])("%s", async (_, kind, object, metrics, lastLook, phase, text) => {
    const world = shop({ objects: { [`${kind} board`]: object as Record<string, unknown> | undefined } });
    const seen = await look("dashboards", world, { objects: [ref(kind)], lastLook, metrics: having(...metrics) });
    expect(phaseOf(seen)).toBe(phase);
    expect(textOf(seen)).toMatch(text);
  });

  test("one question asks for all its metrics", async () => {
    const metrics = having(...all);
    await look("dashboards", shop({ objects: { "ConfigMap board": board } }), { objects: [ref("ConfigMap")], metrics });
    expect(metrics.asked).toEqual([metricsQuery(all)]);
  });

  test("nothing to look at where none is changed, or one is deleted", async () => {
    expect(phaseOf(await look("dashboards", shop(), { objects: [] }))).toBe("n/a");
    expect(phaseOf(await look("dashboards", shop(), { objects: [{ ...ref("ConfigMap"), effect: "delete" }] }))).toBe(
      "n/a",
    );
  });
});
