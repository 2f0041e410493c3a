/** Which improvements may fit: the postings of words and facts, read as bit sets and intersected in this process. */
import type { Redis } from "ioredis";
import type { Keys } from "../keys.ts";
import { generationKey } from "./index-keeper.ts";
import { type Day, type Fact, factToken, wordsOf, wordToken } from "./words.ts";

export interface Wanted {
  /** Any of the values. */
  readonly facts: Readonly<Partial<Record<Fact, readonly string[]>>>;
  /** Every word must begin one of the improvement's words; or the whole is the beginning of its id. */
  readonly text?: string | undefined;
  /** Days of creation, `2026-01-31`, both included. */
  readonly days?: Days | undefined;
}

interface Days {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A set of improvements by their numbers in the index. */
export interface Candidates {
  readonly size: number;
  has(number: number): boolean;
  numbers(): number[];
  /** Numbers of those that last moved on one of these days, per day in the order given; some moved again since. */
  movedOn(days: readonly string[]): Promise<number[][]>;
}

/** So many words with the same beginning are looked at, and so many ids; a person types another letter before that. */
const MOST_BEGINNINGS = 3_000;
/** A single letter begins a large part of all words. */
const SHORTEST_BEGINNING = 2;

/** Undefined when nothing is asked for that the index knows. */
export async function candidates(
  redis: Redis,
  keys: Keys,
  generation: string,
  { facts, text, days }: Wanted,
): Promise<Candidates | undefined> {
  const at = (token: string) => generationKey(keys, generation, `at:${token}`);
  const groups: string[][] = Object.entries(facts).map(([fact, values]) =>
    values.map((value) => at(factToken(fact as Fact, value))),
  );
  if (days?.from !== undefined || days?.to !== undefined) {
    const known = await daysIn(redis, keys, generation, "created", days);
    groups.push(known.map((day) => at(factToken("created", day))));
  }
  const words = text === undefined ? [] : wordsOf(text);
  const beginnings = await Promise.all(words.map((word) => wordsThatBegin(redis, keys, generation, word)));
  const [inGroups, inText, named] = await Promise.all([
    readAll(redis, groups),
    readAll(
      redis,
      beginnings.map((all) => all.map((word) => at(wordToken(word)))),
    ),
    text === undefined ? undefined : idsThatBegin(redis, keys, generation, text.trim()),
  ]);
  let all = intersection(inGroups);
  if (named !== undefined) {
    // A text without any word (only signs) is found in nothing.
    const found = union([intersection(inText) ?? new Uint8Array(0), named]);
    all = all === undefined ? found : intersection([all, found]);
  }
  return all === undefined ? undefined : candidatesIn(redis, at, all);
}

/** The days on which any improvement was created or moved, oldest first; both ends included. */
export function daysIn(redis: Redis, keys: Keys, generation: string, what: Day, { from, to }: Days): Promise<string[]> {
  const bounds = [from === undefined ? "-" : `[${from}`, to === undefined ? "+" : `[${to}`] as const;
  return redis.zrangebylex(generationKey(keys, generation, what), ...bounds);
}

async function wordsThatBegin(redis: Redis, keys: Keys, generation: string, word: string): Promise<string[]> {
  if ([...word].length < SHORTEST_BEGINNING) return [word];
  const words = generationKey(keys, generation, "words");
  return redis.zrangebylex(words, `[${word}`, `(${word}\u{10FFFF}`, "LIMIT", 0, MOST_BEGINNINGS);
}

async function idsThatBegin(redis: Redis, keys: Keys, generation: string, text: string): Promise<Uint8Array> {
  if (!/^[\w.-]{2,64}$/.test(text)) return new Uint8Array(0);
  const names = generationKey(keys, generation, "names");
  const ids = await redis.zrangebylex(names, `[${text}`, `(${text}\u{10FFFF}`, "LIMIT", 0, MOST_BEGINNINGS);
  if (ids.length === 0) return new Uint8Array(0);
  const docs = await redis.hmget(generationKey(keys, generation, "docs"), ...ids);
  return bitsOf([docs.map((doc) => Number.parseInt(doc ?? "", 10)).filter((number) => !Number.isNaN(number))]);
}

/** One bit set per group: whoever is in any of its postings. */
async function readAll(redis: Redis, groups: readonly (readonly string[])[]): Promise<Uint8Array[]> {
  const wanted = groups.flat();
  if (wanted.length === 0) return groups.map(() => new Uint8Array(0));
  const postings = await redis.mgetBuffer(...wanted);
  let next = 0;
  return groups.map((group) => {
    const own = postings.slice(next, next + group.length);
    next += group.length;
    return bitsOf(own.map((bytes) => (bytes === null ? [] : numbersIn(bytes))));
  });
}

/** Four bytes each, little endian; the copy puts them where a Uint32Array may begin. */
function numbersIn(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.byteLength & ~3)));
}

function bitsOf(lists: readonly (Uint32Array | readonly number[])[]): Uint8Array {
  let most = -1;
  for (const list of lists) for (const number of list) if (number > most) most = number;
  const bits = new Uint8Array((most >> 3) + 1);
  for (const list of lists) {
    for (const number of list) bits[number >> 3] = (bits[number >> 3] as number) | (1 << (number & 7));
  }
  return bits;
}

/** Undefined for no set at all. */
function intersection(sets: readonly Uint8Array[]): Uint8Array | undefined {
  const [first, ...others] = sets;
  if (first === undefined) return undefined;
  const bits = first.slice(0, Math.min(...sets.map((set) => set.length)));
  for (const other of others) for (let i = 0; i < bits.length; i += 1) bits[i] = (bits[i] ?? 0) & (other[i] ?? 0);
  return bits;
}

function union(sets: readonly Uint8Array[]): Uint8Array {
  const bits = new Uint8Array(Math.max(0, ...sets.map((set) => set.length)));
  for (const set of sets) for (let i = 0; i < set.length; i += 1) bits[i] = (bits[i] ?? 0) | (set[i] ?? 0);
  return bits;
}

function candidatesIn(redis: Redis, at: (token: string) => string, bits: Uint8Array): Candidates {
  let size = 0;
  for (const byte of bits) for (let rest = byte; rest > 0; rest &= rest - 1) size += 1;
  const has = (number: number) => ((bits[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
  return {
    size,
    has,
    numbers() {
      const all: number[] = [];
      bits.forEach((byte, i) => {
        for (let bit = 0; byte >> bit > 0; bit += 1) if ((byte & (1 << bit)) !== 0) all.push(i * 8 + bit);
      });
      return all;
    },
    async movedOn(days) {
      if (days.length === 0) return [];
      const postings = await redis.mgetBuffer(...days.map((day) => at(factToken("moved", day))));
      // A day has few among all improvements: looked up one by one, not as a set as large as all.
      return postings.map((bytes) => (bytes === null ? [] : [...new Set(numbersIn(bytes).filter(has))]));
    },
  };
}
