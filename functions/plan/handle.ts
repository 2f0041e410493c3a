/**
 * plan: finds the place in the repository where an improvement applies, and renders the change. The text only says
 * what it is about; where and how much comes from the repository. A model may choose, among the same typed intents;
 * without one the rules do.
 */
import type { Planning } from "../../shared/domain/improvement.ts";
import type { Documents, LanguageModel } from "../../shared/model-ports.ts";
import type { OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";
import { planEdited } from "./edited.ts";
import { noIntent, planByRules } from "./rules.ts";
import { lookAround, type RepositoryPorts, subjectOf } from "./situation.ts";

export interface PlanPorts extends RepositoryPorts {
  /** Undefined: none is configured. */
  readonly model?: LanguageModel | undefined;
  readonly documents?: Documents | undefined;
}

const BY_RULES: Planning = { by: "rules", because: "no model is configured" };

export async function plan(
  { improvement }: InputOf<"plan">,
  ports: PlanPorts,
  context: Pick<Context, "signal" | "now" | "save">,
): Promise<OutcomeOf<"plan">> {
  const { model, documents } = ports;
  const subject = subjectOf(improvement);
  const { edited_intent: edited } = improvement;
  if (edited !== undefined) return planEdited(edited, await lookAround(improvement, subject, ports, context));
  if (model === undefined && subject.definition === undefined) return noIntent(subject, BY_RULES, improvement);
  const situation = await lookAround(improvement, subject, ports, context);
  if (model === undefined) return planByRules(situation, BY_RULES);
  // Loaded when it is needed: a cold start without a model has nothing to do with it.
  const { planWithModel } = await import("./planner.ts");
  return planWithModel(situation, { model, documents }, context);
}
