/**
 * The judgement with models: the chosen expert's, and a second one's where one is not enough. One question per round: a round is
 * never longer than one answer. Without an answer the rules judge, and a person where that is not enough.
 */
import type { Evaluation, ExpertAnswer, Opinion, SecondOpinion, ShownSource } from "../../shared/domain/evaluation.ts";
import type { Expert } from "../../shared/domain/improvement.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import { again, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import { aggregated } from "./aggregate.ts";
import { Answer } from "./answer.ts";
import { type Checked, checked } from "./check.ts";
import { concluded } from "./conclude.ts";
import { digestOf } from "./digest.ts";
import type { Material } from "./material.ts";
import { askExpert, type Book, keptAnswer } from "./opinion.ts";
import { doubtOf, heir, inScope, type PassedOn, passedTo } from "./pass-on.ts";
import { isHighRisk, secondAsked } from "./second.ts";
import type { Situation, Told } from "./situation.ts";

interface Asked {
  readonly first: (expert: Expert) => LanguageModel | undefined;
  readonly second: (expert: Expert) => LanguageModel | undefined;
  /** Why a person is asked, whatever is judged. */
  readonly person: string | undefined;
}

type Outcome = OutcomeOf<"evaluate">;

export async function judgeWithModels(situation: Situation, asked: Asked, context: Told): Promise<Outcome> {
  const { expert, improvement, passed } = situation;
  const book: Book = { improvement };
  const kept = keptAnswer(book, "first", expert);
  const first = kept ?? (await ask(expert, "first", asked.first(expert), situation, book, context));
  const said = read(first, situation, expert);
  if (typeof said === "string" || typeof first === "string") {
    return byRules(typeof said === "string" ? said : "", situation, book, asked.person, context);
  }
  const { person, ...own } = inScope(said, situation, asked.person);
  const better = own.opinion.out_of_scope?.better;
  if (better !== undefined && passed === undefined) {
    const handed = passedTo(better, own.opinion, situation);
    if (kept === undefined) return again(0, {}, `${expert} passes it on to ${better}: ${handed.passed.because}`);
    return judgeWithModels(handed, { ...asked, person: doubtOf(handed) }, context);
  }
  const before = passed === undefined ? undefined : keptAnswer(book, "first", passed.from);
  const answers = before === undefined ? [first] : [before, first];
  return withSecond(own, { situation, answers, book, isFresh: kept === undefined }, { ...asked, person }, context);
}

interface Round {
  readonly situation: Situation;
  /** Of those who were asked first. */
  readonly answers: readonly ExpertAnswer[];
  readonly book: Book;
  /** This round has had its question. */
  readonly isFresh: boolean;
}

async function withSecond(
  own: Checked,
  { situation, answers, book, isFresh }: Round,
  { second, person }: Asked,
  context: Told,
): Promise<Outcome> {
  const { expert, improvement, memory, passed } = situation;
  const evaluation = { ...own, notes: [...memory.notes, ...own.notes] };
  const conclude = (one: Evaluation, why = person) => concluded(one, book.improvement, context.now(), why);
  const wanted = secondAsked(improvement, own.opinion, passed?.from);
  if (wanted === undefined) return conclude(whole(evaluation, answers, passed));
  const other = second(wanted.expert);
  const earlier = keptAnswer(book, "second");
  if (earlier === undefined && isFresh && other !== undefined) {
    return again(0, {}, `a second opinion is asked of the ${wanted.expert} expert: ${wanted.because}`);
  }
  const answer = earlier ?? (await ask(wanted.expert, "second", other, situation, book, context));
  const theirs = read(answer, situation, typeof answer === "string" ? wanted.expert : answer.expert);
  if (typeof theirs === "string" || typeof answer === "string") {
    const missing = `there is no second opinion of the ${wanted.expert} expert: ${typeof theirs === "string" ? theirs : ""}`;
    const isGrave = isHighRisk(improvement, expert, ...(passed === undefined ? [] : [passed.from]));
    const doubt = isGrave ? (own.doubt ?? missing) : own.doubt;
    const alone = whole({ ...evaluation, ...(doubt === undefined ? {} : { doubt }) }, answers, passed);
    return conclude({ ...alone, second_opinion: { because: wanted.because, missing } });
  }
  const { disagreement, ...opinion } = aggregated(own.opinion, theirs.opinion);
  const doubt = own.doubt ?? theirs.doubt;
  const notes = [...evaluation.notes, ...theirs.notes];
  const both = whole({ opinion, notes, ...(doubt === undefined ? {} : { doubt }) }, [...answers, answer], passed);
  const apart = disagreement === undefined ? undefined : `the experts disagree: ${disagreement}`;
  const second_opinion: SecondOpinion = {
    because: wanted.because,
    opinions: [own.opinion, theirs.opinion],
    ...(disagreement === undefined ? {} : { disagreement }),
  };
  return conclude({ ...both, second_opinion }, person ?? apart);
}

async function ask(
  expert: Expert,
  role: ExpertAnswer["role"],
  model: LanguageModel | undefined,
  { improvement, platform, facts, rulesOf, memory, knowledge }: Situation,
  book: Book,
  context: Told,
): Promise<ExpertAnswer | string> {
  if (model === undefined) return "no model is configured for it";
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

function byRules(
  because: string,
  situation: Situation,
  { improvement }: Book,
  person: string | undefined,
  context: Told,
): Outcome {
  const { expert, rulesOf, memory, passed } = situation;
  const opinion = heir({ expert, by: "rules", ...rulesOf(expert) }, passed);
  const isGrave = isHighRisk(improvement, expert, ...(passed === undefined ? [] : [passed.from]));
  const why = isGrave ? `the rules judged alone: ${because}` : passed === undefined ? undefined : person;
  const doubt = why === undefined ? {} : { doubt: why };
  const notes = [...memory.notes, because];
  const sources = memory.parts.map(({ text: _, ...source }) => source);
  const evaluation = { ...opinion, notes, ...doubt, ...(sources.length === 0 ? {} : { sources }) };
  return concluded(evaluation, improvement, context.now(), person);
}

function whole(
  { opinion, notes, doubt }: Checked,
  answers: readonly ExpertAnswer[],
  passed: PassedOn | undefined,
): Evaluation {
  const sources = sourcesOf(opinion, answers);
  return {
    ...heir(opinion, passed),
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
