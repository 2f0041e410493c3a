/** The record of questions to models in an improvement's trail. */
import type { Improvement } from "../domain/improvement.ts";
import type { ModelCall } from "../domain/model-call.ts";

/** Of one improvement; the oldest go first. */
export const KEPT_CALLS = 50;

/** What a stage puts into its patch; nothing when no model was asked. */
export function withCalls(
  { model_calls: before = [] }: Pick<Improvement, "model_calls">,
  ...calls: readonly (ModelCall | undefined)[]
): { readonly model_calls?: readonly ModelCall[] } {
  const made = calls.filter((call) => call !== undefined);
  return made.length === 0 ? {} : { model_calls: [...before, ...made].slice(-KEPT_CALLS) };
}
