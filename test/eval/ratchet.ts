/** The last accepted figures, which may only become better; and what speaks against a run. */
import * as z from "zod";
import type { Figure } from "./suite.ts";

export const Ratchet = z.record(z.string(), z.strictObject({ value: z.number(), n: z.int().positive() }));
export type Ratchet = z.infer<typeof Ratchet>;

/** Sums in another order differ in the last digits. */
const ROUNDING = 1e-9;

/** Why the run is not to be accepted; `suites` are those that ran. Empty: all is well. */
export function problemsOf(figures: readonly Figure[], ratchet: Ratchet, suites: readonly string[]): readonly string[] {
  const found = new Set(figures.map(({ name }) => name));
  const twice = figures.filter(({ name }, at) => figures.findIndex((one) => one.name === name) !== at);
  const gone = Object.keys(ratchet).filter((name) => !found.has(name) && suites.includes(name.split("/")[0] ?? ""));
  return [
    ...figures.flatMap((figure) => problemOf(figure, ratchet[figure.name])),
    ...twice.map(({ name }) => `${name}: measured twice`),
    ...gone.map((name) => `${name}: was accepted before and is not measured any more`),
  ];
}

function problemOf(figure: Figure, before: Ratchet[string] | undefined): readonly string[] {
  const { name, value, control, goal, information } = figure;
  if (!Number.isFinite(value)) return [`${name}: no number`];
  if (information === true) return [];
  if (control !== undefined) {
    return value > control.atMost
      ? [
          `${name}: a negative control at ${value.toFixed(3)}, at most ${control.atMost} is expected: the set tells nothing`,
        ]
      : [];
  }
  if (before === undefined || !isWorse(figure, before.value)) return [];
  const wasReached = goal !== undefined && !isWorse({ ...figure, value: before.value }, goal);
  const isMissed = wasReached && isWorse(figure, goal);
  return [
    `${name}: ${value.toFixed(3)}, ${before.value.toFixed(3)} was accepted before${isMissed ? `, and with it the goal ${goal}` : ""}`,
  ];
}

export function isWorse({ value, better }: Pick<Figure, "value" | "better">, than: number): boolean {
  return better === "higher" ? value < than - ROUNDING : value > than + ROUNDING;
}

/** The ratchet with what has become better, or is new; never with what has become worse. */
export function raised(figures: readonly Figure[], ratchet: Ratchet): Ratchet {
  const next = new Map(Object.entries(ratchet));
  for (const figure of figures) {
    if (figure.control !== undefined || figure.information === true) continue;
    const before = next.get(figure.name);
    if (before === undefined || !isWorse(figure, before.value)) {
      next.set(figure.name, { value: figure.value, n: figure.n });
    }
  }
  return Object.fromEntries([...next].sort(([a], [b]) => (a < b ? -1 : 1)));
}
