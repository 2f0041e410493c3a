/** The parts of Grafana's dashboard and panel schemas (grafana: kinds/dashboard, public/app/plugins/panel/*) the school's own dashboard uses. */
import * as z from "zod";

const datasource = z.strictObject({ type: z.literal("prometheus"), uid: z.literal("${datasource}") });
const gridPos = z
  .strictObject({ h: z.int().min(1), w: z.int().min(1).max(24), x: z.int().min(0).max(23), y: z.int().min(0) })
  .refine(({ x, w }) => x + w <= 24, "it leaves the grid");
const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource,
  expr: z.string().min(1),
  legendFormat: z.string().min(1),
  range: z.boolean(),
  instant: z.boolean(),
  format: z.enum(["table", "time_series", "heatmap"]).optional(),
});
const color = z.strictObject({ mode: z.enum(["thresholds", "palette-classic", "continuous-BlPu"]) });
const thresholds = z.strictObject({
  mode: z.literal("absolute"),
  steps: z
    .array(z.strictObject({ color: z.string(), value: z.number().nullable() }))
    .min(1)
    .refine(([first, ...others]) => first?.value === null && others.every(({ value }) => value !== null)),
});
const unit = z.enum(["short", "percentunit", "ops", "s", "bytes", "currencyUSD"]);
const reduceOptions = z.strictObject({ calcs: z.array(z.string()).min(1), fields: z.string(), values: z.boolean() });
const common = {
  id: z.int().min(1),
  title: z.string().min(1),
  description: z.string().min(10),
  datasource,
  gridPos,
  targets: z.array(target).min(1),
};
const tooltip = z.strictObject({ mode: z.enum(["single", "multi", "none"]), sort: z.enum(["none", "asc", "desc"]) });
function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ defaults: z.strictObject({ unit, ...shape }), overrides: z.tuple([]) });
}

const row = z.strictObject({
  id: z.int().min(1),
  type: z.literal("row"),
  title: z.string().min(1),
  collapsed: z.literal(false),
  gridPos,
  panels: z.tuple([]),
});
const timeseries = z.strictObject({
  ...common,
  type: z.literal("timeseries"),
  fieldConfig: fields({
    min: z.number(),
    custom: z.strictObject({
      fillOpacity: z.number(),
      lineWidth: z.number(),
      showPoints: z.enum(["auto", "never", "always"]),
      stacking: z.strictObject({ mode: z.enum(["none", "normal", "percent"]), group: z.string() }),
    }),
  }),
  options: z.strictObject({
    legend: z.strictObject({
      displayMode: z.enum(["list", "table", "hidden"]),
      placement: z.enum(["bottom", "right"]),
      showLegend: z.boolean(),
      calcs: z.array(z.string()),
    }),
    tooltip,
  }),
});
const number = fields({ min: z.number().optional(), max: z.number().optional(), thresholds, color });
const stat = z.strictObject({
  ...common,
  type: z.literal("stat"),
  fieldConfig: number,
  options: z.strictObject({
    orientation: z.enum(["auto", "vertical", "horizontal"]),
    reduceOptions,
    colorMode: z.enum(["none", "value", "background"]),
    graphMode: z.enum(["none", "line", "area"]),
    justifyMode: z.enum(["auto", "center"]),
    textMode: z.enum(["auto", "value", "value_and_name", "name", "none"]),
  }),
});
const gauge = z.strictObject({
  ...common,
  type: z.literal("gauge"),
  fieldConfig: number,
  options: z.strictObject({
    orientation: z.enum(["auto", "vertical", "horizontal"]),
    reduceOptions,
    showThresholdLabels: z.boolean(),
    showThresholdMarkers: z.boolean(),
  }),
});
const bargauge = z.strictObject({
  ...common,
  type: z.literal("bargauge"),
  fieldConfig: fields({ min: z.number(), color }),
  options: z.strictObject({
    displayMode: z.enum(["basic", "lcd", "gradient"]),
    orientation: z.enum(["auto", "vertical", "horizontal"]),
    showUnfilled: z.boolean(),
    valueMode: z.enum(["color", "text", "hidden"]),
    reduceOptions,
  }),
});
const heatmap = z.strictObject({
  ...common,
  type: z.literal("heatmap"),
  fieldConfig: fields({
    custom: z.strictObject({ scaleDistribution: z.strictObject({ type: z.enum(["linear", "log"]) }) }),
  }),
  options: z.strictObject({
    calculate: z.boolean(),
    cellGap: z.number(),
    color: z.strictObject({
      mode: z.enum(["scheme", "opacity"]),
      scheme: z.string(),
      steps: z.int().min(2).max(128),
      reverse: z.boolean(),
      exponent: z.number(),
      fill: z.string(),
    }),
    rowsFrame: z.strictObject({ layout: z.enum(["auto", "le", "ge", "unknown"]) }),
    yAxis: z.strictObject({ axisPlacement: z.enum(["left", "right", "hidden"]), reverse: z.boolean() }),
    legend: z.strictObject({ show: z.boolean() }),
    tooltip: z.strictObject({
      mode: z.enum(["single", "multi", "none"]),
      showColorScale: z.boolean(),
      yHistogram: z.boolean(),
    }),
  }),
});
const piechart = z.strictObject({
  ...common,
  type: z.literal("piechart"),
  fieldConfig: fields({ color }),
  options: z.strictObject({
    pieType: z.enum(["pie", "donut"]),
    reduceOptions,
    legend: z.strictObject({
      displayMode: z.enum(["list", "table"]),
      placement: z.enum(["bottom", "right"]),
      showLegend: z.boolean(),
      values: z.array(z.enum(["value", "percent"])),
    }),
    tooltip,
  }),
});
const table = z.strictObject({
  ...common,
  type: z.literal("table"),
  fieldConfig: z.strictObject({
    defaults: z.strictObject({ unit, custom: z.strictObject({ align: z.string(), filterable: z.boolean() }) }),
    overrides: z.array(
      z.strictObject({
        matcher: z.strictObject({ id: z.literal("byName"), options: z.string() }),
        properties: z.array(z.strictObject({ id: z.string(), value: z.string() })),
      }),
    ),
  }),
  transformations: z.array(
    z.strictObject({
      id: z.enum(["filterFieldsByName", "organize", "sortBy"]),
      options: z.record(z.string(), z.unknown()),
    }),
  ),
  options: z.strictObject({
    showHeader: z.boolean(),
    cellHeight: z.enum(["sm", "md", "lg"]),
    sortBy: z.array(z.strictObject({ displayName: z.string(), desc: z.boolean() })),
  }),
});

export const SchoolDashboard = z.object({
  uid: z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/),
  title: z.string().min(1),
  schemaVersion: z.int().min(36).max(42),
  refresh: z.string().regex(/^\d+[smh]$/),
  templating: z.strictObject({
    list: z.array(z.looseObject({ name: z.string().regex(/^\w+$/), type: z.enum(["datasource", "query"]) })),
  }),
  panels: z.array(z.discriminatedUnion("type", [row, timeseries, stat, gauge, bargauge, heatmap, piechart, table])),
});
export type SchoolDashboard = z.infer<typeof SchoolDashboard>;

/** Panels without the headings. */
export function dataPanels({ panels }: SchoolDashboard) {
  return panels.flatMap((panel) => (panel.type === "row" ? [] : [panel]));
}

/** As Grafana would send it, looking at everything, with a window of 30 seconds. */
export function asAsked(expr: string): string {
  return expr.replaceAll("$job", ".*").replaceAll("$__rate_interval", "30s");
}
