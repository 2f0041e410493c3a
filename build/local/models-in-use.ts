/** Which models the local school's functions ask for what, for the coordinator, which gets no key to find out. */

import type { ModelsAsked } from "../../functions/coordinator/models-asked.ts";
import { chosenModels } from "../../functions/evaluate/expert-models.ts";
import { modelNames } from "../../shared/adapters/llm/open.ts";
import { EXPERTS } from "../../shared/domain/improvement.ts";
import { ConfigurationError, type Environment } from "../../shared/runtime/config.ts";

/** Empty when no model is configured: then rules do everything. What is named and cannot be asked says why. */
export function modelsInUse(env: Environment): ModelsAsked {
  const { VALIDATE_MODEL: validate, SECOND_OPINION_MODEL: second, LLM_CHEAP_MODEL: cheap } = env;
  const all: ModelsAsked = [
    asked("ingest", () => modelNames(env, "EXTRACT_MODEL", env["EXTRACT_MODEL"])),
    ...EXPERTS.map((expert) =>
      asked(`evaluate/${expert}`, () => modelNames(env, "EXPERT_MODELS", chosenModels(env)[expert])),
    ),
    ...(second === undefined
      ? []
      : [asked("evaluate/second-opinion", () => modelNames(env, "SECOND_OPINION_MODEL", second))]),
    asked("validate", () => (validate === undefined ? [] : modelNames(env, "VALIDATE_MODEL", validate))),
    asked("plan", () => modelNames(env, "PLAN_MODEL", env["PLAN_MODEL"])),
    ...(cheap === undefined ? [] : [asked("over budget", () => modelNames(env, "LLM_CHEAP_MODEL", cheap))]),
  ];
  return all.every(({ models, because }) => models.length === 0 && because === undefined) ? [] : all;
}

function asked(purpose: string, names: () => readonly string[]): ModelsAsked[number] {
  try {
    return { purpose, models: [...names()] };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    // The function that asks refuses to start for the same reason.
    return { purpose, models: [], because: error.message.replace(/^.*\n\s*- /, "") };
  }
}
