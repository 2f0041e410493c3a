/** One stage: its list, its pods, who is at work. */
import type { Scaler } from "../../../build/local/autoscaler/scaler.ts";
import type { Events } from "./events.ts";
import { fixedPods, scaledPods } from "./pods.ts";
import { p50, p95, type StageReport } from "./report.ts";
import type { SimulationSettings, Walked } from "./settings.ts";
import { tallyWith } from "./tally.ts";

/** KEDA counts what is due within two minutes; what is due later keeps no pod up. */
const COUNTED_AS_DELAYED = 120;

export interface SimulatedStage {
  /** `then` runs after one round of work; `besides` is more work in the same slot, and says when it is done. */
  visit(then: () => void, besides?: (done: () => void) => void): void;
  /** `step` runs `after` seconds from now, and the stage is kept for it as for a timer of its own. */
  later(after: number, step: () => void): void;
  /** `slots`: of all pods it may have. */
  report(slots: number): StageReport;
}

export interface StageOptions {
  readonly name: Walked;
  readonly events: Events;
  readonly settings: SimulationSettings;
  readonly scaler: Scaler | undefined;
  readonly work: () => number;
  readonly over: () => boolean;
}

export function simulatedStage({ name, events, settings, scaler, work, over }: StageOptions): SimulatedStage {
  const { now } = events;
  const perPod = settings.perPod[name];
  const list: { since: number; go: () => void; besides: ((done: () => void) => void) | undefined }[] = [];
  let first = 0;
  let [busy, delayed, area, last] = [0, 0, 0, 0];
  const waits: number[] = [];
  const tally = tallyWith(now);
  const pending = () => list.length - first;
  const pods =
    settings.pods !== undefined || scaler === undefined
      ? fixedPods(settings.pods ?? 1, now)
      : scaledPods({
          events,
          scaler,
          load: () => ({ pending: pending(), leases: busy, delayed }),
          start: settings.podStart,
          wakes: settings.wakes,
          arrived: serve,
          over,
        });

  function count(change: number): void {
    area += busy * (now() - last);
    last = now();
    busy += change;
  }

  function serve(): void {
    while (pending() > 0 && busy < pods.ready() * perPod) {
      const { since, go, besides } = list[first] as (typeof list)[number];
      first += 1;
      // What was taken is dropped at once in a while, not one by one.
      if (first > 1_000 && first * 2 > list.length) {
        list.splice(0, first);
        first = 0;
      }
      waits.push(now() - since);
      count(1);
      const done = () => {
        count(-1);
        tally.leave(since);
        go();
        serve();
      };
      events.in(work(), () => (besides === undefined ? done() : besides(done)));
    }
  }

  return {
    visit(then, besides) {
      tally.enter();
      list.push({ since: now(), go: then, besides });
      pods.called();
      serve();
    },
    later(after, step) {
      const counted = Math.min(after, COUNTED_AS_DELAYED);
      events.in(after - counted, () => {
        delayed += 1;
        events.in(counted, () => {
          delayed -= 1;
          step();
        });
      });
    },
    report(slots) {
      count(0);
      const { seconds, most } = pods.figures();
      return {
        visits: tally.figures().came,
        waitedP50: p50(waits),
        waitedP95: p95(waits),
        most,
        podHours: seconds / 3_600,
        utilisation: now() === 0 ? 0 : area / (slots * now()),
        tally: tally.figures(),
      };
    },
  };
}
