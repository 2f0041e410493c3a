/** The Grafana dashboard "Cortex Online School Overview". */
import { grafanaPanel, type Panel } from "./panels.ts";
import { operating, overview } from "./school-panels.ts";

const GRID = 24;

export function dashboard(): Record<string, unknown> {
  const panels: Record<string, unknown>[] = [];
  let y = 0;
  for (const [title, group] of [
    ["Overview", overview],
    ["Operating", operating],
  ] as const) {
    panels.push({
      id: panels.length + 1,
      type: "row",
      title,
      collapsed: false,
      gridPos: { h: 1, w: GRID, x: 0, y },
      panels: [],
    });
    y = place(group, y + 1, panels);
  }
  return {
    uid: "cortex-online-school",
    title: "Cortex Online School Overview",
    tags: ["cortex", "gitops"],
    timezone: "browser",
    editable: true,
    graphTooltip: 1,
    schemaVersion: 39,
    version: 1,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    templating: { list: variables() },
    annotations: { list: [] },
    links: [],
    panels,
  };
}

/** Left to right; what does not fit begins a new line, as low as the highest of the last one. Returns where it ends. */
function place(group: readonly Panel[], from: number, panels: Record<string, unknown>[]): number {
  let [x, y, tallest] = [0, from, 0];
  for (const panel of group) {
    if (x + panel.width > GRID) [x, y, tallest] = [0, y + tallest, 0];
    panels.push(grafanaPanel(panel, panels.length + 1, { x, y }));
    x += panel.width;
    tallest = Math.max(tallest, panel.height);
  }
  return y + tallest;
}

function variables(): readonly Record<string, unknown>[] {
  const common = { hide: 0, skipUrlSync: false, options: [] };
  return [
    {
      ...common,
      name: "datasource",
      type: "datasource",
      label: "Data source",
      query: "prometheus",
      includeAll: false,
      multi: false,
      refresh: 1,
      regex: "",
      current: {},
    },
    {
      ...common,
      name: "job",
      type: "query",
      label: "School",
      datasource: { type: "prometheus", uid: "${datasource}" },
      query: { query: "label_values(cortex_school_breaker_open, job)", refId: "job" },
      includeAll: true,
      allValue: ".*",
      multi: true,
      refresh: 2,
      regex: "",
      sort: 1,
      current: { text: "All", value: "$__all" },
    },
  ];
}
