/**
 * How probable it is that a change holds: a hierarchical Beta-binomial model. All changes have a probability, each expert's
 * is drawn around it, and that of each kind of change of an expert around the expert's. How alike experts and kinds are
 * (the strength of the priors) is weighed by what the outcomes say about it. Exact up to the grid: no sampling, no seed.
 */
import {
  down,
  exponentials,
  likelihood,
  meanOf,
  normalised,
  PROBABILITIES,
  quantileOf,
  type Scaled,
  STRENGTHS,
  UNIFORM,
  up,
} from "./grid.ts";
import type { ForecastRow } from "./rows.ts";

export interface Holds {
  readonly probability: number;
  /** 95 % credible interval. */
  readonly low: number;
  readonly high: number;
}

export interface Posterior {
  /** For an expert or a kind nobody has seen it is what all the others say, and wide. */
  holds(of: Pick<ForecastRow, "expert" | "kind">): Holds;
  /** Outcomes of the same expert and kind. */
  own(of: Pick<ForecastRow, "expert" | "kind">): number;
}

interface Branch {
  /** What the outcomes of each kind say of the expert, per strength of kinds; logarithms. */
  readonly leaves: ReadonlyMap<string, Leaf>;
  /** Their sums. */
  readonly sums: readonly Float64Array[];
}
interface Leaf {
  readonly held: number;
  readonly n: number;
  readonly messages: readonly Float64Array[];
}

/** A world of which the outcomes say so little need not be worked out. */
const NEGLIGIBLE = 1e-3;

/** A few milliseconds for thousands of rows: only counts per kind are looked at. */
export function fitPosterior(rows: readonly Pick<ForecastRow, "expert" | "kind" | "held">[]): Posterior {
  const branches = branchesOf(rows);
  const worlds = STRENGTHS.flatMap((experts) => STRENGTHS.map((_, kinds) => worldOf(branches, experts, kinds)));
  const weights = normalised(exponentials(Float64Array.from(worlds, ({ evidence }) => evidence)).values);
  const known = new Map<string, Holds>();
  return {
    holds({ expert, kind }) {
      const key = JSON.stringify([expert, kind]);
      const holds = known.get(key) ?? summary(mixed(worlds, weights, branches, expert, kind));
      known.set(key, holds);
      return holds;
    },
    own: ({ expert, kind }) => branches.get(expert)?.leaves.get(kind)?.n ?? 0,
  };
}

/** One pair of strengths, and what it says. */
interface World {
  readonly experts: number;
  /** Index of the kinds' strength. */
  readonly kinds: number;
  /** Logarithm of the probability of all outcomes. */
  readonly evidence: number;
  /** Per expert what its outcomes say of the probability of all changes; logarithms. */
  readonly messages: ReadonlyMap<string, Float64Array>;
  readonly sum: Float64Array;
  /** Filled as experts are asked for. */
  readonly handedDown: Map<string, Float64Array>;
}

function worldOf(branches: ReadonlyMap<string, Branch>, experts: number, kinds: number): World {
  const messages = new Map<string, Float64Array>();
  for (const [expert, { sums }] of branches) {
    const { values, log } = exponentials(sums[kinds] ?? new Float64Array(PROBABILITIES.length));
    messages.set(expert, logs({ values: up(values, experts), log }));
  }
  const sum = added([...messages.values()]);
  const { values, log } = exponentials(sum);
  const evidence = log + Math.log(values.reduce((total, value) => total + value, 0) / values.length);
  return { experts, kinds, evidence, messages, sum, handedDown: new Map() };
}

