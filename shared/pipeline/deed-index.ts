/**
 * Which entries of a long book may fit a question, so that a rare deed among a hundred thousand is found without reading
 * them all each time. Kept in this process, some numbers per entry, and followed from where it was read last. Texts are
 * told apart by a hash of 32 bits, so whoever asks looks at the entries themselves.
 */
import type { Redis } from "ioredis";
import murmurhash from "murmurhash";
import { compareEntries, STREAM_START } from "./event-stream.ts";
import { deedsScript } from "./scripts/deeds.ts";
import { defineScripts } from "./scripts/define.ts";

export interface DeedFilter {
  /** Names of people, without `person:`; or `nobody`. */
  readonly actors?: readonly string[] | undefined;
  /** Whole actions, or what stands before their dot. */
  readonly actions?: readonly string[] | undefined;
  readonly improvement?: string | undefined;
}

interface DeedIndex {
  /** Takes in what was written since; those who ask at the same time share it. */
  catchUp(): Promise<void>;
  /** Ids of entries that may fit, newest first, older than `before`. */
  candidates(filter: DeedFilter, before?: string): Generator<string>;
}

/** `audit`: the book of the audit. `moves`: the stream of transitions, of which only what people did counts. */
export type Book = "audit" | "moves";

/** Entries looked at by one script. */
const BATCH = 1_000;
/** Facts of one entry in the script's answer. */
const WIDTH = 5;
/** Numbers of one entry: milliseconds, sequence, and hashes of actor, action, subject and improvement. */
const NUMBERS = 6;

const indexes = new WeakMap<Redis, Map<string, DeedIndex>>();

/** The one of this connection: every page asks the same. */
export function deedIndex(redis: Redis, key: string, book: Book): DeedIndex {
  const own = indexes.get(redis) ?? new Map<string, DeedIndex>();
  indexes.set(redis, own);
  const index = own.get(key) ?? newIndex(redis, key, book);
  own.set(key, index);
  return index;
}

function newIndex(redis: Redis, key: string, book: Book): DeedIndex {
  const { schoolDeeds } = defineScripts(redis, "", { schoolDeeds: deedsScript });
  /** Oldest first. */
  let numbers: number[] = [];
  let last = STREAM_START;
  let reading: Promise<void> | undefined;
  /** Few different ones: what stands before a dot is compared as text. */
  const actions = new Map<number, string>();

  async function read(): Promise<void> {
    for (;;) {
      const [first = "", newest = "", looked = "", ...facts] = (await schoolDeeds(
        key,
        last,
        BATCH,
        book === "moves" ? "1" : "0",
      )) as string[];
      if (newest === "" || compareEntries(newest, last) < 0) {
        // Emptied, or another book than the one that was read.
        numbers = [];
        if (last === STREAM_START) return;
        last = STREAM_START;
        continue;
      }
      for (let i = 0; i + WIDTH <= facts.length; i += WIDTH) take(facts.slice(i, i + WIDTH));
      if (looked !== "") last = looked;
      if (looked === "" || looked === newest) return trim(first);
    }
  }
  function take([entry = "", actor = "", action = "", subject = "", improvement = ""]: readonly string[]): void {
    const [ms, sequence] = entry.split("-", 2).map(Number);
    const kind = hashOf(action);
    actions.set(kind, action);
    numbers.push(ms ?? 0, sequence ?? 0, hashOf(actor), kind, hashOf(subject), hashOf(improvement));
  }
  /** The book is capped: what it let go of goes here, too. */
  function trim(first: string): void {
    let gone = 0;
    while (gone < numbers.length && compareEntries(idAt(gone), first) < 0) gone += NUMBERS;
    if (gone > 0) numbers = numbers.slice(gone);
  }
  function idAt(at: number): string {
    return `${numbers[at]}-${numbers[at + 1]}`;
  }
  /** How many numbers stand before the first entry that is not older. */
  function before(entry: string): number {
    let [low, high] = [0, numbers.length / NUMBERS];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareEntries(idAt(middle * NUMBERS), entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low * NUMBERS;
  }

  return {
    async catchUp() {
      reading ??= read().finally(() => {
        reading = undefined;
      });
      await reading;
    },
    *candidates({ actors, actions: asked, improvement }, end) {
      // A page goes on with these, whatever is taken in or let go meanwhile.
      const all = numbers;
      const people =
        actors === undefined ? undefined : new Set(actors.flatMap((name) => [name, `person:${name}`]).map(hashOf));
      const kinds =
        asked === undefined
          ? undefined
          : new Set([...actions].filter(([, text]) => fits(text, asked)).map(([kind]) => kind));
      const about = improvement === undefined ? undefined : hashOf(improvement);
      for (let at = (end === undefined ? all.length : before(end)) - NUMBERS; at >= 0; at -= NUMBERS) {
        if (people !== undefined && !people.has(all[at + 2] ?? 0)) continue;
        if (kinds !== undefined && !kinds.has(all[at + 3] ?? 0)) continue;
        if (about !== undefined && all[at + 4] !== about && all[at + 5] !== about) continue;
        yield `${all[at]}-${all[at + 1]}`;
      }
    },
  };
}

/** Whether an action is one of those asked for, or begins with one and a dot. */
export function fits(action: string, asked: readonly string[]): boolean {
  return asked.some((one) => action === one || action.startsWith(`${one}.`));
}

function hashOf(text: string): number {
  return murmurhash.v3(text, 0);
}
