/** The configured model. Its clients are loaded with the first question: most events are settled without one. */
import * as z from "zod";
import type { LanguageModel } from "../../model-ports.ts";
import type { CallReport } from "../../models/attempt.ts";
import type { Endpoint } from "../../models/endpoint.ts";
import type { Member } from "../../models/member.ts";
import { type Environment, readSettings } from "../../runtime/config.ts";
import { endpointSettings } from "./endpoints.ts";
import type { ModelSettings } from "./settings.ts";

export interface ModelOptions {
  /** Hears of every single request. */
  readonly onCall?: (call: CallReport) => void;
}

const Variables = z.object({
  /** Questions one endpoint works on at once, of this process. */
  LLM_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(4),
});

/**
 * `chosen` is what the stage's own `variable` says. Undefined when no model is configured, or none is wanted. Models of one
 * environment (one process) share what they know of the endpoints they share. Throws ConfigurationError.
 */
export function modelPort(
  env: Environment,
  variable: string,
  chosen: string | undefined,
  { onCall }: ModelOptions = {},
): LanguageModel | undefined {
  const settings = endpointSettings(env, variable, chosen);
  if (settings === undefined) return undefined;
  const { LLM_CONCURRENCY: slots } = readSettings(Variables, env);
  let opened: Promise<LanguageModel> | undefined;
  return {
    async answer(question, signal) {
      opened ??= open(env, settings, slots, onCall);
      return (await opened).answer(question, signal);
    },
  };
}

/** `vendor:model` of every endpoint `modelPort` would ask, each once; empty without a model. Throws ConfigurationError. */
export function modelNames(env: Environment, variable: string, chosen: string | undefined): readonly string[] {
  const names = (endpointSettings(env, variable, chosen) ?? []).map(({ vendor, model }) => `${vendor}:${model ?? ""}`);
  return [...new Set(names)];
}

const known = new WeakMap<Environment, Map<string, Member>>();

async function open(
  env: Environment,
  settings: readonly ModelSettings[],
  slots: number,
  onCall: ModelOptions["onCall"],
): Promise<LanguageModel> {
  const [{ Member }, { poolOf }] = await Promise.all([
    import("../../models/member.ts"),
    import("../../models/pool.ts"),
  ]);
  const ofProcess = known.get(env) ?? new Map<string, Member>();
  known.set(env, ofProcess);
  const members = await Promise.all(
    settings.map(async (one) => {
      const name = JSON.stringify([one.vendor, one.model, one.baseUrl, one.isPooled]);
      const endpoint = await endpointOf(one);
      const member = ofProcess.get(name) ?? new Member(endpoint, slots, Date.now);
      ofProcess.set(name, member);
      return member;
    }),
  );
  const [{ timeoutMs } = { timeoutMs: 0 }] = settings;
  return poolOf(members, { timeoutMs, now: Date.now, random: Math.random }, onCall);
}

async function endpointOf(settings: ModelSettings): Promise<Endpoint> {
  if (settings.vendor === "anthropic") return (await import("./anthropic.ts")).anthropicEndpoint(settings);
  return (await import("./openai.ts")).openAiEndpoint(settings);
}
