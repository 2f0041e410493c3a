/** Dead letters of all stages: list them, put them back, discard them. A discarded one goes to a capped history. */
import type { Redis } from "ioredis";
import { STAGES, type StageName } from "../stages.ts";
import type { Keys } from "./keys.ts";
import { type DeadLetter, type Operations, Refused, readLetter } from "./operations.ts";
import { deadLetterScripts } from "./scripts/dead-letters.ts";
import { defineScripts } from "./scripts/define.ts";
import { inOrder, type Place } from "./time-order.ts";

export interface LetterLine {
  /** Identity: SHA-1 of the entry, 40 hex digits. */
  readonly id: string;
  readonly stage: StageName;
  readonly reason: string;
  readonly attempts: number;
  /** When it died, ISO 8601; empty where the entry does not say. */
  readonly at: string;
  /** Of the event as it came; null where it was none. */
  readonly event: string | null;
  readonly type: string | null;
  readonly improvement: string | null;
  /** Of the whole entry. */
  readonly bytes: number;
}
export interface Discarded {
  readonly letter: string;
  readonly stage: string;
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  /** Of the whole entry; larger than `entry` where that was cut. */
  readonly bytes: number;
  readonly entry: string;
}
export interface LetterPage {
  readonly letters: readonly LetterLine[];
  readonly next: Place | null;
}
/** What became of many: how many went, which would not and why, and how many are left in the list. */
export interface Outcome {
  readonly done: number;
  readonly refused: readonly { readonly letter: string; readonly because: string }[];
  readonly left: number;
}

export interface DeadLetters {
  /** Newest first, of one stage or of all. */
  page(query: { stage?: StageName | undefined; after?: Place | undefined; limit: number }): Promise<LetterPage>;
  counts(): Promise<Record<StageName, number>>;
  /** The letter of an improvement that died; undefined when there is none. */
  of(stage: StageName, improvement: string): Promise<LetterLine | undefined>;
  /** The whole letter; undefined when there is none of that identity. */
  one(stage: StageName, letter: string): Promise<DeadLetter | undefined>;
  /** Without `letter`: all that lie there now, oldest first, at most 1,000. Throws Refused when that one is gone. */
  redrive(stage: StageName, letter: string | undefined, actor: string, reason: string): Promise<Outcome>;
  /** As redrive. */
  discard(stage: StageName, letter: string | undefined, actor: string, reason: string): Promise<Outcome>;
  /** The last ones discarded, newest first. */
  discarded(limit: number): Promise<Discarded[]>;
}

const MOST_AT_ONCE = 1_000;
const KEPT = 1_000;
/** A source of megabytes is kept by its beginning: the history tells what was decided, it is no second archive. */
const KEPT_BYTES = 65_536;
const PAGE = 200;

