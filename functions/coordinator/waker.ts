/** Asks for layers to be woken: fire and forget, at most once every two seconds per stage. */
import type { Logger } from "pino";
import type { Layers } from "../../shared/ports.ts";
import type { StageName } from "../../shared/stages.ts";

const PAUSE_MS = 2_000;

export function waker(layers: Layers, log: Logger, clock: () => number = () => performance.now()) {
  const busy = new Set<StageName>();
  const asked = new Map<StageName, number>();
  return function wake(stage: StageName): void {
    const last = asked.get(stage) ?? Number.NEGATIVE_INFINITY;
    if (busy.has(stage) || clock() - last < PAUSE_MS) return;
    busy.add(stage);
    asked.set(stage, clock());
    layers
      .wake(stage)
      .then(
        (woken) => woken && log.info({ woken: stage }, "woke a cold layer"),
        (error: unknown) => log.warn({ err: error, stage }, "A layer could not be woken; KEDA's next poll starts it"),
      )
      .finally(() => busy.delete(stage));
  };
}
