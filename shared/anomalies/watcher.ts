/** Watches samples as they come: learns the usual when it is due, judges, and says what people should hear. */
import { type Alarm, type Memory, NO_MEMORY, nextStep, type Telling } from "./alarms.ts";
import type { Breathe } from "./breather.ts";
import { type Drift, driftWatch } from "./drift.ts";
import { ENOUGH_DISTINCT, learnUsual, type Refusal, type Usual } from "./ensemble.ts";
import type { Sample } from "./sample.ts";

export interface WatcherOptions {
  /** Past samples, newest first; read when the usual is learned. */
  readonly past: () => Promise<readonly Sample[]>;
  readonly breathe: Breathe;
  readonly seed?: number;
  /** Milliseconds after which the usual is learned again; two hours unless given. */
  readonly learnMs?: number;
}

export interface Watcher {
  /** Learns when it is due. `now` in milliseconds since the epoch. */
  prepare(now: number): Promise<void>;
  /** Judges one sample. Undefined: nobody can say. */
  look(sample: Sample, alarms: readonly Alarm[]): Looked | undefined;
  state(): WatcherState;
}

export interface Looked {
  readonly surprise: number;
  readonly alarming: boolean;
  readonly alarms: readonly Alarm[];
  readonly tell: readonly Telling[];
}

export interface WatcherState {
  readonly samples: number;
  readonly distinct: number;
  /** Features that are watched, and those that never change. */
  readonly features: number;
  readonly constant: number;
  /** Why there are no alarms; absent: there are, where there is reason. */
  readonly refusing?: string;
  /** Milliseconds since the epoch. */
  readonly learnedAt?: number;
  readonly learnedBecause?: string;
}

/** What is usual changes slowly, and learning it takes seconds. */
const LEARN_MS = 2 * 3_600_000;
/** Nothing is learned from fewer new samples. */
const LEAST_NEW = 20;
const DAY_MS = 86_400_000;
/** Who has not seen a night takes it for trouble: until then everything is a little less surprising. */
const WHOLE_DAY_MS = DAY_MS * 0.9;
const YOUTH = 1.5;

export function watcher({ past, breathe, seed = 1, learnMs = LEARN_MS }: WatcherOptions): Watcher {
  let usual: Usual | undefined;
  let refusal: Refusal | undefined;
  let learnedAt: number | undefined;
  let learnedBecause = "";
  let since = 0;
  let isYoung = true;
  let drift: Drift = driftWatch();
  let hasDrifted = false;
  let memory: Memory = NO_MEMORY;

  function due(now: number): string | undefined {
    if (learnedAt === undefined) return "nothing was learned yet";
    if (since < LEAST_NEW) return undefined;
    if (hasDrifted) return "what is usual has changed";
    if (usual === undefined) return "there was not enough to learn from";
    return now - learnedAt >= learnMs ? "it was learned some time ago" : undefined;
  }

  return {
    async prepare(now) {
      const because = due(now);
      if (because === undefined) return;
      const samples = await past();
      const lessons = chosen(samples, hasDrifted, now);
      const learned = await learnUsual(lessons, { seed, breathe });
      isYoung = (lessons[0]?.at ?? 0) - (lessons.at(-1)?.at ?? 0) < WHOLE_DAY_MS;
      if ("because" in learned) {
        refusal = learned;
        usual = undefined;
      } else {
        refusal = undefined;
        usual = learned;
      }
      learnedAt = now;
      learnedBecause = because;
      since = 0;
      drift = driftWatch();
      hasDrifted = false;
    },
    look(sample, alarms) {
      since += 1;
      if (usual === undefined) return undefined;
      const seen = usual.judge(sample);
      hasDrifted = drift.add(seen.surprise) || hasDrifted;
      const judged = isYoung ? { ...seen, surprise: Math.max(0, seen.surprise - YOUTH) } : seen;
      const step = nextStep(judged, sample.at, alarms, memory);
      memory = step.memory;
      return { surprise: judged.surprise, alarming: step.alarming, alarms: step.alarms, tell: step.tell };
    },
    state() {
      const { samples = 0, distinct = 0 } = usual ?? refusal ?? {};
      const { names = [], constant = [] } = usual?.scaling ?? {};
      return {
        samples,
        distinct,
        features: names.length,
        constant: constant.length,
        ...(refusal === undefined ? {} : { refusing: refusal.because }),
        ...(learnedAt === undefined ? {} : { learnedAt, learnedBecause }),
      };
    },
  };
}

/** Alarming samples teach nothing, unless they have become usual: then the last day counts, if it is enough. */
function chosen(samples: readonly Sample[], hasDrifted: boolean, now: number): readonly Sample[] {
  if (!hasDrifted) return samples.filter(({ alarming }) => alarming !== true);
  const recent = samples.filter(({ at }) => at >= now - DAY_MS);
  return recent.length >= ENOUGH_DISTINCT ? recent : samples;
}