export function deadLetters(redis: Redis, keys: Keys, operations: Operations): DeadLetters {
  const scripts = defineScripts(redis, keys.prefix, deadLetterScripts);

  async function read(stage: StageName, first: number, count: number): Promise<{ all: number; lines: LetterLine[] }> {
    const [all, ...flat] = (await scripts.schoolLetters(stage, first, count)) as [number, ...(string | number)[]];
    const lines: LetterLine[] = [];
    for (let i = 0; i + 5 < flat.length; i += 6) lines.push(lineOf(stage, flat.slice(i, i + 6)));
    return { all, lines };
  }
  /** Those of one stage behind a place, at least `limit` if there are. Its list is in the order of death, newest first. */
  async function behind(stage: StageName, after: Place | undefined, limit: number): Promise<LetterLine[]> {
    const found: LetterLine[] = [];
    for (let first = 0; ; first += PAGE) {
      const { all, lines } = await read(stage, first, PAGE);
      found.push(...lines.filter((line) => after === undefined || inOrder(after, placeOf(line)) < 0));
      // Those of the same millisecond are in the order of their names, so all of them have to be there.
      const [enough, last] = [found[limit - 1], found.at(-1)];
      if (first + PAGE >= all || (enough !== undefined && last !== undefined && last.at !== enough.at)) return found;
    }
  }
  async function redriveOne(stage: StageName, letter: string, actor: string, reason: string): Promise<void> {
    const whole = await one(stage, letter);
    if (whole === undefined) throw new Refused("this dead letter is gone already");
    await operations.redrive(whole, actor, reason);
  }
  async function discardOne(stage: StageName, letter: string, actor: string, reason: string): Promise<void> {
    const args = [stage, letter, actor, reason, KEPT, KEPT_BYTES];
    const [answer, why] = (await scripts.schoolDiscard(...args)) as [string, string];
    if (answer !== "ok") throw new Refused(why);
  }
  async function one(stage: StageName, letter: string): Promise<DeadLetter | undefined> {
    const entry = (await scripts.schoolLetter(stage, letter)) as string | null;
    return entry === null ? undefined : readLetter(stage, entry);
  }
  type Act = (stage: StageName, letter: string, actor: string, reason: string) => Promise<void>;
  async function carryOut(act: Act, stage: StageName, letter: string | undefined, actor: string, reason: string) {
    if (letter !== undefined) {
      await act(stage, letter, actor, reason);
      return { done: 1, refused: [], left: await redis.llen(keys.dead(stage)) };
    }
    const length = await redis.llen(keys.dead(stage));
    const { lines } = await read(stage, Math.max(0, length - MOST_AT_ONCE), MOST_AT_ONCE);
    const refused: { letter: string; because: string }[] = [];
    for (const { id } of lines.reverse()) {
      try {
        await act(stage, id, actor, reason);
      } catch (error) {
        // One that cannot go must not keep the others.
        if (!(error instanceof Refused)) throw error;
        refused.push({ letter: id, because: error.message });
      }
    }
    return { done: lines.length - refused.length, refused, left: await redis.llen(keys.dead(stage)) };
  }

  return {
    one,
    async of(stage, improvement) {
      for (let first = 0; ; first += PAGE) {
        const { all, lines } = await read(stage, first, PAGE);
        const found = lines.find((line) => line.improvement === improvement);
        if (found !== undefined || first + PAGE >= all) return found;
      }
    },
    async page({ stage, after, limit }) {
      const stages = stage === undefined ? STAGES : [stage];
      const all = (await Promise.all(stages.map((name) => behind(name, after, limit + 1)))).flat();
      all.sort((a, b) => inOrder(placeOf(a), placeOf(b)));
      const letters = all.slice(0, limit);
      const last = letters.at(-1);
      return { letters, next: all.length > limit && last !== undefined ? placeOf(last) : null };
    },
    async counts() {
      const batch = redis.pipeline();
      for (const stage of STAGES) batch.llen(keys.dead(stage));
      const replies = (await batch.exec()) ?? [];
      const entries = STAGES.map((stage, i) => [stage, Number(replies[i]?.[1] ?? 0)]);
      return Object.fromEntries(entries) as Record<StageName, number>;
    },
    redrive: (stage, letter, actor, reason) => carryOut(redriveOne, stage, letter, actor, reason),
    discard: (stage, letter, actor, reason) => carryOut(discardOne, stage, letter, actor, reason),
    async discarded(limit) {
      const entries = await redis.lrange(keys.discarded, 0, limit - 1);
      return entries.map((entry) => JSON.parse(entry) as Discarded);
    },
  };
}

function lineOf(
  stage: StageName,
  [id, bytes, head, event, type, improvement]: readonly (string | number)[],
): LetterLine {
  const { reason, attempts, at } = headIn(String(head));
  const orNull = (text: string | number | undefined) => (text === undefined || text === "" ? null : String(text));
  return {
    id: String(id),
    stage,
    reason: typeof reason === "string" ? reason : "unreadable",
    attempts: typeof attempts === "number" ? attempts : 0,
    at: typeof at === "string" ? at : "",
    event: orNull(event),
    type: orNull(type),
    improvement: orNull(improvement),
    bytes: Number(bytes),
  };
}

function headIn(head: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(head) as Record<string, unknown>;
  } catch {
    // Pushed by hand, not by a script: shown as unreadable.
    return {};
  }
}

function placeOf({ at, id }: LetterLine): Place {
  return { at: Date.parse(at) || 0, id };
}
