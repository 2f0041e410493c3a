import { routingMemory } from "../../shared/adapters/routing-memory/open.ts";
import { readSettings } from "../../shared/runtime/config.ts";
import { createLog } from "../../shared/runtime/log.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { route } from "./handle.ts";
import { RouteSettings } from "./settings.ts";

export const stage = defineStage({
  name: "route",
  async ports(env, { router, knowledge, models }) {
    const settings = readSettings(RouteSettings, env);
    // The school's own rules are loaded with the first event; those of an operator are looked at now, and may be refused.
    const own = settings.ROUTING_RULES === undefined ? undefined : await operatorsRules(settings.ROUTING_RULES);
    const log = createLog(env["LOG_LEVEL"] ?? "info", { stage: "route" });
    async function model(variable: "ROUTE_MODEL" | "ROUTE_MODEL_COMPLEX") {
      const chosen = settings[variable];
      if (chosen === undefined) return undefined;
      const { ledgeredModel } = await import("../../shared/adapters/llm/ledgered.ts");
      return ledgeredModel(env, models, { variable, chosen, purpose: "route" });
    }
    return {
      repeats: router,
      reviewThreshold: settings.REVIEW_THRESHOLD,
      async keywords(text) {
        const { keywordVote } = await import("../../shared/routing/keywords/vote.ts");
        return keywordVote(text, own);
      },
      // A memory is for a school that has an index; without one there is nothing to be told about it each time.
      memory: env["QDRANT_URL"] === undefined ? undefined : routingMemory(env, { knowledge, router }),
      async classifier() {
        const { servingClassifier } = await import("../../shared/routing/learning/serving.ts");
        return await servingClassifier(router, log);
      },
      models: { simple: await model("ROUTE_MODEL"), complex: await model("ROUTE_MODEL_COMPLEX") },
      rollout: {
        share: settings.AB_TEST_PERCENTAGE,
        rag: settings.ENABLE_RAG,
        neural: settings.ENABLE_NEURAL,
      },
      override: () => router.rollout(),
      count: (counts, served) => router.count(counts, served),
    };
  },
  handle: route,
});

async function operatorsRules(path: string) {
  const { keywordRules } = await import("../../shared/routing/keywords/read-rules.ts");
  return await keywordRules(path);
}
