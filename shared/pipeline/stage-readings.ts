/** What anomalies are looked for in: counters and lists of all stages at one moment, and how long moves took since the last. */
import type { Redis } from "ioredis";
import type { Reading } from "../anomalies/sample.ts";
import { STAGES } from "../stages.ts";
import { readCounters } from "./counters.ts";
import { transitionsSince } from "./event-stream.ts";
import type { Keys } from "./keys.ts";
import { stageLoads } from "./overview.ts";
import { redisNow } from "./services.ts";

const COUNTED = ["settled", "retried", "dead", "expired"] as const;
const TOKENS = /^model_tokens\|.*\|(?:input|output)$/;
/** Improvements whose last move is remembered; the longest unmoved go. */
const MOST_REMEMBERED = 5_000;

export interface StageReadings {
  /** Throws what Redis says; the next reading then stands for the longer time. */
  read(): Promise<Reading>;
}

export function stageReadings(redis: Redis, keys: Keys): StageReadings {
  /** Improvement -> when it moved last. */
  const moved = new Map<string, number>();
  let last: number | undefined;

  async function durations(now: number): Promise<Record<string, number>> {
    const sums = new Map<string, { total: number; count: number }>();
    for (const { improvement, by, at } of await transitionsSince(redis, keys, last ?? now)) {
      const time = Date.parse(at);
      const before = moved.get(improvement);
      moved.delete(improvement);
      moved.set(improvement, time);
      if (before === undefined || !(time >= before) || !isStage(by)) continue;
      const { total, count } = sums.get(by) ?? { total: 0, count: 0 };
      sums.set(by, { total: total + (time - before) / 1_000, count: count + 1 });
    }
    for (const improvement of moved.keys()) {
      if (moved.size <= MOST_REMEMBERED) break;
      moved.delete(improvement);
    }
    return Object.fromEntries([...sums].map(([stage, { total, count }]) => [`duration:${stage}`, total / count]));
  }

  return {
    async read() {
      const at = await redisNow(redis);
      const [counted, loads] = await Promise.all([readCounters(redis, keys), stageLoads(redis, keys, at)]);
      const gauges = await durations(at);
      // The entries of this very millisecond are read again: a move counts from the one before it, so only once.
      last = at;
      const counters: Record<string, number> = {};
      for (const what of COUNTED) {
        let all = 0;
        for (const stage of STAGES) {
          const count = counted.get(`${what}:${stage}`) ?? 0;
          counters[`${what}:${stage}`] = count;
          all += count;
        }
        // In a quiet school one stage's retries are too rare to say anything; all together they may.
        counters[what] = all;
      }
      counters["rollbacks"] = counted.get("moved:rolling_back") ?? 0;
      counters["tokens"] = [...counted].reduce((sum, [name, value]) => sum + (TOKENS.test(name) ? value : 0), 0);
      for (const stage of STAGES) {
        const { waiting, inFlight, oldestAgeMs } = loads[stage];
        gauges[`waiting:${stage}`] = waiting;
        gauges[`flight:${stage}`] = inFlight;
        gauges[`age:${stage}`] = (oldestAgeMs ?? 0) / 1_000;
      }
      return { at, counters, gauges };
    },
  };
}

function isStage(by: string): boolean {
  return (STAGES as readonly string[]).includes(by);
}
