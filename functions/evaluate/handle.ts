/**
 * evaluate: the chosen expert judges feasibility, impact, effort, priority and risks, each with its evidence. Rules always do; a
 * model's word is added where one is configured, and a second expert's where one is not enough.
 */
import type { Evaluation } from "../../shared/domain/evaluation.ts";
import type { Expert } from "../../shared/domain/improvement.ts";
import type { Knowledge } from "../../shared/knowledge-ports.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { askPerson, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";
import { concluded } from "./conclude.ts";
import { RUBRICS } from "./experts/registry.ts";
import { factsOf } from "./facts.ts";
import { remember } from "./memory.ts";
import { heir } from "./pass-on.ts";
import { noRules, subjectOf, unjudged } from "./subject.ts";

export interface EvaluatePorts {
  /** The user's repository as it stands now. Throws RetryLater when it is out of reach. */
  readonly platform: (signal: AbortSignal) => Promise<Platform>;
  /** Undefined: nothing is remembered. */
  readonly knowledge?: Knowledge | undefined;
  /** Undefined for an expert: rules alone judge. */
  readonly models?: ExpertModels | undefined;
}
export interface ExpertModels {
  readonly first: (expert: Expert) => LanguageModel | undefined;
  /** Who is asked when one opinion is not enough. */
  readonly second: (expert: Expert) => LanguageModel | undefined;
}

export async function evaluate(
  { improvement }: InputOf<"evaluate">,
  { platform: load, knowledge, models }: EvaluatePorts,
  context: Pick<Context, "signal" | "save" | "now">,
): Promise<OutcomeOf<"evaluate">> {
  const subject = subjectOf(improvement);
  if (typeof subject === "string") return askPerson("evaluate", subject);
  const { expert, topic, passed, doubt } = subject;
  const model = models?.first(expert);
  const reason = noRules(expert);
  if (topic === undefined && model === undefined) {
    const passed_on = passed === undefined ? {} : { passed_on: passed, doubt: doubt ?? reason };
    const evaluation: Evaluation = { expert, by: "rules", ...unjudged(reason), ...passed_on };
    return concluded(evaluation, improvement, context.now(), reason);
  }

  const { signal } = context;
  const [platform, memory] = await Promise.all([load(signal), remember(improvement, knowledge, signal)]);
  const facts = topic === undefined ? undefined : factsOf(improvement, topic, platform, memory.takenBack);
  const rulesOf = (one: Expert) => (facts === undefined ? unjudged(reason) : RUBRICS[one].judge(facts));
  const sources = memory.parts.map(({ text: _, ...source }) => source);
  const known = {
    ...(sources.length === 0 ? {} : { sources }),
    ...(memory.notes.length === 0 ? {} : { notes: memory.notes }),
  };
  const before = passed === undefined ? undefined : { ...passed, risks: rulesOf(passed.from).risks };
  if (model === undefined || models === undefined) {
    const opinion = heir({ expert, by: "rules", ...rulesOf(expert) }, before);
    const evaluation = { ...opinion, ...known, ...(doubt === undefined ? {} : { doubt }) };
    return concluded(evaluation, improvement, context.now(), doubt);
  }
  // Loaded when it is needed: a cold start without a model has nothing to do with it.
  const { judgeWithModels } = await import("./judge-with-models.ts");
  const situation = { improvement, expert, topic, platform, facts, rulesOf, memory, knowledge, passed: before };
  const person = topic === undefined ? reason : doubt;
  return judgeWithModels(situation, { ...models, person }, context);
}
