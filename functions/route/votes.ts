/** What every tier that costs nothing says of an improvement, with the time it took. */
import type { Improvement, RoutingVote } from "../../shared/domain/improvement.ts";
import type { Votes } from "../../shared/routing/cascade.ts";
import { classifierVote, type Serving } from "../../shared/routing/classifier-vote.ts";
import type { KeywordVote } from "../../shared/routing/keywords/vote.ts";
import { neighbourVote } from "../../shared/routing/neighbours/vote.ts";
import { thousandths } from "../../shared/routing/rounding.ts";
import type { Neighbourhood, Repeats, RoutingMemory } from "../../shared/routing-ports.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { repeatVote, wordsHash } from "./repeat.ts";

export interface TierPorts {
  readonly repeats: Repeats;
  /** Keywords by the school's rules, with the operator's before them. */
  readonly keywords: (text: Improvement) => Promise<KeywordVote>;
  /** Undefined: there is no index. */
  readonly memory?: RoutingMemory | undefined;
  /** The classifier that serves, and what is wrong with a better one; never throws. */
  readonly classifier?: (() => Promise<Serving>) | undefined;
}

const SHOWN = 3;

export interface Heard extends Votes {
  /** All in the order of the cascade, as the record keeps them. */
  readonly listed: readonly RoutingVote[];
  readonly neighbourhood?: Neighbourhood | undefined;
}

/** Throws what the look for repeats and the signal throw; whatever else goes wrong is an abstention that says so. */
export async function votesOf(
  improvement: Improvement,
  { repeats, keywords: byRules, memory, classifier: serving }: TierPorts,
  { now, signal }: Pick<Context, "now" | "signal">,
): Promise<Heard> {
  const timed = stopwatch(now);
  const found = memory === undefined ? undefined : timed(() => memory.neighbours(improvement.id, improvement, signal));
  const predicted = serving === undefined ? undefined : timed(async () => classifierVote(await serving(), improvement));
  const { value: repeat, ms: repeatMs } = await timed(async () =>
    repeatVote(await repeats.precedent(wordsHash(improvement), improvement.id)),
  );
  const { value: spoken, ms: keywordMs } = await timed(() => byRules(improvement));
  const nearby = await found;
  const trained = await predicted;
  const neighbours = nearby === undefined ? undefined : { ...neighbourVote(nearby.value), ms: nearby.ms };
  const classifier = trained === undefined ? undefined : { ...trained.value, ms: trained.ms };
  const first = { ...repeat, ms: repeatMs };
  const keywords = { ...spoken.vote, ranked: spoken.ranked.slice(0, SHOWN), ms: keywordMs };
  return {
    repeat: first,
    keywords,
    keywordsSure: spoken.sure,
    neighbours,
    classifier,
    listed: [first, keywords, neighbours, classifier].filter((vote) => vote !== undefined),
    neighbourhood: nearby?.value,
  };
}

function stopwatch(now: () => number) {
  return async function timed<Value>(work: () => Promise<Value>): Promise<{ value: Value; ms: number }> {
    const from = now();
    const value = await work();
    return { value, ms: thousandths(now() - from) };
  };
}
