/** One expert's word by a model: asked once, kept before anything else happens, so that no second run pays for it again. */
import type { ExpertAnswer } from "../../shared/domain/evaluation.ts";
import type { Expert, Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import { withCalls } from "../../shared/models/calls.ts";
import { askStructured } from "../../shared/models/structured.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { Answer, answerSchema } from "./answer.ts";
import { type Material, questionOf, shownIn } from "./material.ts";

/** The record as far as it has come in this round. */
export interface Book {
  improvement: Improvement;
}

/** `expert`: another one's first opinion is not this one's. */
export function keptAnswer(
  { improvement }: Book,
  role: ExpertAnswer["role"],
  expert?: Expert,
): ExpertAnswer | undefined {
  return improvement.expert_answers?.find(
    (answer) => answer.role === role && (expert === undefined || answer.expert === expert),
  );
}

/** The answer, or why there is none: nobody could be asked, so nothing was paid. */
export async function askExpert(
  expert: Expert,
  role: ExpertAnswer["role"],
  material: Material,
  model: LanguageModel,
  book: Book,
  { signal, save }: Pick<Context, "signal" | "save">,
): Promise<ExpertAnswer | string> {
  const question = { ...questionOf(expert, material), schema: answerSchema(), payer: expert };
  const answer = await askStructured(model, question, Answer, signal);
  const calls = withCalls(book.improvement, ...answer.calls);
  if (answer.kind === "unavailable") {
    if (answer.calls.length > 0) await keep(calls);
    return answer.because;
  }
  const { name, version, hash } = question.from;
  const kept: ExpertAnswer = {
    expert,
    role,
    model: answer.model,
    prompt: `${name}@${version}`,
    prompt_hash: hash,
    ...(answer.kind === "answered" ? { said: answer.value } : { unusable: answer.because.slice(0, 600) }),
    shown: shownIn(material),
  };
  await keep({ ...calls, expert_answers: [...(book.improvement.expert_answers ?? []), kept] });
  return kept;

  async function keep(patch: Pick<Patch, "model_calls" | "expert_answers">): Promise<void> {
    await save(patch);
    // Nothing is removed here, so that a patch is a part of the record.
    book.improvement = { ...book.improvement, ...patch } as Improvement;
  }
}
