/** "Router against baselines": one line per system, one column per figure. */
import Table from "cli-table3";
import type { Figure } from "../suite.ts";

/** Column, and how the figures of it are called after the system's name. */
const COLUMNS = [
  ["others, forced", "accuracy on others"],
  ["held, forced", "accuracy on held"],
  ["adversarial", "accuracy on adversarial"],
  ["decided, others", "coverage on others"],
  ["of these right", "precision on others"],
  ["coverage at 90 %", "coverage at 90 % on others"],
  ["ECE, others", "calibration error on others"],
  ["p50 ms", "p50 ms"],
  ["p95 ms", "p95 ms"],
] as const;

export const SYSTEMS = [
  "cascade",
  "cascade with memory",
  "keywords",
  "neighbours",
  "classifier",
  "seed rule",
  "claimed category",
  "kNN-7",
  "majority class",
] as const;

export function matrixOf(figures: readonly Figure[]): string {
  const value = (name: string): string => {
    const figure = figures.find((one) => one.name === `routing/${name}`);
    if (figure === undefined) return "";
    return figure.value.toFixed(name.endsWith("ms") && figure.value < 1 ? 3 : 2);
  };
  const head = ["Router against baselines", ...COLUMNS.map(([column]) => column)];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const system of SYSTEMS) table.push([system, ...COLUMNS.map(([, figure]) => value(`${system} ${figure}`))]);
  return table.toString();
}
