/** The last tier but a person: a model reads the text. Its answer is one of six words and a reason, checked as such. */
import * as z from "zod";
import { EXPERTS, type Improvement, type RoutingVote } from "../../shared/domain/improvement.ts";
import type { ModelCall } from "../../shared/domain/model-call.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import { choosePrompt } from "./prompts/generated.ts";

const Answer = z.object({
  expert: z.enum(EXPERTS),
  confidence: z.enum(["high", "medium", "low"]),
  because: z.string().transform((text) => cleanLine(text).slice(0, 300)),
});

const SCHEMA = {
  type: "object",
  properties: {
    expert: { type: "string", enum: [...EXPERTS] },
    confidence: { type: "string", enum: ["high", "medium", "low"] },
    because: { type: "string", description: "What is asked for, in one sentence." },
  },
  required: ["expert", "confidence", "because"],
  additionalProperties: false,
} as const;

/** Words, not measured shares: nobody knows how often a model that says "high" is right before there are outcomes. */
const CONFIDENCE = { high: 0.85, medium: 0.7, low: 0.4 } as const;

export interface Asked {
  readonly vote: RoutingVote;
  readonly call?: ModelCall;
  /** It was paid for: worth keeping before anything else happens. */
  readonly paid: boolean;
}

/** Throws only what the signal says, and RetryLater while somebody else asks the same. `votes`: what the other tiers said. */
export async function askModel(
  improvement: Improvement,
  votes: readonly RoutingVote[],
  model: LanguageModel,
  signal: AbortSignal,
): Promise<Asked> {
  const { title, category, description, implementation_notes: notes } = improvement;
  const candidates = votes.flatMap(({ ranked = [], tier, because }) =>
    ranked.slice(0, 1).map(({ expert }) => ({ expert, because: `${tier}: ${because}` })),
  );
  const rendered = choosePrompt.render({ title, category, description, notes, candidates: candidates.slice(0, 6) });
  const accepts = (value: unknown) => Answer.safeParse(value).success;
  const answer = await model.answer({ ...rendered, schema: SCHEMA, payer: "route", accepts }, signal);
  if (answer.kind === "unavailable") return { vote: unknown(answer.because), paid: false };
  const call = answer.call === undefined ? {} : { call: answer.call };
  if (answer.kind === "unusable") return { vote: unknown(answer.because, answer.model), ...call, paid: true };
  return { vote: voteOf(answer.value, answer.model), ...call, paid: true };
}

function voteOf(value: unknown, model: string): RoutingVote {
  const read = Answer.safeParse(value);
  if (!read.success) return unknown("its answer does not name one of the six experts", model);
  const { expert, confidence, because } = read.data;
  const share = CONFIDENCE[confidence];
  const ranked = [{ expert, share }];
  const said = confidence === "low" ? `it is not sure: ${because}` : because;
  return {
    tier: "model",
    expert: confidence === "low" ? null : expert,
    confidence: share,
    because: said,
    by: model,
    ranked,
  };
}

function unknown(because: string, by?: string): RoutingVote {
  const named = by === undefined ? {} : { by };
  return { tier: "model", expert: null, confidence: 0, because: `no answer: ${because}`, unknown: true, ...named };
}
