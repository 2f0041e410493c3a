import { pastImprovements } from "../../shared/adapters/knowledge/past-improvements.ts";
import { routingMemoryWriter } from "../../shared/adapters/routing-memory/open.ts";
import { trainingThread } from "../../shared/adapters/training-thread.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { learn } from "./handle.ts";
import { retrainRule } from "./settings.ts";

export const stage = defineStage({
  name: "learn",
  ports: (env, { outcomes, forecasts, knowledge, router, training: turns, notices }) => ({
    outcomes,
    forecasts,
    past: pastImprovements(env, knowledge),
    memory: routingMemoryWriter(env, { knowledge, router }),
    routing: { router, turns, notices, trainer: trainingThread(), rule: retrainRule(env) },
  }),
  handle: learn,
});
