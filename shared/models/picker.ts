/**
 * Which endpoint gets a question: llm-d's weighted scores over our own counts. Scraped figures lag behind a burst
 * (llm-d-router#298); what is in flight from here is known at once.
 */
import type { Blocks, PrefixIndex } from "./prefix.ts";

/** What is known of one endpoint at the moment of choice. */
export interface Place {
  /** Questions it works on at once. */
  readonly slots: number;
  readonly running: number;
  /** Given to it and not yet begun. */
  readonly waiting: number;
  readonly prefixes: PrefixIndex;
  /** When it was last given a beginning nobody had seen. */
  coldAt: number;
}

export interface Choosing {
  /** 0..1, seeded in tests. */
  readonly random: () => number;
  /** Any clock that only grows. */
  readonly now: number;
}

export const WEIGHTS = { prefix: 3, queue: 2, headroom: 2 } as const;
/**
 * A known beginning counts less the longer the queue before it is, nothing at so many times its slots: with the weights alone
 * one endpoint could queue for ever while others that know something else have room (simulated overload: p95 47 s, then 39).
 */
const PATIENCE = 4;
/** Of all questions, to learn of endpoints that are not chosen otherwise. */
export const EXPLORED = 0.01;

/**
 * Each place's score, 0..7. A beginning nobody has seen goes, as far as load allows, to the one that was given such a one
 * the longest time ago, so that beginnings spread.
 */
export function scores(places: readonly Place[], blocks: Blocks): number[] {
  const matched = places.map(({ prefixes }) => prefixes.match(blocks));
  const affinity = matched.every((share) => share === 0) ? ages(places) : matched;
  const queues = places.map(({ waiting }) => waiting);
  const [shortest, longest] = [Math.min(...queues), Math.max(...queues)];
  return places.map(({ slots, running, waiting }, i) => {
    const queue = longest === shortest ? 1 : (longest - waiting) / (longest - shortest);
    const headroom = Math.max(0, 1 - running / slots);
    const worth = Math.max(0, 1 - (waiting - shortest) / (slots * PATIENCE));
    return WEIGHTS.prefix * (affinity[i] ?? 0) * worth + WEIGHTS.queue * queue + WEIGHTS.headroom * headroom;
  });
}

/** 1 for the place that was given something new the longest time ago, 0 for the last one. */
function ages(places: readonly Place[]): number[] {
  return places.map(({ coldAt }) => {
    const later = places.filter((other) => other.coldAt > coldAt).length;
    return places.length < 2 ? 0 : later / (places.length - 1);
  });
}

export interface Placed<One> {
  readonly place: One;
  /** The share of the beginning that is expected to be kept there, 0..1. */
  readonly matched: number;
}

/** Chooses one of at least one place, and notes there what it is given. */
export function choosePlace<One extends Place>(
  places: readonly One[],
  blocks: Blocks,
  { random, now }: Choosing,
): Placed<One> {
  const chosen = random() < EXPLORED ? anyOf(places, random) : best(places, blocks);
  if (chosen === undefined) throw new Error("there is no place to choose from");
  const matched = chosen.prefixes.match(blocks);
  if (matched === 0 && places.every(({ prefixes }) => prefixes.match(blocks) === 0)) chosen.coldAt = now;
  chosen.prefixes.add(blocks);
  return { place: chosen, matched };
}

function anyOf<One>(places: readonly One[], random: () => number): One | undefined {
  return places[Math.min(places.length - 1, Math.floor(random() * places.length))];
}

function best<One extends Place>(places: readonly One[], blocks: Blocks): One | undefined {
  const all = scores(places, blocks);
  const highest = Math.max(...all);
  // Of equals the one that is least used to new things: the order of the settings is no reason.
  return places
    .filter((_, i) => (all[i] ?? 0) >= highest - 1e-9)
    .reduce<One | undefined>(
      (least, one) => (least === undefined || one.coldAt < least.coldAt ? one : least),
      undefined,
    );
}

/** Numbers 0..1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
