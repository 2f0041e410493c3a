/** Who trains: one process of the whole school at a time. A process that dies leaves its turn when the lease runs out. */
import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { TrainingTurns } from "../routing-ports.ts";
import type { Keys } from "./keys.ts";
import { noticeEvent } from "./notices.ts";
import { defineScripts } from "./scripts/define.ts";
import { askForTrainingScript, endTrainingScript, renewTrainingScript } from "./scripts/training-turn.ts";
import { redisNow } from "./services.ts";

const scripts = {
  schoolAskForTraining: askForTrainingScript,
  schoolRenewTraining: renewTrainingScript,
  schoolEndTraining: endTrainingScript,
};

export function trainingTurns(redis: Redis, keys: Keys): TrainingTurns {
  const run = defineScripts(redis, keys.prefix, scripts);
  return {
    async ask({ by, text, trained, labels }, forMs) {
      const event = noticeEvent({ about: "retrain", text, facts: { trained, labels } }, by, await redisNow(redis));
      return (await run.schoolAskForTraining(Math.round(trained), forMs, JSON.stringify(event))) === 1;
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
