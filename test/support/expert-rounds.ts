/** `evaluate` with scripted models, over as many rounds as it takes, and what the approval rule makes of the result. */
import { type EvaluatePorts, evaluate } from "../../functions/evaluate/handle.ts";
import { decideApproval } from "../../shared/domain/approval.ts";
import type { Evaluation } from "../../shared/domain/evaluation.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { Knowledge } from "../../shared/knowledge-ports.ts";
import type { LanguageModel, ModelAnswer, ModelQuestion } from "../../shared/model-ports.ts";
import type { MoveTo } from "../../shared/runtime/outcome.ts";
import { shop } from "./experts.ts";

export type Script = (question: ModelQuestion) => unknown;

/** Answers each question by a script, and remembers what it was asked. */
export function scripted(...scripts: readonly Script[]) {
  const asked: ModelQuestion[] = [];
  const model: LanguageModel = {
    answer: async (question) => {
      const script = scripts[Math.min(asked.length, scripts.length - 1)];
      asked.push(question);
      const said = script?.(question);
      if (said !== null && typeof said === "object" && "kind" in said) return said as ModelAnswer;
      return { kind: "answered", value: said, model: "test:m", usage: { input: 10, output: 5 } };
    },
  };
  return { model, asked };
}
export const unavailable = (because: string) => (): ModelAnswer => ({ kind: "unavailable", because });

export interface World {
  readonly first?: LanguageModel | undefined;
  readonly second?: LanguageModel | undefined;
  readonly knowledge?: Knowledge;
  readonly platform?: EvaluatePorts["platform"];
}

/** As many rounds as it takes; the record keeps what was saved. */
export async function judge(improvement: Improvement, { first, second = first, knowledge, platform }: World) {
  const record = { improvement };
  const ports: EvaluatePorts = {
    platform: platform ?? (async () => shop),
    knowledge,
    models: { first: () => first, second: () => second },
  };
  const save = async (patch: Patch) => {
    record.improvement = { ...record.improvement, ...patch } as Improvement;
  };
  for (let round = 1; round < 5; round += 1) {
    const outcome = await evaluate({ improvement: record.improvement }, ports, {
      signal: new AbortController().signal,
      save,
      now: () => 1_700_000_000_000,
    });
    if (outcome.kind === "move") return { outcome: outcome as MoveTo, record, rounds: round };
  }
  throw new Error("it never ends");
}
export const evaluationOf = ({ outcome }: { outcome: MoveTo }): Evaluation => {
  const { expert_evaluation: evaluation } = outcome.patch;
  if (!evaluation) throw new Error("no evaluation");
  return evaluation;
};
export const automatic = (evaluation: Evaluation) =>
  decideApproval(
    {
      category: "architecture",
      type: "technique",
      relevance: 1,
      verdict: { decision: "auto", rules: [] },
      validation: [{ check: "duplicate", result: "pass", because: "", evidence: [] }],
      evaluation,
    },
    {
      flags: { none: false, all: false, integrations: false, security: false },
      breaker: null,
      freeze: null,
      budget: null,
    },
    { threshold: 0.9, highRiskThreshold: 0.95 },
  ).kind === "approved";
