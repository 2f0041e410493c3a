/** Who trains: one process of the whole school at a time. A process that dies leaves its turn when the lease runs out. */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { TrainingTurns } from "../routing-ports.ts";
import type { Keys } from "./keys.ts";
import { defineScripts } from "./scripts/define.ts";
import { endTrainingScript, renewTrainingScript } from "./scripts/training-turn.ts";

const scripts = { schoolRenewTraining: renewTrainingScript, schoolEndTraining: endTrainingScript };

export function trainingTurns(redis: Redis, keys: Keys): TrainingTurns {
  const run = defineScripts(redis, keys.prefix, scripts);
  return {
    async ask(trained, forMs) {
      return (await redis.set(keys.routerAsked(trained), "1", "PX", forMs, "NX")) === "OK";
    },
    async take(leaseMs) {
      const token = randomUUID();
      return (await redis.set(keys.routerTraining, token, "PX", leaseMs, "NX")) === "OK" ? token : undefined;
    },
    async renew(token, leaseMs) {
      return (await run.schoolRenewTraining(token, leaseMs)) === 1;
    },
    async end(token) {
      await run.schoolEndTraining(token);
    },
  };
}
