/** Samples of the stages' metrics and the alarms they raised, in Redis. */
import type { Redis } from "ioredis";
import { type Alarm, readAlarm } from "../anomalies/alarms.ts";
import { readSample, type Sample } from "../anomalies/sample.ts";
import type { WatcherState } from "../anomalies/watcher.ts";
import type { Keys } from "./keys.ts";
import { defineScripts } from "./scripts/define.ts";
import { keepSampleScript } from "./scripts/keep-sample.ts";

/** Seven days at one a minute. */
const MOST_SAMPLES = 10_080;
const PAGE = 500;
/** All of the newest day, of the days before one in four: a week as objects takes more memory than it teaches. */
const ALL_OF = 1_500;
const SOME_OF = 4;
/** Beside the kinds of alarms; none is called so. */
const STATE = "state:";

export interface AnomalyBook {
  /** False: another coordinator kept one less than `leastGapMs` before. */
  keep(sample: Sample, leastGapMs: number): Promise<boolean>;
  /**
   * Newest first, those before the last day thinned out; what cannot be read is left out. Read in pages, so that nobody
   * waits long in between.
   */
  samples(): Promise<readonly Sample[]>;
  count(): Promise<number>;
  newest(): Promise<Sample | undefined>;
  /** Begun last first. */
  alarms(): Promise<readonly Alarm[]>;
  keepAlarms(alarms: readonly Alarm[]): Promise<void>;
  state(): Promise<WatcherState | undefined>;
  keepState(state: WatcherState): Promise<void>;
}

export function anomalyBook(redis: Redis, keys: Keys): AnomalyBook {
  const run = defineScripts(redis, keys.prefix, { schoolKeepSample: keepSampleScript });
  return {
    async keep(sample, leastGapMs) {
      const text = JSON.stringify(sample);
      return (await run.schoolKeepSample(sample.at, Math.round(leastGapMs), text, MOST_SAMPLES)) === 1;
    },
    async samples() {
      const all: Sample[] = [];
      for (let from = 0; from < MOST_SAMPLES; from += PAGE) {
        const texts = await redis.lrange(keys.samples, from, from + PAGE - 1);
        for (const [at, text] of texts.entries()) {
          if (from + at >= ALL_OF && at % SOME_OF !== 0) continue;
          const sample = readSample(text);
          if (sample !== undefined) all.push(sample);
        }
        if (texts.length < PAGE) break;
      }
      return all;
    },
    count: () => redis.llen(keys.samples),
    async newest() {
      const text = await redis.lindex(keys.samples, 0);
      return text === null ? undefined : readSample(text);
    },
    async alarms() {
      const fields = Object.entries(await redis.hgetall(keys.alarms));
      return fields
        .flatMap(([kind, text]) => (kind === STATE ? [] : [readAlarm(text)]))
        .filter((alarm) => alarm !== undefined)
        .sort((a, b) => b.since - a.since);
    },
    async keepAlarms(alarms) {
      if (alarms.length === 0) return;
      await redis.hset(keys.alarms, Object.fromEntries(alarms.map((alarm) => [alarm.kind, JSON.stringify(alarm)])));
    },
    async state() {
      const text = await redis.hget(keys.alarms, STATE);
      return text === null ? undefined : readState(text);
    },
    async keepState(state) {
      await redis.hset(keys.alarms, STATE, JSON.stringify(state));
    },
  };
}

/** What cannot be read is absent: it is written again with the next sample. */
function readState(text: string): WatcherState | undefined {
  try {
    const raw = JSON.parse(text) as Partial<WatcherState> | null;
    const numbers = [raw?.samples, raw?.distinct, raw?.features, raw?.constant];
    return numbers.every(Number.isFinite) ? (raw as WatcherState) : undefined;
  } catch {
    return undefined;
  }
}
