/** The configured model as stages get it: its answers kept and shared, paid from the school's budget, each on record. */
import * as z from "zod";
import type { ModelServices } from "../../ledger-ports.ts";
import type { LanguageModel } from "../../model-ports.ts";
import { ledgerSettings } from "../../models/settings.ts";
import { type Environment, readSettings } from "../../runtime/config.ts";
import { modelNames, modelPort } from "./open.ts";

export interface Wanted {
  /** The stage's own setting, and what it says. */
  readonly variable: string;
  readonly chosen: string | undefined;
  /** Who asks: `evaluate/security`, `plan`, … */
  readonly purpose: string;
}

/** Named as PLAN_MODEL. */
const Variables = z.object({ LLM_CHEAP_MODEL: z.string().optional() });

/** Undefined when no model is configured, or none is wanted. Throws ConfigurationError. */
export function ledgeredModel(
  env: Environment,
  services: ModelServices,
  { variable, chosen, purpose }: Wanted,
): LanguageModel | undefined {
  const model = modelPort(env, variable, chosen);
  if (model === undefined) return undefined;
  const names = modelNames(env, variable, chosen);
  const { LLM_CHEAP_MODEL: cheapName } = readSettings(Variables, env);
  const cheapModel = cheapName === undefined ? undefined : modelPort(env, "LLM_CHEAP_MODEL", cheapName);
  const cheap =
    cheapModel === undefined ? undefined : { model: cheapModel, names: modelNames(env, "LLM_CHEAP_MODEL", cheapName) };
  const settings = ledgerSettings(env);
  let opened: Promise<LanguageModel> | undefined;
  return {
    async answer(question, signal) {
      opened ??= import("../../models/layer.ts").then(({ withLedger }) =>
        withLedger(model, services, { purpose, names, cheap, settings, clock: Date.now }),
      );
      return (await opened).answer(question, signal);
    },
  };
}
