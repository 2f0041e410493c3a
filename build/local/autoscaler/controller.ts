/** KEDA's loop and the HPA's for one ScaledObject: reads the triggers when it is time, and says how many replicas. */
import { toldBy } from "./annotations.ts";
import { annotate, initialState, patchReplicas, poll, type Reading, type ScaleState } from "./decide.ts";
import { syncHpa } from "./hpa.ts";
import type { Annotations, Scaler } from "./scaler.ts";

/** Time, so that a day can be had in a moment. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `step` at once and then `ms` after each end. The result stops it and waits for a running step. */
  every(ms: number, step: () => Promise<void>): () => Promise<void>;
}

export interface ControllerParts {
  readonly clock: Clock;
  /** What the triggers say now; never throws. */
  read(): Promise<Reading>;
  /** Milliseconds between two looks of the HPA; 15,000 on a cluster that was not told otherwise. */
  readonly hpaSyncMs: number;
  /**
   * KEDA 2.20.0 to 2.20.2 sometimes lose the error of a failed reading (pkg/scaling/scale_handler.go: a cache that is
   * closed while it is used), and then take it for "no work". True: always, which is as bad as it gets.
   */
  readonly losesErrors?: boolean;
  /** After each decision that changed something. */
  changed(next: ScaleState, before: ScaleState): void;
}

export interface Controller {
  readonly state: () => ScaleState;
  /** The patch of somebody else. */
  patch(replicas: number): void;
  /** All annotations of the ScaledObject, from now on. */
  annotate(annotations: Annotations): void;
  stop(): Promise<void>;
}

export function controller(scaler: Scaler, parts: ControllerParts): Controller {
  const { clock, losesErrors = false } = parts;
  let state = initialState(scaler, clock.now());

  function become(next: ScaleState): void {
    const before = state;
    state = next;
    if (next !== before) parts.changed(next, before);
  }
  async function look(): Promise<void> {
    const reading = await parts.read();
    const seen: Reading = losesErrors && "error" in reading ? { lost: true } : reading;
    become(poll(scaler, state, clock.now(), seen));
  }
  async function sync(): Promise<void> {
    // At zero there is nothing for it to ask.
    const reading: Reading = state.replicas === 0 ? { lost: true } : await parts.read();
    become(syncHpa(scaler, state, clock.now(), reading));
  }

  const stops = [clock.every(scaler.pollingMs, look), clock.every(parts.hpaSyncMs, sync)];
  let resumed: Promise<void> | undefined;
  return {
    state: () => state,
    patch: (replicas) => become(patchReplicas(state, replicas)),
    annotate(annotations) {
      const paused = toldBy(state.annotations).paused;
      become(annotate(state, annotations));
      // What is not paused any more is looked at at once: its loop begins anew.
      if (paused && !toldBy(annotations).paused) resumed = look();
    },
    async stop() {
      await Promise.all([...stops.map((stop) => stop()), resumed]);
    },
  };
}

/** The real clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  every(ms, step) {
    let timer: NodeJS.Timeout | undefined;
    let stopped = false;
    async function round(): Promise<void> {
      await step();
      if (!stopped) timer = setTimeout(next, ms);
    }
    let current = round();
    function next(): void {
      current = round();
    }
    return () => {
      stopped = true;
      clearTimeout(timer);
      return current;
    };
  },
};
