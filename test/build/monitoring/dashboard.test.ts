import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { NAMES_OF_PANELS } from "./asked-panels.ts";
import { dataPanels, SchoolDashboard } from "./dashboard-schema.ts";

const monitoring = path.resolve(import.meta.dirname, "../../../keda/monitoring");
const text = (file: string) => readFile(path.join(monitoring, file), "utf8");
const dashboard = SchoolDashboard.parse(JSON.parse(await text("dashboard.json")));

test("it has the eight panels the platform asked for, each as the chart it asked for", () => {
  const found = new Map(dataPanels(dashboard).map(({ title, type }) => [title, type]));
  for (const [title, type] of NAMES_OF_PANELS) expect(found.get(title), title).toBe(type);
});

test("no panel covers another, and no two have one id or one title", () => {
  const cells = new Set<string>();
  for (const { gridPos: at, title } of dashboard.panels) {
    for (let x = at.x; x < at.x + at.w; x += 1) {
      for (let y = at.y; y < at.y + at.h; y += 1) {
        expect(cells.has(`${x} ${y}`), `${title} covers another one`).toBe(false);
        cells.add(`${x} ${y}`);
      }
    }
  }
  const { panels } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
});

test("every variable a query uses is one the dashboard has, or Grafana's own", () => {
  const known = new Set([...dashboard.templating.list.map(({ name }) => name), "__rate_interval"]);
  for (const { targets, title } of dataPanels(dashboard)) {
    for (const { expr, datasource } of targets) {
      const used = [...`${expr} ${datasource.uid}`.matchAll(/\$\{?(\w+)\}?/g)].map(([, name = ""]) => name);
      expect(
        used.filter((name) => !known.has(name)),
        title,
      ).toEqual([]);
    }
  }
});

test("Grafana's sidecar finds the very file that people import by hand", async () => {
  const config = parse(await text("dashboard.yaml")) as {
    kind: string;
    metadata: { labels: Record<string, string> };
    data: Record<string, string>;
  };
  expect(config.kind).toBe("ConfigMap");
  expect(config.metadata.labels["grafana_dashboard"]).toBe("1");
  expect(Object.values(config.data)).toEqual([await text("dashboard.json")]);
});

test("kustomize takes in what is an object of Kubernetes", async () => {
  const { resources } = parse(await text("kustomization.yaml")) as { resources: string[] };
  const kinds = await Promise.all(resources.map(async (file) => (parse(await text(file)) as { kind: string }).kind));
  expect(kinds).toEqual(["PrometheusRule", "ServiceMonitor", "ConfigMap"]);
});
