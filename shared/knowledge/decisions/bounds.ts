/** Reads what a number bounds: "at least 2", "no more than 4Gi", "30 days, no longer". */
import type { Dimension } from "./aspects.ts";
import { type Clause, cuesIn } from "./clauses.ts";
import type { Bound } from "./fact.ts";
import type { Quantity } from "./quantities.ts";
import type { Mark } from "./terms.ts";

/** Words between a comparing word and its number: "at least three healthy". */
const NEAR = 4;

export function boundOf(clause: Clause, quantity: Quantity, dimension: Dimension): Bound {
  const amount = quantity.values[dimension] ?? Number.NaN;
  return { op: opOf(clause, quantity), dimension, amount, written: quantity.text };
}

/** "PostgreSQL 16", "Kubernetes version 1.31". */
export function versionAfter({ quantities, words }: Clause, mark: Mark): Quantity | undefined {
  const next = words[mark.to]?.stem === "version" ? mark.to + 1 : mark.to;
  return quantities.find(
    ({ from, values, text }) => from === next && values.version !== undefined && /^[\d.]+$/u.test(text),
  );
}

function opOf(clause: Clause, quantity: Quantity): Bound["op"] {
  const near = cuesIn(clause, "at-least", "at-most", "more-than", "less-than")
    .map(({ mark, cue }) => ({
      mark,
      cue,
      away: mark.to <= quantity.from ? quantity.from - mark.to : mark.from - quantity.to,
    }))
    .filter(({ away }) => away >= 0 && away <= NEAR)
    .toSorted((a, b) => a.away - b.away)[0];
  if (near === undefined) return /\bno longer\b/iu.test(tail(clause, quantity)) ? "<=" : "=";
  if (near.cue === "at-least") return ">=";
  if (near.cue === "at-most") return "<=";
  const denied = cuesIn(clause, "not").some(({ mark }) => mark.to <= near.mark.from);
  if (near.cue === "more-than") return denied ? "<=" : ">";
  return denied ? ">=" : "<";
}

function tail({ text, words }: Clause, { to }: Quantity): string {
  const last = words[to - 1];
  return last === undefined ? "" : text.slice(last.end, last.end + 40);
}

/** Whether a value keeps to a bound; equal but for rounding is equal. */
export function keepsTo(value: number, { op, amount }: Bound): boolean {
  const close = Math.abs(value - amount) <= Math.abs(amount) * 1e-9;
  switch (op) {
    case "=":
      return close;
    case ">=":
      return close || value > amount;
    case "<=":
      return close || value < amount;
    case ">":
      return !close && value > amount;
    case "<":
      return !close && value < amount;
  }
}
