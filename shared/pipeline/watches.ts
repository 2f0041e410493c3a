/** Watched sources as Redis remembers them: when each is looked at next, and what the last look came to. */
import type { Redis } from "ioredis";
import type { SourceData } from "../domain/events.ts";
import type { WatchedSource } from "../source-ports.ts";
import type { Keys } from "./keys.ts";
import type { OperatorScripts } from "./scripts/load-operator.ts";
import { redisNow } from "./services.ts";

/** Share of the time between two looks by which they are spread, so that many sources do not come at once. */
const JITTER = 0.1;

export interface WatchState {
  readonly name: string;
  readonly kind: WatchedSource["kind"];
  readonly address: string;
  /** ISO 8601; undefined: as soon as the clock comes by. */
  readonly next?: string;
  readonly last?: string;
  /** `listed`, `unchanged`, `read`, `nothing_found` or `failed`. */
  readonly result?: string;
  readonly because?: string;
  /** An event that has it looked at waits or is worked on. */
  readonly looking: boolean;
  /** New sources since midnight UTC, and how many there may be. */
  readonly today: number;
  readonly limit: number;
}

export interface Look {
  /** False: its time has not come, or an event that has it looked at is on its way already. */
  readonly asked: boolean;
  readonly nextMs: number;
  /** The event that will do it. */
  readonly event?: string;
}

/** `forced`: a person asks, whatever the time. */
export async function lookAtWatch(
  scripts: Pick<OperatorScripts, "schoolLookAtWatch">,
  { name, kind, address, everyMs }: WatchedSource,
  { forced = false, random = Math.random }: { forced?: boolean; random?: () => number } = {},
): Promise<Look> {
  const jitterMs = Math.floor(everyMs * JITTER * random());
  const data = JSON.stringify({ source: { address, kind, watch: name, again: false } } satisfies SourceData);
  const reply = await scripts.schoolLookAtWatch(name, everyMs, jitterMs, forced ? 1 : 0, data);
  const [asked, nextMs, event] = reply as readonly [number, number, string];
  return { asked: asked === 1, nextMs, ...(event === "" ? {} : { event }) };
}

export async function watchStates(redis: Redis, keys: Keys, watches: readonly WatchedSource[]): Promise<WatchState[]> {
  const today = new Date(await redisNow(redis)).toISOString().slice(0, 10);
  const batch = redis.pipeline();
  for (const { name } of watches) batch.hgetall(keys.watch(name));
  const replies = (await batch.exec()) ?? [];
  return watches.map(({ name, kind, address, dailyLimit }, i) => {
    const [error, hash] = replies[i] ?? [];
    if (error) throw error;
    const { next, last, result, because, pending, day, taken } = hash as Readonly<Record<string, string>>;
    return {
      name,
      kind,
      address,
      ...(next === undefined ? {} : { next: new Date(Number(next)).toISOString() }),
      ...(last === undefined ? {} : { last }),
      ...(result === undefined ? {} : { result }),
      ...(because === undefined ? {} : { because }),
      looking: pending !== undefined,
      today: day === today ? Number(taken) : 0,
      limit: dailyLimit,
    };
  });
}
