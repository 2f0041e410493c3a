/**
 * The neighbours' tier: how past improvements of the same kind fared, pooled. One sample says nothing; that there are enough
 * of them is judged over all neighbours of an expert together, never over one of them.
 */
import { EXPERTS, type Expert, type RoutingVote } from "../../domain/improvement.ts";
import type { Neighbour, Neighbourhood } from "../../routing-ports.ts";
import { percent, thousandths } from "../rounding.ts";
import { isWorthReuse } from "./reuse.ts";
import { wilson } from "./wilson.ts";

export interface VoteSettings {
  readonly successes: number;
  /** 0..1 */
  readonly share: number;
}

/** "Min samples: 3 successful executions", "success rate >= 0.8": the platform's Learning System. */
export const VOTE_SETTINGS: VoteSettings = { successes: 3, share: 0.8 };

type Found = Extract<Neighbourhood, { readonly kind: "found" }>;

interface Pool {
  readonly expert: Expert;
  readonly samples: number;
  readonly successes: number;
  readonly failures: number;
  /** Cosines, summed: of successes, of what has failed in the cluster, of what has no outcome yet. */
  readonly good: number;
  readonly bad: number;
  readonly open: number;
}

/** Votes, or abstains and says why. The order of the neighbours does not matter. */
export function neighbourVote(neighbourhood: Neighbourhood, settings: VoteSettings = VOTE_SETTINGS): RoutingVote {
  if (neighbourhood.kind === "unknown") return { ...abstention(neighbourhood.because), unknown: true };
  const { neighbours, embedder } = neighbourhood;
  const pools = poolsOf(neighbours);
  const all = pools.reduce((sum, { good, bad, open }) => sum + good + bad + open, 0);
  const ranked = pools
    .filter(({ good }) => good > 0)
    .slice(0, 3)
    .map(({ expert, good }) => ({ expert, share: Math.min(1, thousandths(good / all)) }));
  const shown = ranked.length === 0 ? { by: embedder } : { by: embedder, ranked };
  const [best] = pools;
  const reason = best === undefined ? noneNear(neighbourhood) : doubt(best, pools, neighbourhood, settings);
  if (best === undefined || reason !== undefined) return { ...abstention(reason ?? ""), ...shown };
  const samples = best.successes + best.failures;
  const { low } = wilson(best.successes, samples);
  const because =
    `${best.successes} of ${samples} like it went well with ${best.expert} ` +
    `(${percent(best.successes / samples)}, at least ${percent(low)} by Wilson's bound)${nearness(neighbourhood)}`;
  return { tier: "neighbours", expert: best.expert, confidence: thousandths(low), because, ...shown };
}

/** Why the best pool does not decide; undefined: it does. */
function doubt(best: Pool, pools: readonly Pool[], found: Found, settings: VoteSettings): string | undefined {
  const { expert, successes, failures, good, bad } = best;
  const near = nearness(found);
  if (successes === 0) {
    const tried = pools.reduce((sum, pool) => sum + pool.failures, 0);
    const [count, what] = [found.neighbours.length, tried === 0 ? "none has an outcome yet" : "none went well"];
    return `${count} like it, of which ${what}${near}`;
  }
  if (successes < settings.successes)
    return `${successes} like it went well with ${expert}, at least ${settings.successes} are needed${near}`;
  const share = successes / (successes + failures);
  if (share < settings.share) {
    const counts = `${successes} of ${successes + failures} like it went well with ${expert}`;
    return `${counts} (${percent(share)}), at least ${percent(settings.share)} are needed${near}`;
  }
  // Its own without an outcome speak neither for nor against it; what failed speaks against whoever it was.
  const others = pools.reduce((sum, pool) => (pool === best ? sum : sum + pool.good + pool.bad + pool.open), 0);
  if (good > bad + others) return undefined;
  const names = pools.filter((pool) => pool !== best).map((pool) => pool.expert);
  const against = names.length === 0 ? "what failed" : names.join(", ");
  return `split: ${expert} has ${percent(good / (good + bad + others))} of the neighbourhood beside ${against}${near}`;
}

function noneNear({ nearest, threshold, embedder }: Found): string {
  if (nearest === undefined) return "no past improvement is remembered yet";
  return `no past improvement is near enough: the nearest has cosine ${two(nearest)}, ${two(threshold)} is needed (${embedder})`;
}

/** Best first: by what went well, then by name, whatever the order they come in. */
function poolsOf(neighbours: readonly Neighbour[]): readonly Pool[] {
  // Sums of fractions depend on the order they are added in.
  const sorted = neighbours.toSorted((a, b) => b.cosine - a.cosine || (a.improvement < b.improvement ? -1 : 1));
  return EXPERTS.map((expert) => poolOf(expert, sorted))
    .filter(({ samples }) => samples > 0)
    .sort((a, b) => b.good - a.good || b.successes - a.successes);
}

function poolOf(expert: Expert, neighbours: readonly Neighbour[]): Pool {
  const own = neighbours.filter((one) => one.expert === expert);
  const weight = (some: readonly Neighbour[]) => some.reduce((sum, { cosine }) => sum + Math.max(0, cosine), 0);
  const successes = own.filter((one) => isWorthReuse(one) === true);
  const failures = own.filter((one) => isWorthReuse(one) === false);
  return {
    expert,
    samples: own.length,
    successes: successes.length,
    failures: failures.length,
    good: weight(successes),
    // That it was no matter of this expert says nothing against another.
    bad: weight(failures.filter(({ routeRight }) => routeRight !== false)),
    open: weight(own.filter((one) => isWorthReuse(one) === undefined)),
  };
}

function nearness({ neighbours, embedder, threshold, calibrated }: Found): string {
  const nearest = Math.max(...neighbours.map(({ cosine }) => cosine));
  return `; nearest cosine ${two(nearest)} of at least ${two(threshold)}${calibrated ? ", measured here" : ""} (${embedder})`;
}

function abstention(because: string): RoutingVote {
  return { tier: "neighbours", expert: null, confidence: 0, because };
}

function two(value: number): string {
  return value.toFixed(2);
}
