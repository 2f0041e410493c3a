/** Extends the leases of running handlers; aborts those whose lease is lost and gives up on those that run too long. */
import type { Logger } from "pino";
import type { Lease, StageQueue } from "../pipeline/stage-queue.ts";
import { aboutLease } from "./about.ts";
import { LeaseLost } from "./errors.ts";

export function heartbeats(
  queue: StageQueue,
  leaseMs: number,
  limitMs: number,
  running: ReadonlyMap<string, { readonly abort: AbortController; readonly startedAt: number; readonly lease: Lease }>,
  log: Logger,
  /** Called once for a handler that does not end although it was told to: its place is needed. */
  abandon: (token: string) => void,
): { stop(): void } {
  async function beat(): Promise<void> {
    const alive: string[] = [];
    for (const [token, { abort, startedAt, lease }] of running) {
      const over = performance.now() - startedAt - limitMs;
      if (over <= 0) alive.push(token);
      else if (over > leaseMs) {
        log.error(
          { token, limitMs, ...aboutLease(lease) },
          "A handler does not end although it was told to; its place goes to other work",
        );
        abandon(token);
      } else if (!abort.signal.aborted) {
        log.warn(
          { token, limitMs, ...aboutLease(lease) },
          "A handler ran too long and is given up; its event goes to the next worker",
        );
        abort.abort(new LeaseLost(`the handler ran longer than ${limitMs} ms`));
      }
    }
    if (alive.length === 0) return;
    for (const token of await queue.heartbeat(alive)) running.get(token)?.abort.abort(new LeaseLost());
  }
  const timer = setInterval(() => {
    beat().catch((error: Error) => log.warn({ err: error }, "A heartbeat failed; the leases run out if this goes on"));
  }, leaseMs / 3);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
