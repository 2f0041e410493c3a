import { gitPort } from "../../shared/adapters/git/open.ts";
import { repositoryNames } from "../../shared/adapters/git/settings.ts";
import { ledgeredModel } from "../../shared/adapters/llm/ledgered.ts";
import { knowledgeOf } from "../../shared/adapters/qdrant/reader.ts";
import { EXPERTS, type Expert } from "../../shared/domain/improvement.ts";
import type { ModelServices } from "../../shared/ledger-ports.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import type { Environment } from "../../shared/runtime/config.ts";
import { defineStage } from "../../shared/runtime/stage.ts";
import { chosenModels } from "./expert-models.ts";
import { evaluate } from "./handle.ts";

export const stage = defineStage({
  name: "evaluate",
  ports: (env, { knowledge, models: services }) => {
    const git = gitPort(env);
    const names = repositoryNames(env);
    return {
      platform: async (signal: AbortSignal) => loadPlatform(git, await git.head(signal), names),
      // Memory is for a school that has an index; without one there is nothing to be told about it each time.
      knowledge: env["QDRANT_URL"] === undefined ? undefined : knowledgeOf(env, knowledge),
      models: models(env, services),
    };
  },
  handle: evaluate,
});

function models(env: Environment, services: ModelServices) {
  const chosen = chosenModels(env);
  const first = new Map<Expert, LanguageModel | undefined>(
    EXPERTS.map((expert) => {
      const wanted = { variable: "EXPERT_MODELS", chosen: chosen[expert], purpose: `evaluate/${expert}` };
      return [expert, ledgeredModel(env, services, wanted)];
    }),
  );
  const second = env["SECOND_OPINION_MODEL"];
  const other =
    second === undefined
      ? undefined
      : ledgeredModel(env, services, {
          variable: "SECOND_OPINION_MODEL",
          chosen: second,
          purpose: "evaluate/second-opinion",
        });
  return {
    first: (expert: Expert) => first.get(expert),
    second: (expert: Expert) => (second === undefined ? first.get(expert) : other),
  };
}
