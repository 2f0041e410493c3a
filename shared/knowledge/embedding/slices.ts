/** Long work in slices, so that a lease's heartbeat, probes and signals are never kept waiting. */
import { setImmediate } from "node:timers/promises";

/** Milliseconds of work in one go. */
const SLICE_MS = 15;

/** To be awaited between small steps: lets others run when a slice is over. Throws the signal's reason. */
export interface Slices {
  isOver(): boolean;
  next(): Promise<void>;
}

export function slices(signal?: AbortSignal): Slices {
  let until = performance.now() + SLICE_MS;
  return {
    isOver: () => performance.now() >= until,
    async next() {
      await setImmediate();
      signal?.throwIfAborted();
      until = performance.now() + SLICE_MS;
    },
  };
}
