/** Text and chance for seeded improvements: sentences people said, names nobody else has, and the same ones in every run. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../../build/bundle/targets.ts";

const TALKS = path.join(ROOT, "build/local/samples/talks");

export interface Chance {
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  one<Item>(items: readonly Item[]): Item;
  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
}

/** Mulberry32: the same numbers for the same seed. */
export function chance(seed: number): Chance {
  let state = seed;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  const below = (count: number) => Math.floor(next() * count);
  return {
    below,
    one: <Item>(items: readonly Item[]) => items[below(items.length)] as Item,
    weighted<Name extends string>(weights: Readonly<Record<Name, number>>) {
      const entries = Object.entries(weights) as [Name, number][];
      let rest = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      return (entries.find(([, weight]) => (rest -= weight) < 0) ?? (entries[0] as [Name, number]))[0];
    },
  };
}

/** Lines of the sample talks, as people said them: their words are as common and as rare as words are. */
export function spokenLines(): string[] {
  const lines = readdirSync(TALKS).flatMap((file) => readFileSync(path.join(TALKS, file), "utf8").split("\n"));
  const plain = lines.map((line) =>
    line
      .replace(/<[^>]*>/g, "")
      .replace(/^\s*"text":\s*"|",?\s*$/g, "")
      .trim(),
  );
  return [...new Set(plain)].filter((line) => /^[A-Za-z][^{}<>]{25,}$/.test(line));
}

const SYLLABLES = [
  "bar",
  "den",
  "fi",
  "gro",
  "hal",
  "ka",
  "lin",
  "mo",
  "nor",
  "pel",
  "quo",
  "ri",
  "sto",
  "tam",
  "ul",
  "ve",
];

/** The name of workload `n`: a word that is in few improvements. */
export function workloadName(n: number): string {
  let name = "";
  for (let rest = n + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    name += SYLLABLES[rest % SYLLABLES.length];
  }
  return `${name}-api`;
}
