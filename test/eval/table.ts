/** Figures as people read them. */
import Table from "cli-table3";
import { isWorse, type Ratchet } from "./ratchet.ts";
import type { Figure } from "./suite.ts";

export function tableOf(figures: readonly Figure[], ratchet: Ratchet): string {
  const head = ["figure", "value", "95 %", "n", "goal", "before", "text", ""];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const figure of figures) {
    const { name, value, low, high, n, goal, text, note = "" } = figure;
    const before = ratchet[name]?.value;
    table.push([
      name,
      shown(value),
      figure.information === true ? "" : `${shown(low)} .. ${shown(high)}`,
      String(n),
      goal === undefined ? "" : `${figure.better === "higher" ? ">=" : "<="} ${goal}`,
      before === undefined ? "" : shown(before),
      text,
      [verdictOf(figure), note].filter((part) => part !== "").join("; "),
    ]);
  }
  return table.toString();
}

function verdictOf(figure: Figure): string {
  if (figure.control !== undefined) return `control, at most ${figure.control.atMost}`;
  if (figure.information === true) return "not judged";
  if (figure.goal === undefined) return "";
  return isWorse(figure, figure.goal) ? "below the goal" : "reached";
}

function shown(value: number): string {
  return value.toFixed(Math.abs(value) >= 100 ? 0 : 3);
}
