/** Invented weeks of a school's stages: days and nights, bursts, stages that depend on one another; and what may go wrong. */
import type { Sample } from "../../shared/anomalies/sample.ts";
import { generator } from "../eval/intervals.ts";

const MINUTE = 60_000;
const DAY = 1_440;
const STAGES = ["ingest", "route", "evaluate", "validate", "plan", "approve", "sync", "verify"] as const;

export interface Dice {
  readonly uniform: () => number;
  readonly normal: () => number;
  readonly poisson: (mean: number) => number;
}

export function dice(seed: number): Dice {
  const uniform = generator(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    poisson(mean) {
      if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      let count = -1;
      for (let product = 1; product > Math.exp(-mean); count += 1) product *= uniform();
      return count;
    },
  };
}

export interface WeekOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Events a minute on the mean; 0.2 is a quiet school. */
  readonly load?: number;
  /** How far night and day are apart, 0..1. */
  readonly rhythm?: number;
}

/** Oldest first. */
export function quietWeek({ seed, minutes, load = 6, rhythm = 0.7 }: WeekOptions): Sample[] {
  const { normal, poisson } = dice(seed);
  let mood = 0;
  let before = load;
  return Array.from({ length: minutes }, (_, minute): Sample => {
    mood = 0.95 * mood + 0.12 * normal();
    const level = load * (1 + rhythm * Math.sin((2 * Math.PI * minute) / DAY)) * Math.exp(mood);
    const values: Record<string, number> = {};
    const crowd = (0.5 * before + 0.5 * level) / load;
    for (const [i, stage] of STAGES.entries()) {
      const settled = poisson(((i % 2 === 0 ? before : level) * (1 - i * 0.07)) / 1);
      const duration = (2 + i * 4) * crowd ** 0.5 * Math.exp(0.25 * normal());
      put(values, `settled:${stage}`, settled);
      put(values, `retried:${stage}`, poisson(0.02 * settled));
      put(values, `flight:${stage}`, poisson((settled * duration) / 60));
      if (settled > 0) values[`duration:${stage}`] = duration;
      put(values, `age:${stage}`, settled === 0 ? 0 : 0.8 * crowd * Math.exp(0.5 * normal()));
      put(values, `dead:${stage}`, poisson(0.0002 * settled));
    }
    addUp(values);
    put(values, "tokens", (values["settled:evaluate"] ?? 0) * 2_500 * Math.exp(0.2 * normal()));
    put(values, "rollbacks", poisson(0.01 * level * 0.2));
    before = level;
    return { at: 1.75e12 + minute * MINUTE, span: MINUTE, values };
  });
}

export const SPIKES: Readonly<Record<string, (values: Record<string, number>, by: Dice) => void>> = {
  "queue age": (values, { uniform }) => scale(values, pick(["age:evaluate", "age:plan", "age:sync"], uniform), 25),
  retries: (values, { uniform }) => {
    const name = pick(["retried:evaluate", "retried:sync", "retried:validate"], uniform);
    values[name] = (values[name] ?? 0) + 6 + 10 * uniform();
    addUp(values);
  },
  tokens: (values, { uniform }) => scale(values, "tokens", 8 + 10 * uniform(), 20_000),
  durations: (values, { uniform }) =>
    scale(values, pick(["duration:evaluate", "duration:verify", "duration:plan"], uniform), 8 + 8 * uniform(), 20),
  rollbacks: (values, { uniform }) => {
    values["rollbacks"] = 3 + 3 * uniform();
  },
};

/** Every number is one that is seen every day; only that they come together is not. `other` is of another hour. */
export function breakCorrelation(values: Record<string, number>, other: Sample["values"], { uniform }: Dice): void {
  const moved =
    uniform() < 0.5
      ? ["settled:evaluate", "settled:plan", "settled:sync"]
      : ["tokens", "flight:verify", "flight:sync", "duration:verify"];
  for (const name of moved) {
    if (other[name] === undefined) delete values[name];
    else values[name] = other[name];
  }
  addUp(values);
}

/** Of the whole school, as a reading has it. */
function addUp(values: Record<string, number>): void {
  for (const measure of ["settled", "retried", "dead"]) {
    const parts = STAGES.map((stage) => values[`${measure}:${stage}`] ?? 0);
    put(
      values,
      measure,
      parts.reduce((sum, value) => sum + value, 0),
    );
  }
}

function scale(values: Record<string, number>, name: string, by: number, least = 1): void {
  values[name] = Math.max(least, values[name] ?? 0) * by;
}

function pick<Item>(items: readonly Item[], uniform: () => number): Item {
  return items[Math.floor(uniform() * items.length)] as Item;
}

function put(values: Record<string, number>, name: string, value: number): void {
  if (value > 0) values[name] = value;
}
