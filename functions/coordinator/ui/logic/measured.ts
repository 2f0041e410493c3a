/** What a check measured, over time, with what was usual before and what is still fine. */

import { defaultThresholds, errorRatioLimit, toleratedRestarts } from "../../../../shared/checks/thresholds.ts";
import type { CheckSettings } from "../../../../shared/domain/check-settings.ts";
import type { Baseline, CheckRun, Measurement, Phase } from "../../../../shared/domain/health.ts";
import { number } from "./time.ts";

/** A line across the plot, in the values' own unit. */
export interface Bound {
  readonly value: number;
  readonly name: "before" | "limit" | "at least";
}

export interface PlotPoint {
  readonly phase: Phase;
  /** Shares (0..1) from the left and from the bottom; measurements without a number have no height. */
  readonly x: number;
  readonly y?: number;
}

export interface MeasuredPlot {
  readonly points: readonly PlotPoint[];
  /** `y`: share (0..1) from the bottom. */
  readonly bounds: readonly (Bound & { readonly y: number })[];
  /** Smallest and largest value that is drawn; absent when nothing has a number. */
  readonly range?: readonly [number, number];
}

/** Room above the highest. */
const HEADROOM = 1.1;

export function plotOf(measurements: readonly Measurement[], bounds: readonly Bound[]): MeasuredPlot {
  const values = measurements.flatMap(({ value }) => (isNumber(value) ? [value] : []));
  const [first, last] = [measurements[0]?.at ?? 0, measurements.at(-1)?.at ?? 0];
  // Of one moment, as records of before have them: then one after the other.
  const x = (at: number, i: number) =>
    last > first ? (at - first) / (last - first) : measurements.length > 1 ? i / (measurements.length - 1) : 0.5;
  if (values.length === 0) {
    return { points: measurements.map(({ phase, at }, i) => ({ phase, x: x(at, i) })), bounds: [] };
  }
  const all = [...values, ...bounds.map(({ value }) => value)];
  const low = all.reduce((least, value) => Math.min(least, value), 0);
  const top = all.reduce((most, value) => Math.max(most, value), low);
  const span = top === low ? 1 : (top - low) * HEADROOM;
  const y = (value: number) => (value - low) / span;
  return {
    points: measurements.map(({ phase, at, value }, i) => ({
      phase,
      x: x(at, i),
      ...(isNumber(value) ? { y: y(value) } : {}),
    })),
    bounds: bounds.map((bound) => ({ ...bound, y: y(bound.value) })),
    range: [low, top],
  };
}

/**
 * The lines of a check's plot. None where several workloads were measured: each has its own, and the value is of the one
 * that did worst.
 */
export function boundsOf(
  name: string,
  baseline: Baseline | undefined,
  settings: CheckSettings | undefined,
): readonly Bound[] {
  const services = Object.values(baseline?.services ?? {});
  if (services.length > 1) return own(name, settings);
  const [service] = services;
  switch (name) {
    case "error-ratio": {
      const before = service?.errorRatio ?? baseline?.errorRatio;
      return [...usual(before), { value: errorRatioLimit(before, "error-ratio", settings), name: "limit" }];
    }
    case "latency": {
      const before = service?.p95Seconds ?? baseline?.p95Seconds;
      if (before === undefined) return [];
      const { factor = defaultThresholds.factor, floorMs = defaultThresholds.floorMs } =
        settings?.checks["latency"] ?? {};
      return [...usual(before), { value: Math.max(before * factor, before + floorMs / 1_000), name: "limit" }];
    }
    case "restarts":
      return [{ value: toleratedRestarts(settings), name: "limit" }];
    default:
      return own(name, settings);
  }
}

function usual(before: number | undefined): Bound[] {
  return before === undefined ? [] : [{ value: before, name: "before" }];
}

/** A query of the repository's own says itself what its result has to be. */
function own(name: string, settings: CheckSettings | undefined): Bound[] {
  const query = settings?.queries.find((one) => one.name === name);
  const upper = query?.atMost ?? query?.below;
  const lower = query?.atLeast ?? query?.above;
  return [
    ...(upper === undefined ? [] : [{ value: upper, name: "limit" } as const]),
    ...(lower === undefined ? [] : [{ value: lower, name: "at least" } as const]),
  ];
}

/** The plot in a sentence, for those who do not see it. */
export function inSentence({ measurements }: CheckRun, bounds: readonly Bound[]): string {
  const values = measurements.flatMap(({ value }) => (isNumber(value) ? [value] : []));
  const count = `${measurements.length} ${measurements.length === 1 ? "measurement" : "measurements"}`;
  if (values.length === 0) return count;
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const range = least === most ? `all ${number(most)}` : `${number(least)} to ${number(most)}`;
  return [`${count}, ${range}`, ...bounds.map(({ name, value }) => `${name} ${number(value)}`)].join(", ");
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}
