/**
 * The plan with a model. It chooses among the rules' candidates or fills in another typed intent; what it answers is
 * checked as if an enemy had written it, mended at most twice, and kept before anything else happens, so that no second
 * run pays for it again. One answer per round: a round is never longer than one question.
 */
import { createHash } from "node:crypto";
import type { Planning } from "../../shared/domain/improvement.ts";
import type { PlanAnswer } from "../../shared/domain/plan-answer.ts";
import type { Documents, LanguageModel, ModelAnswer, ModelQuestion } from "../../shared/model-ports.ts";
import { withCalls } from "../../shared/models/calls.ts";
import { again, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { readAnswer } from "./answer.ts";
import { type Assessment, assess } from "./assess.ts";
import { gather } from "./material.ts";
import { planned } from "./planned.ts";
import { type Material, questionOf } from "./prompt.ts";
import { planByRules } from "./rules.ts";
import { type Places, placesFor, type Situation } from "./situation.ts";

export interface PlannerPorts {
  readonly model: LanguageModel;
  readonly documents?: Documents | undefined;
}

type Outcome = OutcomeOf<"plan">;

/** The first answer and two that mend it. */
const ANSWERS = 3;
const NOWHERE: Places = { all: [], free: [] };

export async function planWithModel(
  situation: Situation,
  { model, documents }: PlannerPorts,
  { signal, save }: Pick<Context, "signal" | "save">,
): Promise<Outcome> {
  const { improvement, definition } = situation;
  const places = definition === undefined ? NOWHERE : placesFor(definition, situation);
  const answers = improvement.plan_answers ?? [];
  const assessed = await Promise.all(answers.map((answer) => assess(answer, situation, places)));
  const concluded = await conclude(answers, assessed, situation, places);
  if (concluded !== undefined) return concluded;

  const material = await gather(situation, places, documents);
  const question = questionOf({ ...material, earlier: earlierOf(answers, assessed) });
  // What cannot be read is not kept for the next one who asks; this improvement has it among its answers.
  const accepts = (value: unknown) => typeof readAnswer(value, material.offered) !== "string";
  const answer = await model.answer({ ...question, payer: "plan", accepts }, signal);
  if (answer.kind === "unavailable") {
    const because = `the model could not be asked: ${answer.because}`;
    return planByRules(situation, { by: "rules", because, ...doubtOf(assessed) }, true);
  }
  const paid = [...answers, kept(answer, question, material)];
  const patch = { plan_answers: paid, ...withCalls(improvement, answer.call) };
  await save(patch);
  const current: Situation = { ...situation, improvement: { ...improvement, ...patch } };
  const all = await Promise.all(paid.map((one) => assess(one, current, places)));
  const end = await conclude(paid, all, current, places);
  return end ?? again(0, {}, `the model is asked again: ${problemsOf(all.at(-1))}`);
}

/** Undefined: the model should be asked, for the first time or again. */
async function conclude(
  answers: readonly PlanAnswer[],
  assessed: readonly Assessment[],
  situation: Situation,
  places: Places,
): Promise<Outcome | undefined> {
  const [answer, last] = [answers.at(-1), assessed.at(-1)];
  if (answer === undefined || last === undefined) return undefined;
  switch (last.kind) {
    case "plan":
      return planned(last.chosen, placesOf(last, situation, places), planningOf(answer, last), situation);
    case "none": {
      const doubt = `the model ${answer.model} sees no fitting change: ${last.missing}`;
      return planByRules(situation, { by: "rules", because: doubt, doubt });
    }
    case "bad": {
      if (answers.length < ANSWERS) return undefined;
      const because = `none of ${answers.length} answers of the model ${answer.model} can be used: ${problemsOf(last)}`;
      return planByRules(situation, { by: "rules", because, ...doubtOf(assessed) }, true);
    }
  }
}

function planningOf(
  { model, choice }: PlanAnswer,
  { chosen, ofTheRules, besides }: Assessment & { kind: "plan" },
): Planning {
  const because = choice?.because ?? chosen.because;
  if (ofTheRules) return { by: model, because };
  const elsewhere = besides === undefined ? "" : `; the proposal names ${besides}, and this changes something else`;
  return { by: model, because, doubt: `only the model ${model} chose ${chosen.target}: ${because}${elsewhere}` };
}

/** Other places of the same kind are listed beside a plan, whichever kind it is. */
function placesOf({ chosen }: Assessment & { kind: "plan" }, situation: Situation, places: Places): Places {
  return chosen.intent.kind === situation.definition?.kind ? places : NOWHERE;
}

/** A model that gives nothing but answers nobody can use is a reason to look, whatever the reason is. */
function doubtOf(assessed: readonly Assessment[]): { readonly doubt?: string } {
  const last = assessed.at(-1);
  return last === undefined ? {} : { doubt: `the model's answers could not be used: ${problemsOf(last)}` };
}

function problemsOf(assessment: Assessment | undefined): string {
  return assessment?.kind === "bad" ? assessment.problems.join("; ").slice(0, 600) : "";
}

function earlierOf(answers: readonly PlanAnswer[], assessed: readonly Assessment[]): Material["earlier"] {
  return answers.map(({ choice, unusable }, index) => {
    const assessment = assessed[index];
    return {
      answer: choice === undefined ? (unusable ?? "") : JSON.stringify(choice),
      problems: assessment?.kind === "bad" ? assessment.problems : [],
    };
  });
}

function kept(
  answer: Exclude<ModelAnswer, { kind: "unavailable" }>,
  { system, prompt, schema }: ModelQuestion,
  { offered, excerpts }: Pick<Material, "offered" | "excerpts">,
): PlanAnswer {
  const { model, usage } = answer;
  const facts = {
    model,
    usage,
    prompt: createHash("sha256")
      .update(JSON.stringify([system, prompt, schema]))
      .digest("hex"),
    sources: [...new Set(excerpts.map(({ path }) => path))],
  };
  if (answer.kind === "unusable") return { ...facts, unusable: answer.because };
  const choice = readAnswer(answer.value, offered);
  return typeof choice === "string" ? { ...facts, unusable: choice } : { ...facts, choice };
}
