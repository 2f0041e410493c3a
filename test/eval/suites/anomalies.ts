/**
 * What the anomaly detection finds, and how often it cries wolf, on invented weeks of a school with days and nights: spikes,
 * numbers that are usual one by one but not together, a slow drift, missing samples, features that never change.
 */
import type { Alarm } from "../../../shared/anomalies/alarms.ts";
import { DETECTORS, type Judged, learnUsual, type Usual } from "../../../shared/anomalies/ensemble.ts";
import type { Sample } from "../../../shared/anomalies/sample.ts";
import { watcher } from "../../../shared/anomalies/watcher.ts";
import { breakCorrelation, dice, quietWeek, SPIKES } from "../../support/stage-samples.ts";
import { areaUnderCurve, bootstrap, shuffled } from "../intervals.ts";
import { share } from "../share.ts";
import type { Figure, Suite } from "../suite.ts";

const DAY = 1_440;
const LEARNED = 3 * DAY;
const PER_KIND = 60;
const breathe = (): undefined => undefined;

export const suite: Suite = {
  name: "anomalies",
  async run({ seed }): Promise<readonly Figure[]> {
    const days = quietWeek({ seed: 11, minutes: LEARNED + DAY });
    const usual = await learned(days.slice(0, LEARNED));
    const later = days.slice(LEARNED);
    const quiet = later.filter((_, i) => i % 3 === 0).map((sample) => usual.judge(sample));
    const spikes = spiked(later).map((sample) => usual.judge(sample));
    const breaks = broken(later).map((sample) => usual.judge(sample));

    const gappy = await learned(days.slice(0, LEARNED).filter((_, i) => (i * 7_919) % 10 >= 3));
    const withGaps = {
      found: spiked(later).map((one) => gappy.judge(one)),
      quiet: later.map((one) => gappy.judge(one)),
    };
    const all = shuffled([...spikes, ...quiet], seed);
    const busyWeek = await watched(quietWeek({ seed: 12, minutes: 7 * DAY }));
    const calmWeek = await watched(quietWeek({ seed: 13, minutes: 7 * DAY, load: 0.4 }));
    const drift = await watched(drifting(quietWeek({ seed: 14, minutes: 4 * DAY })));
    const refused = await refusals();
    return [
      ...DETECTORS.flatMap((name) => [
        area(`anomalies/spikes AUC ${name}`, spikes, quiet, (one) => one.detectors[name], seed),
        area(`anomalies/breaks AUC ${name}`, breaks, quiet, (one) => one.detectors[name], seed),
      ]),
      { ...area("anomalies/spikes AUC together", spikes, quiet, surpriseOf, seed), goal: 0.95 },
      { ...area("anomalies/breaks AUC together", breaks, quiet, surpriseOf, seed), goal: 0.8 },
      { ...area("anomalies/spikes AUC with gaps", withGaps.found, withGaps.quiet, surpriseOf, seed), goal: 0.95 },
      weekly("anomalies/false alarms a week, busy", busyWeek),
      weekly("anomalies/false alarms a week, calm", calmWeek),
      {
        ...weekly("anomalies/alarms in a drift of two days", drift),
        note: drift.relearned ? "what is usual was learned anew" : "the drift went unnoticed",
      },
      share("anomalies/refuses where it must", refused.right, refused.of, { goal: 1 }),
      {
        ...area(
          "anomalies/control: labels of other samples",
          all.slice(0, spikes.length),
          all.slice(spikes.length),
          surpriseOf,
          seed,
        ),
        control: { atMost: 0.6 },
      },
    ];
  },
};

function surpriseOf({ surprise }: Judged): number {
  return surprise;
}

/** `samples` oldest first. */
async function learned(samples: readonly Sample[]): Promise<Usual> {
  const usual = await learnUsual([...samples].reverse(), { seed: 1, breathe });
  if ("because" in usual) throw new Error(usual.because);
  return usual;
}

