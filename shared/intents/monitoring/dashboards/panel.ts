/** What a dashboard shows, before it is laid out. One family of panels per file beside this one, all of them in sections.ts. */
import type { Place } from "../alerts/signal.ts";

/** Grafana's own names of units (packages/grafana-data: valueFormats). */
export const UNITS = [
  "short",
  "none",
  "percentunit",
  "bytes",
  "decbytes",
  "Bps",
  "s",
  "ms",
  "reqps",
  "ops",
  "cps",
  "dateTimeFromNow",
] as const;
export type Unit = (typeof UNITS)[number];

export interface Query {
  readonly expr: string;
  /** `{{pod}}`; Grafana fills it from the labels. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  readonly kind: "timeseries" | "stat";
  readonly unit: Unit;
  readonly queries: readonly Query[];
  readonly description?: string;
  /** A line an alert is drawn at; `above` is the bad side. */
  readonly limit?: { readonly value: number; readonly bad: "above" | "below" };
}

export interface Section {
  readonly title: string;
  /** True when any namespace would get the same: it alone is no reason for a dashboard. */
  readonly isGeneral: boolean;
  readonly panels: readonly Panel[];
}

export type Family = (place: Place) => Section | undefined;

export function graph(title: string, unit: Unit, ...queries: readonly Query[]): Panel {
  return { title, kind: "timeseries", unit, queries };
}

export function stat(title: string, unit: Unit, expr: string, limit?: Panel["limit"]): Panel {
  return { title, kind: "stat", unit, queries: [{ expr, legend: "" }], ...(limit === undefined ? {} : { limit }) };
}
