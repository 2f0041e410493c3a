/** What each tier of the cascade does: how often it speaks, decides, is right, and how long it takes. */
import { EXPERTS } from "../../domain/improvement.ts";
import { ARMS, type Arm, TIERS } from "../../routing-ports.ts";
import { quantile, tierTimes } from "./buckets.ts";
import { type Share, shareOf } from "./intervals.ts";
import { isRight, type ReportRow } from "./judged.ts";

/** Where no tier can say, a person does; that is no vote. */
export const SERVED_BY = [...TIERS, "person"] as const;
const VOTES = ["decided", "abstained", "unknown"] as const;

export interface TierReport {
  readonly tier: string;
  readonly votes: Readonly<Record<(typeof VOTES)[number], number>>;
  /** How many improvements it decided. */
  readonly served: number;
  /** Of its votes for an expert, on labelled rows, how many were right. */
  readonly precision: Share;
  /** Of what it served. */
  readonly meanConfidence: number | null;
  /** Milliseconds. */
  readonly p50: number | null;
  readonly p95: number | null;
}

type Count = (field: string) => number;

/** `count`: the school's counters. */
export function tierReports(count: Count, precisions: ReadonlyMap<string, Share>): TierReport[] {
  return SERVED_BY.map((tier) => {
    const times = tierTimes(count, tier);
    const served = servedBy(count, tier);
    const votes = VOTES.map((what) => [what, count(`route_vote:${tier}:${what}`)] as const);
    return {
      tier,
      votes: Object.fromEntries(votes) as TierReport["votes"],
      served,
      precision: precisions.get(tier) ?? shareOf(0, 0),
      meanConfidence: served === 0 ? null : count(`route_confidence_sum:${tier}`) / 1_000 / served,
      p50: quantile(times, 0.5),
      p95: quantile(times, 0.95),
    };
  });
}

export function servedBy(count: Count, tier: string, arms: readonly Arm[] = ARMS): number {
  let sum = 0;
  for (const expert of [...EXPERTS, "none"])
    for (const arm of arms) sum += count(`route_served:${tier}:${expert}:${arm}`);
  return sum;
}

/** How many improvements each arm served. */
export function trafficOf(count: Count): Record<Arm, number> {
  const of = (arm: Arm) => SERVED_BY.reduce((all, tier) => all + servedBy(count, tier, [arm]), 0);
  return { rules: of("rules"), learned: of("learned") };
}

/** Over all that was served by a tier: a person's choice has no confidence. Null when nothing was. */
export function meanConfidence(count: Count): number | null {
  let served = 0;
  let sum = 0;
  for (const tier of TIERS) {
    served += servedBy(count, tier);
    sum += count(`route_confidence_sum:${tier}`) / 1_000;
  }
  return served === 0 ? null : sum / served;
}

/** Of each tier's votes for an expert, how many were right. `judged`: rows that say who was right. */
export function precisionsOf(judged: readonly ReportRow[]): ReadonlyMap<string, Share> {
  const votes = new Map<string, { right: number; n: number }>();
  for (const row of judged) {
    const told = new Set<string>();
    for (const { tier, expert } of row.votes) {
      // A tier has one vote; were there more, the first is it.
      if (told.has(tier)) continue;
      told.add(tier);
      const right = expert === null ? undefined : isRight(row, expert);
      if (right === undefined) continue;
      const counted = votes.get(tier) ?? { right: 0, n: 0 };
      votes.set(tier, { right: counted.right + (right ? 1 : 0), n: counted.n + 1 });
    }
  }
  return new Map([...votes].map(([tier, { right, n }]) => [tier, shareOf(right, n)]));
}