/** The distribution of one kind's probability: all others' word handed down, then its own outcomes. */
function mixed(
  worlds: readonly World[],
  weights: Float64Array,
  branches: ReadonlyMap<string, Branch>,
  expert: string,
  kind: string,
): Float64Array {
  const total = new Float64Array(PROBABILITIES.length);
  const branch = branches.get(expert);
  const leaf = branch?.leaves.get(kind);
  const own = leaf === undefined ? undefined : likelihood(leaf.held, leaf.n).values;
  for (const [i, world] of worlds.entries()) {
    const weight = weights[i] ?? 0;
    if (weight < NEGLIGIBLE) continue;
    const ofExpert = expertIn(world, expert);
    const siblings = branch === undefined ? undefined : without(branch.sums[world.kinds], leaf?.messages[world.kinds]);
    const informed = siblings === undefined ? ofExpert : normalised(times(ofExpert, exponentials(siblings).values));
    const ofKind = down(informed, STRENGTHS[world.kinds] ?? 1);
    const posterior = own === undefined ? ofKind : normalised(times(ofKind, own));
    for (let at = 0; at < total.length; at += 1) total[at] = (total[at] ?? 0) + weight * (posterior[at] ?? 0);
  }
  return branches.size === 0 ? UNIFORM : normalised(total);
}

/** What all other experts' outcomes say of this expert's probability. */
function expertIn(world: World, expert: string): Float64Array {
  const known = world.handedDown.get(expert);
  if (known !== undefined) return known;
  const others = without(world.sum, world.messages.get(expert));
  const made = down(normalised(exponentials(others).values), world.experts);
  world.handedDown.set(expert, made);
  return made;
}

function summary(distribution: Float64Array): Holds {
  return {
    probability: meanOf(distribution),
    low: quantileOf(distribution, 0.025),
    high: quantileOf(distribution, 0.975),
  };
}

function branchesOf(rows: readonly Pick<ForecastRow, "expert" | "kind" | "held">[]): ReadonlyMap<string, Branch> {
  const counts = new Map<string, Map<string, { held: number; n: number }>>();
  for (const { expert, kind, held } of rows) {
    const kinds = counts.get(expert) ?? new Map<string, { held: number; n: number }>();
    const before = kinds.get(kind) ?? { held: 0, n: 0 };
    counts.set(expert, kinds.set(kind, { held: before.held + (held ? 1 : 0), n: before.n + 1 }));
  }
  return new Map(
    [...counts].map(([expert, kinds]) => {
      const leaves = new Map([...kinds].map(([kind, { held, n }]) => [kind, leafOf(held, n)] as const));
      const sums = STRENGTHS.map((_, i) =>
        added([...leaves.values()].map(({ messages }) => messages[i] ?? new Float64Array(PROBABILITIES.length))),
      );
      return [expert, { leaves, sums }];
    }),
  );
}

const leafMessages = new Map<string, Leaf>();
/** Small counts come again and again, in every fold and every fit. */
const MOST_REMEMBERED = 2_000;

function leafOf(held: number, n: number): Leaf {
  const key = `${held}/${n}`;
  const known = leafMessages.get(key);
  if (known !== undefined) return known;
  const { values, log } = likelihood(held, n);
  const leaf = { held, n, messages: STRENGTHS.map((strength) => logs({ values: up(values, strength), log })) };
  if (leafMessages.size >= MOST_REMEMBERED) leafMessages.clear();
  leafMessages.set(key, leaf);
  return leaf;
}

function logs({ values, log }: Scaled): Float64Array {
  return values.map((value) => log + Math.log(Math.max(value, Number.MIN_VALUE)));
}

function added(all: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(PROBABILITIES.length);
  for (const one of all) for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + (one[i] ?? 0);
  return sum;
}

function without(sum: Float64Array | undefined, one: Float64Array | undefined): Float64Array {
  const left = new Float64Array(PROBABILITIES.length);
  for (let i = 0; i < left.length; i += 1) left[i] = (sum?.[i] ?? 0) - (one?.[i] ?? 0);
  return left;
}

function times(a: Float64Array, b: Float64Array): Float64Array {
  const product = new Float64Array(a.length);
  for (let i = 0; i < product.length; i += 1) product[i] = (a[i] ?? 0) * (b[i] ?? 0);
  return product;
}
