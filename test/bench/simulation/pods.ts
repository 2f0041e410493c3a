/** How many pods a stage has: KEDA's polls and the HPA's syncs as the local school's autoscaler computes them. */
import { initialState, poll, type ScaleState } from "../../../build/local/autoscaler/decide.ts";
import { syncHpa } from "../../../build/local/autoscaler/hpa.ts";
import type { Scaler } from "../../../build/local/autoscaler/scaler.ts";
import type { Events } from "./events.ts";

/** The controller manager's default, seconds. */
const HPA_SYNC = 15;

export interface Load {
  readonly pending: number;
  readonly leases: number;
  readonly delayed: number;
}

export interface Pods {
  /** Pods that take work now. */
  readonly ready: () => number;
  /** Pod-seconds so far, those that are starting included; the most at once. */
  readonly figures: () => { readonly seconds: number; readonly most: number };
  /** An event came while nobody was there: the coordinator's own wake-up of a cold stage. */
  called(): void;
}

export interface PodOptions {
  readonly events: Events;
  readonly scaler: Scaler;
  readonly load: () => Load;
  /** Seconds from a pod being wanted to its first claim. */
  readonly start: number;
  readonly wakes: boolean;
  /** There is work for more than are busy. */
  readonly arrived: () => void;
  /** Nothing is looked at any more. */
  readonly over: () => boolean;
}

export function scaledPods({ events, scaler, load, start, wakes, arrived, over }: PodOptions): Pods {
  let state = initialState(scaler, 0);
  let [ready, seconds, most, since] = [0, 0, 0, 0];
  let generation = 0;

  function change(next: ScaleState): void {
    const [before, wanted] = [state.replicas, next.replicas];
    state = next;
    if (wanted === before) return;
    seconds += before * (events.now() - since);
    since = events.now();
    most = Math.max(most, wanted);
    if (wanted < before) {
      ready = Math.min(ready, wanted);
      generation += 1;
      return;
    }
    const of = generation;
    events.in(start, () => {
      // Taken away before it was there.
      if (of !== generation) return;
      ready = Math.min(state.replicas, ready + wanted - before);
      arrived();
    });
  }
  const reading = () => {
    const { pending, leases, delayed } = load();
    const byName: Record<string, number> = { pending, leases, delayed };
    return { values: Object.fromEntries(scaler.triggers.map(({ name }) => [name, byName[name]])) };
  };
  function every(period: number, step: () => void): void {
    events.in(period, () => {
      step();
      if (!over()) every(period, step);
    });
  }
  every(scaler.pollingMs / 1_000, () => change(poll(scaler, state, events.now() * 1_000, reading())));
  every(HPA_SYNC, () => change(syncHpa(scaler, state, events.now() * 1_000, reading())));
  return {
    ready: () => ready,
    figures: () => ({ seconds: seconds + state.replicas * (events.now() - since), most }),
    called() {
      if (wakes && state.replicas === 0) change({ ...state, replicas: 1 });
    },
  };
}

/** Always as many, from the beginning. */
export function fixedPods(count: number, now: () => number): Pods {
  return {
    ready: () => count,
    figures: () => ({ seconds: count * now(), most: count }),
    called: () => undefined,
  };
}
