/** A clock whose day passes in a moment: steps run in the order they are due, and everything they start has ended before time goes on. */
import type { Clock } from "../../../build/local/autoscaler/controller.ts";

export interface VirtualClock extends Clock {
  /** Lets time pass until then; milliseconds. */
  until(time: number): Promise<void>;
}

interface Due {
  readonly at: number;
  /** Of those that are due at the same moment the first that was set runs first. */
  readonly order: number;
  readonly step: () => Promise<void>;
  readonly ms: number;
}

export function virtualClock(start = 0): VirtualClock {
  let time = start;
  let order = 0;
  let due: Due[] = [];
  function set(at: number, ms: number, step: () => Promise<void>): void {
    due.push({ at, order, ms, step });
    order += 1;
  }
  return {
    now: () => time,
    every(ms, step) {
      set(time, ms, step);
      return async () => {
        due = due.filter((one) => one.step !== step);
      };
    },
    async until(limit) {
      for (;;) {
        const [next] = due.filter(({ at }) => at <= limit).sort((a, b) => a.at - b.at || a.order - b.order);
        if (next === undefined) break;
        due = due.filter((one) => one !== next);
        time = next.at;
        await next.step();
        set(next.at + next.ms, next.ms, next.step);
      }
      time = limit;
    },
  };
}
