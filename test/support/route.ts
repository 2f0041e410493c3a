/** `route` on one improvement, with as much around it as a test gives. */
import { type RoutePorts, route } from "../../functions/route/handle.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { LanguageModel, ModelAnswer, ModelQuestion } from "../../shared/model-ports.ts";
import { keywordVote } from "../../shared/routing/keywords/vote.ts";
import type { Precedent } from "../../shared/routing-ports.ts";

export const base: Improvement = {
  id: "0000000000000001",
  status: "raw",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  title: "Set memory limits on every container",
  description: "Containers get limits.",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.8,
  quotes: [],
  source_id: "s",
  source_title: "A talk",
};
export const ports = (precedent?: Precedent): RoutePorts => ({
  repeats: { precedent: async () => precedent, remember: async () => undefined },
  keywords: async (text) => keywordVote(text),
  reviewThreshold: 0.6,
});
export const context = (save: (patch: Patch) => Promise<void> = async () => undefined) => ({
  now: () => 1_000,
  signal: new AbortController().signal,
  save,
});
export const handled = async (over: Partial<Improvement>, given: Partial<RoutePorts> = {}, told = context()) => {
  const outcome = await route({ improvement: { ...base, ...over } }, { ...ports(), ...given }, told);
  if (outcome.kind !== "move") throw new Error(`unexpected ${outcome.kind}`);
  return outcome;
};
export const routed = (over: Partial<Improvement>, precedent?: Precedent) => handled(over, ports(precedent));

/** A model for the last tier: it gives its answers in turn and keeps the questions. */
export function modelAnswer(value: unknown): ModelAnswer {
  return { kind: "answered", value, model: "stub:small", usage: { input: 10, output: 5 } };
}

export function answering(answers: readonly ModelAnswer[]): LanguageModel & { readonly questions: ModelQuestion[] } {
  const left = [...answers];
  const questions: ModelQuestion[] = [];
  return {
    questions,
    async answer(question) {
      questions.push(question);
      const next = left.shift();
      if (next === undefined) throw new Error("this model was not to be asked");
      return next;
    },
  };
}
