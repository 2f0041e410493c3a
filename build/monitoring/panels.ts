/** Panels of the dashboard as they are described here, and as Grafana wants them (schema version 39, Grafana 10 and newer). */

interface Described {
  readonly title: string;
  readonly description: string;
  /** In grid units: the dashboard is 24 wide. */
  readonly width: number;
  readonly height: number;
  /** Grafana's name; `short` unless given. */
  readonly unit?: string;
  readonly queries: readonly Query[];
}

export interface Query {
  readonly expr: string;
  /** Name of the series; `{{label}}` stands for a label's value. */
  readonly legend: string;
}

export type Panel = Described &
  (
    | { readonly type: "timeseries"; readonly stacked?: boolean }
    | { readonly type: "stat" | "gauge"; readonly steps: readonly Step[]; readonly max?: number }
    | { readonly type: "bargauge" }
    | { readonly type: "heatmap" }
    | { readonly type: "piechart" }
    /** One row per series; `columns` names labels in the order they are shown, with their heading. */
    | { readonly type: "table"; readonly columns: Readonly<Record<string, string>>; readonly valueIsTime?: boolean }
  );

/** From `value` on it has this colour; the first one has none. */
export interface Step {
  readonly value: number | null;
  readonly color: "green" | "yellow" | "orange" | "red" | "blue";
}

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };
const CUSTOM = { fillOpacity: 10, lineWidth: 1, showPoints: "never" };

/** `at`: the place on the grid. */
export function grafanaPanel(panel: Panel, id: number, at: { x: number; y: number }): Record<string, unknown> {
  const { title, description, type, width, height, queries } = panel;
  // A table, a pie, a number show what is; lines and heat show how it came.
  const isRange = type === "timeseries" || type === "heatmap";
  return {
    id,
    type,
    title,
    description,
    datasource: DATASOURCE,
    gridPos: { h: height, w: width, ...at },
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + i),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      range: isRange,
      instant: !isRange,
      ...(type === "table" ? { format: "table" } : {}),
      ...(type === "heatmap" ? { format: "time_series" } : {}),
    })),
    ...looks(panel),
  };
}

function looks(panel: Panel): Record<string, unknown> {
  const { unit = "short" } = panel;
  const reduceOptions = { calcs: ["lastNotNull"], fields: "", values: false };
  switch (panel.type) {
    case "timeseries": {
      const stacking = { mode: panel.stacked === true ? "normal" : "none", group: "A" };
      return {
        fieldConfig: { defaults: { unit, min: 0, custom: { ...CUSTOM, stacking } }, overrides: [] },
        options: {
          legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
          tooltip: { mode: "multi", sort: "desc" },
        },
      };
    }
    case "stat":
    case "gauge": {
      const { steps, max } = panel;
      const scale = max === undefined ? {} : { min: 0, max };
      const thresholds = { mode: "absolute", steps };
      const own =
        panel.type === "gauge"
          ? { showThresholdLabels: false, showThresholdMarkers: true }
          : { colorMode: "value", graphMode: "none", justifyMode: "auto", textMode: "auto" };
      return {
        fieldConfig: { defaults: { unit, ...scale, thresholds, color: { mode: "thresholds" } }, overrides: [] },
        options: { orientation: "auto", reduceOptions, ...own },
      };
    }
    case "bargauge":
      return {
        fieldConfig: { defaults: { unit, min: 0, color: { mode: "continuous-BlPu" } }, overrides: [] },
        options: {
          displayMode: "gradient",
          orientation: "horizontal",
          showUnfilled: true,
          valueMode: "color",
          reduceOptions,
        },
      };
    case "heatmap":
      return {
        fieldConfig: { defaults: { unit, custom: { scaleDistribution: { type: "linear" } } }, overrides: [] },
        options: {
          calculate: false,
          cellGap: 1,
          color: { mode: "scheme", scheme: "Oranges", steps: 64, reverse: false, exponent: 0.5, fill: "dark-orange" },
          rowsFrame: { layout: "auto" },
          yAxis: { axisPlacement: "left", reverse: false },
          legend: { show: true },
          tooltip: { mode: "single", showColorScale: false, yHistogram: false },
        },
      };
    case "piechart":
      return {
        fieldConfig: { defaults: { unit, color: { mode: "palette-classic" } }, overrides: [] },
        options: {
          pieType: "donut",
          reduceOptions,
          legend: { displayMode: "table", placement: "right", showLegend: true, values: ["value", "percent"] },
          tooltip: { mode: "single", sort: "none" },
        },
      };
    case "table":
      return tableLooks(panel.columns, panel.valueIsTime === true, unit);
  }
}

function tableLooks(columns: Readonly<Record<string, string>>, valueIsTime: boolean, unit: string) {
  const names = [...Object.keys(columns), "Value"];
  const heading = valueIsTime ? "When" : "Number";
  return {
    fieldConfig: {
      defaults: { unit, custom: { align: "auto", filterable: true } },
      overrides: [
        {
          matcher: { id: "byName", options: heading },
          properties: [{ id: "unit", value: valueIsTime ? "dateTimeAsIso" : unit }],
        },
      ],
    },
    // Prometheus counts seconds, Grafana milliseconds: the query has multiplied already.
    transformations: [
      { id: "filterFieldsByName", options: { include: { names } } },
      {
        id: "organize",
        options: {
          indexByName: Object.fromEntries(names.map((name, i) => [name, i])),
          renameByName: { ...columns, Value: heading },
        },
      },
      { id: "sortBy", options: { sort: [{ field: heading, desc: true }] } },
    ],
    options: { showHeader: true, cellHeight: "sm", sortBy: [{ displayName: heading, desc: true }] },
  };
}
