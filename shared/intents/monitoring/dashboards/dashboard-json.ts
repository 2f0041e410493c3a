/**
 * A dashboard as Grafana stores it (grafana: kinds/dashboard/dashboard_kind.cue; docs: dashboard JSON model): rows of panels
 * on a grid 24 columns wide, each query to the data source the repository's own dashboards name.
 */
import { createHash } from "node:crypto";
import { mostCommon } from "../../../repository/conventions.ts";
import { dashboardsOf } from "../../../repository/dashboards.ts";
import type { Platform } from "../../../repository/platform.ts";
import { type Fields, fieldsAt, itemsAt, textAt } from "../../../repository/values.ts";
import type { Panel, Section } from "./panel.ts";

const COLUMNS = 24;
/** Columns and lines of a panel. */
const SIZE = { stat: { w: 6, h: 4 }, timeseries: { w: 12, h: 8 } } as const;
/** Grafana brings an older version up to its own when it loads a dashboard, never a newer one down; 36 came with Grafana 9. */
const SCHEMA_VERSION = 36;
const NEWEST = 42;

/** How dashboards of this platform name their Prometheus. */
interface DataSource {
  readonly uid: string;
  /** A variable in which the viewer chooses among the data sources; undefined where one is named for good. */
  readonly variable: string | undefined;
}

export function dashboardText(platform: Platform, namespace: string, sections: readonly Section[]): string {
  const source = dataSource(platform);
  const dashboard: Fields = {
    uid: uidFor(namespace),
    title: titleFor(namespace),
    tags: [namespace],
    timezone: "browser",
    editable: true,
    graphTooltip: 1,
    schemaVersion: schemaVersion(platform),
    version: 1,
    refresh: "1m",
    time: { from: "now-6h", to: "now" },
    templating: { list: source.variable === undefined ? [] : [dataSourceVariable(source.variable)] },
    annotations: { list: [] },
    links: [],
    panels: layOut(sections, { type: "prometheus", uid: source.uid }),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

/** The same for ever, so that links to it hold; Grafana takes 40 characters. */
export function uidFor(namespace: string): string {
  const plain = `${namespace}-overview`;
  if (plain.length <= 40) return plain;
  return `${namespace.slice(0, 31)}-${createHash("sha256").update(namespace).digest("hex").slice(0, 8)}`;
}

export function titleFor(namespace: string): string {
  return `Namespace ${namespace}`;
}

function layOut(sections: readonly Section[], datasource: Fields): readonly Fields[] {
  const panels: Fields[] = [];
  let y = 0;
  for (const section of sections) {
    panels.push({
      id: panels.length + 1,
      type: "row",
      title: section.title,
      collapsed: false,
      gridPos: { h: 1, w: COLUMNS, x: 0, y },
      panels: [],
    });
    y += 1;
    for (const kind of ["stat", "timeseries"] as const) {
      const { w, h } = SIZE[kind];
      const alike = section.panels.filter((panel) => panel.kind === kind);
      const perLine = COLUMNS / w;
      for (const [index, panel] of alike.entries()) {
        const gridPos = { h, w, x: (index % perLine) * w, y: y + Math.floor(index / perLine) * h };
        panels.push(panelJson(panel, panels.length + 1, gridPos, datasource));
      }
      y += Math.ceil(alike.length / perLine) * h;
    }
  }
  return panels;
}

function panelJson(panel: Panel, id: number, gridPos: Fields, datasource: Fields): Fields {
  const { title, kind, unit, queries, description } = panel;
  const isGraph = kind === "timeseries";
  const limited = panel.limit === undefined ? {} : { thresholds: thresholds(panel.limit) };
  const line = isGraph && panel.limit !== undefined ? { thresholdsStyle: { mode: "line" } } : {};
  return {
    id,
    type: kind,
    title,
    ...(description === undefined ? {} : { description }),
    datasource,
    gridPos,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      legendFormat: legend === "" ? "__auto" : legend,
      ...(isGraph ? { range: true } : { instant: true, range: false }),
    })),
    fieldConfig: {
      defaults: { unit, ...limited, ...(isGraph ? { custom: { fillOpacity: 10, showPoints: "never", ...line } } : {}) },
      overrides: [],
    },
    options: isGraph
      ? {
          legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
          tooltip: { mode: "multi", sort: "desc" },
        }
      : {
          colorMode: "value",
          graphMode: "none",
          justifyMode: "auto",
          orientation: "auto",
          textMode: "auto",
          reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
        },
  };
}

function thresholds({ value, bad }: NonNullable<Panel["limit"]>): Fields {
  const [below, above] = bad === "above" ? ["green", "red"] : ["red", "green"];
  return {
    mode: "absolute",
    steps: [
      { color: below, value: null },
      { color: above, value },
    ],
  };
}

function dataSourceVariable(name: string): Fields {
  return {
    name,
    type: "datasource",
    label: "Data source",
    query: "prometheus",
    hide: 0,
    includeAll: false,
    multi: false,
    refresh: 1,
    regex: "",
    skipUrlSync: false,
    options: [],
    current: {},
  };
}

/** A variable of their own, or a data source named for good; a variable where there are no dashboards to follow. */
function dataSource(platform: Platform): DataSource {
  const shown = dashboardsOf(platform).filter(({ resource }) => resource?.application !== undefined);
  const used = shown.flatMap(({ json }) => {
    const variables = itemsAt(json, "templating", "list").filter((one) => one["type"] === "datasource");
    const own = variables.find((one) => one["query"] === "prometheus");
    const name = textAt(own, "name");
    if (name !== undefined) return /^\w{1,40}$/.test(name) ? [`$${name}`] : [];
    return itemsAt(json, "panels").flatMap((panel) => {
      const { type, uid } = fieldsAt(panel, "datasource");
      return type === "prometheus" && typeof uid === "string" && /^[\w-]{1,40}$/.test(uid) ? [uid] : [];
    });
  });
  const usual = mostCommon(used) ?? "$datasource";
  return usual.startsWith("$")
    ? { uid: `\${${usual.slice(1)}}`, variable: usual.slice(1) }
    : { uid: usual, variable: undefined };
}

function schemaVersion(platform: Platform): number {
  const versions = dashboardsOf(platform).flatMap(({ json }) => {
    const version = json["schemaVersion"];
    return typeof version === "number" && version >= SCHEMA_VERSION && version <= NEWEST ? [String(version)] : [];
  });
  return Number(mostCommon(versions) ?? SCHEMA_VERSION);
}
