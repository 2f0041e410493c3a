/** The configured model. Its client is loaded with the first question: most events are settled without one. */
import type { LanguageModel } from "../../model-ports.ts";
import type { Environment } from "../../runtime/config.ts";
import { type ModelSettings, modelSettings } from "./settings.ts";

/**
 * `chosen` is what the stage's own `variable` says. Undefined when no model is configured, or none is wanted. Throws
 * ConfigurationError.
 */
export function modelPort(env: Environment, variable: string, chosen: string | undefined): LanguageModel | undefined {
  const settings = modelSettings(env, variable, chosen);
  if (settings === undefined) return undefined;
  let opened: Promise<LanguageModel> | undefined;
  return {
    async answer(question, signal) {
      opened ??= open(settings);
      return (await opened).answer(question, signal);
    },
  };
}

async function open(settings: ModelSettings): Promise<LanguageModel> {
  if (settings.vendor === "anthropic") return (await import("./anthropic.ts")).anthropicModel(settings);
  return (await import("./openai.ts")).openAiModel(settings);
}