function spiked(samples: readonly Sample[]): Sample[] {
  const thrown = dice(21);
  return Object.values(SPIKES).flatMap((spike) =>
    Array.from({ length: PER_KIND }, () => {
      const sample = samples[Math.floor(thrown.uniform() * samples.length)] as Sample;
      const values = { ...sample.values };
      spike(values, thrown);
      return { ...sample, values };
    }),
  );
}

/** Some numbers of the busiest hours beside those of the quietest, and the other way round. */
function broken(samples: readonly Sample[]): Sample[] {
  const thrown = dice(22);
  const byLoad = [...samples].sort((a, b) => (a.values["settled"] ?? 0) - (b.values["settled"] ?? 0));
  const some = Math.floor(samples.length / 8);
  return Array.from({ length: 2 * PER_KIND }, (_, i) => {
    const low = byLoad[Math.floor(thrown.uniform() * some)] as Sample;
    const high = byLoad[byLoad.length - 1 - Math.floor(thrown.uniform() * some)] as Sample;
    const [sample, other] = i % 2 === 0 ? [low, high] : [high, low];
    const values = { ...sample.values };
    breakCorrelation(values, other.values, thrown);
    return { ...sample, values };
  });
}

/** Moves take three times as long in the end, a little more each minute for a day. */
function drifting(samples: readonly Sample[]): Sample[] {
  return samples.map((sample, i) => {
    const by = 1 + 2 * Math.min(1, Math.max(0, i - 2 * DAY) / DAY);
    const values = Object.entries(sample.values).map(
      ([name, value]) => [name, name.startsWith("duration:") ? value * by : value] as const,
    );
    return { ...sample, values: Object.fromEntries(values) };
  });
}

interface Watched {
  readonly told: number;
  readonly samples: number;
  readonly relearned: boolean;
}

/** As the coordinator does it, but for learning every third day only. What is told in the first day counts, too. */
async function watched(samples: readonly Sample[]): Promise<Watched> {
  const past: Sample[] = [];
  const watch = watcher({ past: async () => [...past].reverse(), breathe, learnMs: 3 * 86_400_000 });
  let alarms: readonly Alarm[] = [];
  let told = 0;
  let relearned = false;
  for (const sample of samples) {
    await watch.prepare(sample.at);
    relearned ||= watch.state().learnedBecause === "what is usual has changed" && past.length > 2 * DAY;
    const looked = watch.look(sample, alarms);
    alarms = looked?.alarms ?? alarms;
    told += looked?.tell.filter(({ what }) => what === "began").length ?? 0;
    past.push(looked?.alarming === true ? { ...sample, alarming: true } : sample);
  }
  return { told, samples: samples.length, relearned };
}

/** Too few samples, too few that differ, none that does. */
async function refusals(): Promise<{ right: number; of: number }> {
  const week = quietWeek({ seed: 15, minutes: 400 });
  const few = week.slice(0, 150);
  const again = Array.from({ length: 1_400 }, (_, i) => week[i % 60] as Sample);
  const still = Array.from({ length: 400 }, (_, i) => ({ ...(week[0] as Sample), at: i }));
  const answers = await Promise.all(
    [few, again, still, []].map((samples) => learnUsual(samples, { seed: 1, breathe })),
  );
  return { right: answers.filter((answer) => "because" in answer).length, of: answers.length };
}

function area(
  name: string,
  found: readonly Judged[],
  quiet: readonly Judged[],
  scoreOf: (one: Judged) => number,
  seed: number,
): Figure {
  const negatives = quiet.map(scoreOf);
  // The area is the mean over the anomalies of how many quiet samples are below each.
  const wins = found.map((one) => areaUnderCurve([scoreOf(one)], negatives));
  return { name, ...bootstrap(wins, seed), better: "higher", text: "own" };
}

/** Alarms are few: the interval is that of a Poisson count, by its square root. */
function weekly(name: string, { told, samples }: Watched): Figure {
  const root = Math.sqrt(told + 0.25);
  const low = Math.max(0, (root - 0.98) ** 2 - 0.25);
  const high = (root + 0.98) ** 2;
  return { name, value: told, n: samples, low, high, better: "lower", text: "own", goal: 2 };
}
