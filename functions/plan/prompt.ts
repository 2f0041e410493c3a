/** The question to a model: what prompts/plan.v*.md is rendered with. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Candidate } from "../../shared/intents/intent.ts";
import { intents } from "../../shared/intents/registry.ts";
import type { Excerpt, ModelQuestion } from "../../shared/model-ports.ts";
import { answerSchema } from "./answer.ts";
import { planPrompt } from "./prompts/generated.ts";

export interface Material {
  readonly improvement: Improvement;
  readonly offered: readonly Candidate[];
  /** What the rules found for the topic: in place, open, or why it does not apply. */
  readonly survey: string;
  readonly inventory: string;
  readonly excerpts: readonly Excerpt[];
  /** Earlier answers and what was wrong with each, oldest first. */
  readonly earlier: readonly { readonly answer: string; readonly problems: readonly string[] }[];
}

export function questionOf({ improvement, offered, survey, inventory, excerpts, earlier }: Material): ModelQuestion {
  const { title, description, category, implementation_notes: notes, quotes } = improvement;
  const rendered = planPrompt.render({
    intents: [...intents.values()].map(({ kind, purpose }) => `- ${kind}: ${purpose}`).join("\n"),
    title,
    category,
    description,
    notes,
    quotes: quotes.map(({ text }) => text),
    survey,
    candidates: offered.map(({ intent, target, because }) => ({ target, because, intent: JSON.stringify(intent) })),
    inventory,
    excerpts: excerpts.map(({ path, place, text }) => ({ path, place, text })),
    earlier: earlier.map(({ answer, problems }) => ({ answer_given: answer, problems })),
  });
  return { ...rendered, schema: answerSchema() };
}
