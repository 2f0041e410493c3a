/** A loop that runs, waits, runs again until it is stopped; a failing round is logged and tried again. */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";

export interface Loop {
  /** Resolves when the round that is running has ended. */
  stop(): Promise<void>;
}

/** `round` returns the milliseconds to wait before the next one. After a failure it waits `retryMs`. */
export function every(name: string, log: Logger, retryMs: number, round: () => Promise<number>): Loop {
  const stopping = new AbortController();
  let failing = false;

  async function guarded(): Promise<number> {
    try {
      const wait = await round();
      if (failing) log.info({ loop: name }, "the loop works again");
      failing = false;
      return wait;
    } catch (error) {
      if (!failing && !stopping.signal.aborted) {
        log.warn({ err: error, loop: name }, "A loop of the coordinator failed; it is tried again until it works");
      }
      failing = true;
      return retryMs;
    }
  }
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const wait = await guarded();
      // Ends early, by rejecting, when the loop is stopped.
      await delay(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const ended = run();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
