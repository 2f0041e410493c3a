/** The parts of Grafana's dashboard schema the school writes (grafana: kinds/dashboard/dashboard_kind.cue), and nothing beside them. */
import * as z from "zod";

const datasource = z.strictObject({
  type: z.literal("prometheus"),
  uid: z.string().regex(/^(?:\$\{\w+\}|[\w-]{1,40})$/),
});
const gridPos = z
  .strictObject({ h: z.int().min(1), w: z.int().min(1).max(24), x: z.int().min(0).max(23), y: z.int().min(0) })
  .refine(({ x, w }) => x + w <= 24, "it leaves the grid");
const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource,
  expr: z.string().min(1),
  legendFormat: z.string().min(1),
  range: z.boolean(),
  instant: z.boolean().optional(),
});
const thresholds = z.strictObject({
  mode: z.literal("absolute"),
  steps: z.tuple([
    z.strictObject({ color: z.string(), value: z.null() }),
    z.strictObject({ color: z.string(), value: z.number() }),
  ]),
});
const common = {
  id: z.int().min(1),
  title: z.string().min(1),
  description: z.string().optional(),
  datasource,
  gridPos,
  targets: z.array(target).min(1),
};
const row = z.strictObject({
  id: z.int().min(1),
  type: z.literal("row"),
  title: z.string().min(1),
  collapsed: z.literal(false),
  gridPos: gridPos.refine(({ h, w, x }) => h === 1 && w === 24 && x === 0, "a row is one line"),
  panels: z.tuple([]),
});
const timeseries = z.strictObject({
  ...common,
  type: z.literal("timeseries"),
  fieldConfig: z.strictObject({
    defaults: z.strictObject({
      unit: z.string(),
      thresholds: thresholds.optional(),
      custom: z.strictObject({
        fillOpacity: z.number().min(0).max(100),
        showPoints: z.enum(["auto", "never", "always"]),
        thresholdsStyle: z.strictObject({ mode: z.enum(["off", "line", "area"]) }).optional(),
      }),
    }),
    overrides: z.tuple([]),
  }),
  options: z.strictObject({
    legend: z.strictObject({
      displayMode: z.enum(["list", "table", "hidden"]),
      placement: z.enum(["bottom", "right"]),
      showLegend: z.boolean(),
      calcs: z.array(z.string()),
    }),
    tooltip: z.strictObject({ mode: z.enum(["single", "multi", "none"]), sort: z.enum(["none", "asc", "desc"]) }),
  }),
});
const stat = z.strictObject({
  ...common,
  type: z.literal("stat"),
  fieldConfig: z.strictObject({
    defaults: z.strictObject({ unit: z.string(), thresholds: thresholds.optional() }),
    overrides: z.tuple([]),
  }),
  options: z.strictObject({
    colorMode: z.enum(["none", "value", "background"]),
    graphMode: z.enum(["none", "line", "area"]),
    justifyMode: z.enum(["auto", "center"]),
    orientation: z.enum(["auto", "vertical", "horizontal"]),
    textMode: z.enum(["auto", "value", "value_and_name", "name", "none"]),
    reduceOptions: z.strictObject({ calcs: z.array(z.string()).min(1), fields: z.string(), values: z.boolean() }),
  }),
});

export const Dashboard = z.strictObject({
  uid: z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/),
  title: z.string().min(1),
  tags: z.array(z.string()),
  timezone: z.enum(["browser", "utc"]),
  editable: z.boolean(),
  graphTooltip: z.literal([0, 1, 2]),
  schemaVersion: z.int().min(36).max(42),
  version: z.int().min(1),
  refresh: z.string().regex(/^\d+[smh]$/),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  templating: z.strictObject({
    list: z.array(
      z.strictObject({
        name: z.string().regex(/^\w+$/),
        type: z.literal("datasource"),
        label: z.string(),
        query: z.literal("prometheus"),
        hide: z.literal([0, 1, 2]),
        includeAll: z.boolean(),
        multi: z.boolean(),
        refresh: z.literal([0, 1, 2]),
        regex: z.string(),
        skipUrlSync: z.boolean(),
        options: z.tuple([]),
        current: z.strictObject({}),
      }),
    ),
  }),
  annotations: z.strictObject({ list: z.tuple([]) }),
  links: z.tuple([]),
  panels: z.array(z.discriminatedUnion("type", [row, timeseries, stat])).min(1),
});
export type WrittenDashboard = z.infer<typeof Dashboard>;

/** The dashboard a text holds; throws where it fits the schema no more, panels overlap, or an id is given twice. */
export function readStrictly(text: string): WrittenDashboard {
  const dashboard = Dashboard.parse(JSON.parse(text));
  const cells = new Set<string>();
  for (const { gridPos: at, title } of dashboard.panels) {
    for (let x = at.x; x < at.x + at.w; x++) {
      for (let y = at.y; y < at.y + at.h; y++) {
        if (cells.has(`${x} ${y}`)) throw new Error(`panel ${title} covers another one`);
        cells.add(`${x} ${y}`);
      }
    }
  }
  const ids = dashboard.panels.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) throw new Error("two panels have one id");
  return dashboard;
}

export function queriesOf(dashboard: WrittenDashboard): readonly string[] {
  return dashboard.panels.flatMap((panel) => (panel.type === "row" ? [] : panel.targets.map(({ expr }) => expr)));
}
