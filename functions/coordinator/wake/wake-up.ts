/** Puts the wake-up together: what is cold by Redis is asked for, and what that comes to is counted for everybody. */
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { coldStages } from "../../../shared/pipeline/cold.ts";
import type { Keys } from "../../../shared/pipeline/keys.ts";
import type { Layers } from "../../../shared/ports.ts";
import { type Lookout, lookout } from "./lookout.ts";
import { waker } from "./waker.ts";

export interface WakeUp {
  readonly lookout: Lookout;
  close(): void;
}

/** Without `layers` cold stages are only seen, which is when the time of their cold start begins. */
export function wakeUp(redis: Redis, keys: Keys, layers: Layers | undefined, log: Logger): WakeUp {
  const look = lookout(
    (stages) => coldStages(redis, keys, stages),
    (stage) => awake?.ask(stage),
  );
  const awake =
    layers === undefined
      ? undefined
      : waker(layers, {
          log,
          count: (stage, outcome) => {
            // A figure that is lost with Redis stops nobody.
            redis.hincrby(keys.metrics, `woke:${stage}:${outcome}`, 1).catch(() => undefined);
          },
        });
  return { lookout: look, close: () => awake?.close() };
}
