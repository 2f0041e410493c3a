/**
 * What makes two proposals different whatever else they share: an opposite direction, other numbers, another target. No
 * score outweighs a guard; where only one of the two says something, there is none.
 */

import { agrees, amountOf } from "./numbers.ts";
import { areReversed } from "./roles.ts";
import type { Statement } from "./statement.ts";
import { stemOf } from "./words.ts";

export interface Guard {
  readonly kind: "direction" | "negation" | "exchange" | "number" | "technology" | "target" | "name" | "alternative";
  /** Sentence part for people: "they go in opposite directions". */
  readonly because: string;
}

/** The share of its concepts that a denial must have in common with what it denies. */
const SAME_WORDS = 0.7;

/** The first that fires; the same for (a, b) and (b, a), but for the order of what it names. */
export function guardOf(a: Statement, b: Statement): Guard | undefined {
  return (
    direction(a, b) ??
    exchange(a, b) ??
    negation(a, b) ??
    numbers(a, b) ??
    technology(a, b) ??
    target(a, b) ??
    alternative(a, b) ??
    name(a, b)
  );
}

function direction(a: Statement, b: Statement): Guard | undefined {
  for (const [axis, pole] of a.directions.poles) {
    const other = b.directions.poles.get(axis) ?? 0;
    if (pole * other < 0) return { kind: "direction", because: `they go in opposite directions (${axis})` };
  }
  return undefined;
}

function exchange(a: Statement, b: Statement): Guard | undefined {
  if (!areReversed(a.exchanges, b.exchanges)) return undefined;
  return { kind: "exchange", because: "what one of them brings the other takes away" };
}

function negation(a: Statement, b: Statement): Guard | undefined {
  const [one, other] = [a.directions.negated, b.directions.negated];
  if (refuses(a, b) && refuses(b, a)) return { kind: "negation", because: "what one of them wants the other refuses" };
  if (one.size > 0 === other.size > 0) return undefined;
  const [denied, denying, plain] = one.size > 0 ? [one, a, b] : [other, b, a];
  // In other words the negation may be the other's way to say the same: "only from X" is "not from anywhere else".
  const known = [...denying.concepts].filter((concept) => plain.concepts.has(concept)).length;
  if (known < denying.concepts.size * SAME_WORDS) return undefined;
  const left = new Set(plain.exchanges.map(({ from }) => from));
  const both = [...denied].filter((stem) => plain.stems.has(stem) && !left.has(stem)).sort()[0];
  return both === undefined ? undefined : { kind: "negation", because: `one of them says no to “${both}”` };
}

/** It says no to what the other only affirms. */
function refuses({ directions }: Statement, other: Statement): boolean {
  return [...directions.negated].some((stem) => other.stems.has(stem) && !other.directions.negated.has(stem));
}

function numbers(a: Statement, b: Statement): Guard | undefined {
  const [one] = missingIn(a.numbers, b.numbers);
  const [other] = missingIn(b.numbers, a.numbers);
  if (one === undefined || other === undefined) return undefined;
  return { kind: "number", because: `one says ${amountOf(one)}, the other ${amountOf(other)}` };
}

function missingIn(these: ReadonlySet<string>, those: ReadonlySet<string>): string[] {
  return [...these].filter((one) => ![...those].some((other) => agrees(one, other))).sort();
}

function technology(a: Statement, b: Statement): Guard | undefined {
  const [one, other] = [a.names.technologies, b.names.technologies];
  for (const [name, line] of one) {
    if (other.has(name)) continue;
    const rival = [...other].find(([theirs, their]) => their === line && !one.has(theirs))?.[0];
    if (rival !== undefined) return { kind: "technology", because: `one names ${name}, the other ${rival}` };
  }
  return undefined;
}

/** A target counts as shared wherever the other text has its word, in whatever role. */
function target(a: Statement, b: Statement): Guard | undefined {
  for (const [role, names] of a.names.targets) {
    const theirs = b.names.targets.get(role);
    if (theirs === undefined) continue;
    const one = [...names].filter((name) => !says(b, name)).sort()[0];
    const other = [...theirs].filter((name) => !says(a, name)).sort()[0];
    if (one === undefined || other === undefined) continue;
    return { kind: "target", because: `one is about ${shown(one)}, the other about ${shown(other)}` };
  }
  return undefined;
}

/** In whatever role. */
export function says({ stems, concepts, words }: Statement, name: string): boolean {
  if (words.includes(name)) return true;
  return stems.has(name) || concepts.has(name) || name.split(/[-_.]/).every((part) => stems.has(stemOf(part)));
}

function shown(name: string): string {
  return name.replace(/^=/, "");
}

function alternative(a: Statement, b: Statement): Guard | undefined {
  for (const [family, named] of a.alternatives) {
    const theirs = b.alternatives.get(family);
    if (theirs === undefined || [...named].some((one) => theirs.has(one))) continue;
    const [one, other] = [[...named].sort()[0], [...theirs].sort()[0]];
    return { kind: "alternative", because: `one is about ${one}, the other about ${other}` };
  }
  return undefined;
}

function name(a: Statement, b: Statement): Guard | undefined {
  const one = [...a.names.proper].filter((proper) => !b.stems.has(proper) && !b.names.proper.has(proper)).sort()[0];
  const other = [...b.names.proper].filter((proper) => !a.stems.has(proper) && !a.names.proper.has(proper)).sort()[0];
  if (one === undefined || other === undefined) return undefined;
  return { kind: "name", because: `one names ${one}, the other ${other}` };
}
