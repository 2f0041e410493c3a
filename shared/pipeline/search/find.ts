/**
 * Improvements by word and fact, newest move first. Whichever is few is looked through whole: the candidates, or those
 * that stand in the statuses asked for. Where both are many the newest will do most often; if they do not, the days on
 * which a candidate moved lead to the next ones, so that nothing is walked over that cannot fit.
 */
import type { Redis } from "ioredis";
import type { Keys } from "../keys.ts";
import { defineScripts } from "../scripts/define.ts";
import { standingScript } from "../scripts/find.ts";
import { inOrder, newestFirst, type Place, type Stretch } from "../time-order.ts";
import { type Candidates, candidates, daysIn, type Wanted } from "./candidates.ts";
import { generationKey, type IndexKeeper, type IndexState } from "./index-keeper.ts";
import { dayOf, type Fact, factToken } from "./words.ts";

export interface SearchQuery extends Omit<Wanted, "days"> {
  readonly created?: Span | undefined;
}
/** Milliseconds since the epoch, both included. */
export interface Span {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** One step through the order. */
export interface Look {
  /** Those that fit, in order. */
  readonly fit: readonly Place[];
  /** All before this place has been looked at. */
  readonly end: Place;
  /** How many were looked at. */
  readonly looked: number;
}

export interface Found {
  /** False while the index may not know all improvements yet. */
  readonly complete: boolean;
  readonly looks: AsyncIterable<Look>;
}

const PAGE = 1_000;
/** So many improvements are looked through whole. */
const FEW = 3_000;
/** So many of the newest are tried before anything else. */
const NEWEST = 1_000;
const STEP = 200;
/** Days of few candidates are taken together until there are so many. */
const ENOUGH = 200;
const MOST_DAYS_AT_ONCE = 32;
const DAY_MS = 86_400_000;
/** Events taken into the index before an answer; the rest is left to the loop that keeps it. */
const CAUGHT_UP_HERE = 100;
/** So many records are read into an index that is not there yet before an answer. */
const FILLED_HERE = 500;

/** The answer is undefined when the query asks for nothing that needs the index. */
export function finder(redis: Redis, keys: Keys, index: IndexKeeper) {
  const { schoolStanding } = defineScripts(redis, keys.prefix, { schoolStanding: standingScript });

  return async function find(query: SearchQuery, stretch: Stretch): Promise<Found | undefined> {
    const { facts, text, created } = query;
    if (Object.keys(facts).length === 0 && text === undefined && created === undefined) return undefined;
    await index.catchUp(CAUGHT_UP_HERE);
    const { generation, complete } = await ready();
    if (generation === undefined) return { complete: false, looks: looksOf([]) };
    const days = created === undefined ? undefined : daysOf(created);
    const among = await candidates(redis, keys, generation, { facts, text, days });
    if (among === undefined) return undefined;
    return { complete, looks: walk(generation, among, query, stretch) };
  };

  /** A small index is made at once, a large one by the loop that keeps it. */
  async function ready(): Promise<IndexState> {
    const state = await index.state();
    if (state.complete || (await index.missing()) > FILLED_HERE) return state;
    await index.fill();
    return index.state();
  }

  async function* walk(
    generation: string,
    among: Candidates,
    query: SearchQuery,
    stretch: Stretch,
  ): AsyncGenerator<Look> {
    const fits = (places: readonly Place[]) => fitting(generation, places, query, among);
    if (among.size <= FEW) {
      const places = await placesOf(generation, among.numbers(), stretch);
      for (let from = 0; from < places.length; from += PAGE) {
        const some = places.slice(from, from + PAGE);
        yield { fit: await fits(some), end: some.at(-1) as Place, looked: 0 };
      }
      return;
    }
    let after = stretch.after;
    let looked = 0;
    const all = (await standingIn(stretch)) <= FEW;
    // What was created up to some time ago is not among the newest.
    const tryNewest = all || query.created?.to === undefined;
    for await (const places of tryNewest ? newestFirst(redis, keys, stretch, all ? PAGE : STEP, PAGE) : []) {
      yield { fit: await fits(places), end: places.at(-1) as Place, looked: places.length };
      after = places.at(-1);
      looked += places.length;
      if (!all && looked >= NEWEST) break;
    }
    if (tryNewest && (looked < NEWEST || all)) return;
    for await (const { numbers, dense, ...span } of stretchesOf(generation, among, { ...stretch, after })) {
      const part = { ...stretch, after, ...span };
      if (!dense) {
        const places = await placesOf(generation, [...new Set(numbers)], part);
        yield { fit: await fits(places), end: { at: span.from, id: "" }, looked: numbers.length };
        continue;
      }
      for await (const places of newestFirst(redis, keys, part, PAGE)) {
        yield { fit: await fits(places), end: places.at(-1) as Place, looked: places.length };
      }
    }
  }

  async function standingIn({ statuses, after, from, to }: Stretch): Promise<number> {
    const newest = Math.min(after?.at ?? Number.POSITIVE_INFINITY, to ?? Number.POSITIVE_INFINITY);
    const batch = redis.pipeline();
    for (const status of statuses) {
      batch.zcount(keys.byStatus(status), from ?? "-inf", Number.isFinite(newest) ? newest : "+inf");
    }
    return ((await batch.exec()) ?? []).reduce((sum, [, count]) => sum + Number(count ?? 0), 0);
  }

  /** Days on which candidates moved, newest first, those of few candidates together. */
  async function* stretchesOf(generation: string, among: Candidates, { after, from, to }: Stretch) {
    const newest = Math.min(after?.at ?? Number.POSITIVE_INFINITY, to ?? Number.POSITIVE_INFINITY);
    const days = await daysIn(redis, keys, generation, "moved", daysOf({ from, to: newest }));
    days.reverse();
    let few: { numbers: number[]; from: number; to: number } | undefined;
    let atOnce = 4;
    while (days.length > 0) {
      const some = days.splice(0, atOnce);
      atOnce = Math.min(2 * atOnce, MOST_DAYS_AT_ONCE);
      for (const [n, numbers] of (await among.movedOn(some)).entries()) {
        if (numbers.length === 0) continue;
        const start = Date.parse(some[n] as string);
        const span = { from: Math.max(start, from ?? start), to: Math.min(start + DAY_MS - 1, newest) };
        if (numbers.length > FEW) {
          if (few !== undefined) yield { ...few, dense: false };
          few = undefined;
          yield { numbers: [], ...span, dense: true };
          continue;
        }
        few = { numbers: [...(few?.numbers ?? []), ...numbers], from: span.from, to: few?.to ?? span.to };
        if (few.numbers.length < ENOUGH) continue;
        yield { ...few, dense: false };
        few = undefined;
      }
    }
    if (few !== undefined) yield { ...few, dense: false };
  }

  /** The places of a few candidates by their numbers, in order. */
  async function placesOf(generation: string, numbers: readonly number[], stretch: Stretch): Promise<Place[]> {
    if (numbers.length === 0) return [];
    const ids = await redis.hmget(generationKey(keys, generation, "ids"), ...numbers.map(String));
    const known = ids.filter((id): id is string => id !== null);
    const statuses: ReadonlySet<string> = new Set(stretch.statuses);
    const places: Place[] = [];
    for (let from = 0; from < known.length; from += PAGE) {
      const some = known.slice(from, from + PAGE);
      const flat = (await schoolStanding(...some)) as string[];
      some.forEach((id, i) => {
        const place = { id, at: Number(flat[2 * i + 1]) };
        if (statuses.has(flat[2 * i] ?? "") && isWithin(place, stretch)) places.push(place);
      });
    }
    return places.sort(inOrder);
  }

  /** Those of `places` that are candidates and have the facts that are asked for now, not only once. */
  async function fitting(
    generation: string,
    places: readonly Place[],
    { facts, created }: SearchQuery,
    among: Candidates,
  ): Promise<Place[]> {
    if (places.length === 0) return [];
    const docs = await redis.hmget(generationKey(keys, generation, "docs"), ...places.map(({ id }) => id));
    const wanted = Object.entries(facts).map(([fact, values]) =>
      values.map((value) => `\u001F${factToken(fact as Fact, value)}\u001F`),
    );
    return places.filter((_, i) => {
      const doc = docs[i] ?? "";
      const bar = doc.indexOf("|");
      if (bar < 0 || !among.has(Number(doc.slice(0, bar)))) return false;
      const own = `\u001F${doc.slice(bar + 1)}\u001F`;
      if (created !== undefined && !isIn(createdAt(own), created)) return false;
      return wanted.every((tokens) => tokens.some((token) => own.includes(token)));
    });
  }
}

async function* looksOf(looks: readonly Look[]): AsyncGenerator<Look> {
  yield* looks;
}

function createdAt(own: string): number {
  const at = own.indexOf("\u001F@");
  return Date.parse(own.slice(at + 2, own.indexOf("\u001F", at + 1)));
}

function daysOf({ from, to }: Span) {
  const day = (at: number | undefined) => (at === undefined || !Number.isFinite(at) ? undefined : dayOf(at));
  return { from: day(from), to: day(to) };
}

function isWithin(place: Place, { after, from, to }: Omit<Stretch, "statuses">): boolean {
  return isIn(place.at, { from, to }) && (after === undefined || inOrder(after, place) < 0);
}

function isIn(at: number, { from, to }: Span): boolean {
  return at >= (from ?? Number.NEGATIVE_INFINITY) && at <= (to ?? Number.POSITIVE_INFINITY);
}
