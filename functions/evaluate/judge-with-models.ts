/**
 * The judgement with models: the chosen expert's, and a second one's where one is not enough. One question per round: a round is
 * never longer than one answer. Without an answer the rules judge, and a person where that is not enough.
 */
import type { Evaluation, ExpertAnswer, Opinion, SecondOpinion, ShownSource } from "../../shared/domain/evaluation.ts";
import type { Expert, Improvement } from "../../shared/domain/improvement.ts";
import type { Knowledge } from "../../shared/knowledge-ports.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { again, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { aggregated } from "./aggregate.ts";
import { Answer } from "./answer.ts";
import { type Checked, checked } from "./check.ts";
import { concluded } from "./conclude.ts";
import { digestOf } from "./digest.ts";
import type { Material } from "./material.ts";
import type { Memory } from "./memory.ts";
import { askExpert, type Book, keptAnswer } from "./opinion.ts";
import type { Facts, Judged } from "./rubric.ts";
import { isHighRisk, secondAsked } from "./second.ts";

export interface Situation {
  readonly improvement: Improvement;
  readonly expert: Expert;
  readonly platform: Platform;
  readonly facts: Facts | undefined;
  readonly rulesOf: (expert: Expert) => Judged;
  readonly memory: Memory;
  readonly knowledge: Knowledge | undefined;
}
interface Asked {
  readonly model: LanguageModel;
  readonly second: (expert: Expert) => LanguageModel | undefined;
  /** Why a person is asked, whatever is judged. */
  readonly person: string | undefined;
}

type Outcome = OutcomeOf<"evaluate">;

export async function judgeWithModels(
  situation: Situation,
  { model, second, person }: Asked,
  context: Pick<Context, "signal" | "save">,
): Promise<Outcome> {
  const { expert, improvement, memory } = situation;
  const book: Book = { improvement };
  const kept = keptAnswer(book, "first", expert);
  const first = kept ?? (await ask(expert, "first", model, situation, book, context));
  const own = read(first, situation, expert);
  if (typeof own === "string") return byRules(own, situation, book, person);

  const wanted = secondAsked(improvement, own.opinion);
  const answers = typeof first === "string" ? [] : [first];
  const evaluation = { ...own, opinion: own.opinion, notes: [...memory.notes, ...own.notes] };
  if (wanted === undefined) return concluded(whole(evaluation, answers), book.improvement, person);
  const other = second(wanted.expert);
  const earlier = keptAnswer(book, "second");
  if (earlier === undefined && kept === undefined && other !== undefined) {
    return again(0, {}, `a second opinion is asked of the ${wanted.expert} expert: ${wanted.because}`);
  }
  const answer =
    earlier ??
    (other === undefined
      ? "no model is configured for it"
      : await ask(wanted.expert, "second", other, situation, book, context));
  const theirs = read(answer, situation, typeof answer === "string" ? wanted.expert : answer.expert);
  if (typeof theirs === "string" || typeof answer === "string") {
    const missing = `there is no second opinion of the ${wanted.expert} expert: ${typeof theirs === "string" ? theirs : ""}`;
    const doubt = isHighRisk(improvement, expert) ? (own.doubt ?? missing) : own.doubt;
    const alone = whole({ ...evaluation, ...(doubt === undefined ? {} : { doubt }) }, answers);
    const second_opinion: SecondOpinion = { because: wanted.because, missing };
    return concluded({ ...alone, second_opinion }, book.improvement, person);
  }
  return together(evaluation, theirs, [...answers, answer], wanted.because, book, person);
}

function together(
  own: Checked,
  theirs: Checked,
  answers: readonly ExpertAnswer[],
  because: string,
  book: Book,
  person: string | undefined,
): Outcome {
  const { disagreement, ...opinion } = aggregated(own.opinion, theirs.opinion);
  const doubt = own.doubt ?? theirs.doubt;
  const notes = [...own.notes, ...theirs.notes];
  const evaluation = whole({ opinion, notes, ...(doubt === undefined ? {} : { doubt }) }, answers);
  const apart = disagreement === undefined ? undefined : `the experts disagree: ${disagreement}`;
  const second_opinion: SecondOpinion = {
    because,
    opinions: [own.opinion, theirs.opinion],
    ...(disagreement === undefined ? {} : { disagreement }),
  };
  return concluded({ ...evaluation, second_opinion }, book.improvement, person ?? apart);
}

async function ask(
  expert: Expert,
  role: ExpertAnswer["role"],
  model: LanguageModel,
  { improvement, platform, facts, rulesOf, memory, knowledge }: Situation,
  book: Book,
  context: Pick<Context, "signal" | "save">,
): Promise<ExpertAnswer | string> {
  const digest = await digestOf(platform, knowledge, context.signal);
  const rules = rulesOf(expert);
  const material: Material = { improvement, commit: platform.commit, facts, rules, memory, digest };
  return askExpert(expert, role, material, model, book, context);
}

/** What an answer is worth; a sentence says why it is worth nothing. */
function read(answer: ExpertAnswer | string, { rulesOf }: Situation, expert: Expert): Checked | string {
  if (typeof answer === "string") return `the model could not be asked: ${answer}`;
  const { model, unusable, said, shown } = answer;
  const parsed = Answer.safeParse(said);
  if (!parsed.success) return `the answer of ${model} cannot be used: ${unusable ?? "it is no judgement"}`;
  return checked(parsed.data, new Set(shown.map(({ label }) => label)), rulesOf(expert), { expert, model });
}

function byRules(because: string, situation: Situation, { improvement }: Book, person: string | undefined): Outcome {
  const { expert, rulesOf, memory } = situation;
  const opinion: Opinion = { expert, by: "rules", ...rulesOf(expert) };
  const doubt = isHighRisk(improvement, expert) ? { doubt: `the rules judged alone: ${because}` } : {};
  const notes = [...memory.notes, because];
  const sources = memory.parts.map(({ text: _, ...source }) => source);
  return concluded({ ...opinion, notes, ...doubt, ...(sources.length === 0 ? {} : { sources }) }, improvement, person);
}

function whole({ opinion, notes, doubt }: Checked, answers: readonly ExpertAnswer[]): Evaluation {
  const sources = sourcesOf(opinion, answers);
  return {
    ...opinion,
    ...(sources.length === 0 ? {} : { sources }),
    ...(notes.length === 0 ? {} : { notes }),
    ...(doubt === undefined ? {} : { doubt }),
  };
}

/** Parts that were shown, and of the rest what was cited. */
function sourcesOf(opinion: Opinion, answers: readonly ExpertAnswer[]): readonly ShownSource[] {
  const said = JSON.stringify(opinion);
  const all = new Map<string, ShownSource>();
  for (const source of answers.flatMap(({ shown }) => shown)) {
    const { label, path, from } = source;
    const isCited = new RegExp(`\\[[^\\]]*\\b${label}\\b[^\\]]*\\]`, "u").test(said);
    if (label.startsWith("S") || isCited) all.set(`${label} ${path} ${from ?? ""}`, source);
  }
  return [...all.values()];
}
