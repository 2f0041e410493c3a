/** A model for the routing's last tier: it gives these answers in turn and keeps the questions. */
import type { LanguageModel, ModelAnswer, ModelQuestion } from "../../shared/model-ports.ts";

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
