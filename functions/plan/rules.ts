/** The plan without a model: the best place the topic's intent finds in the repository. */
import type { Improvement, Planning } from "../../shared/domain/improvement.ts";
import { nameOf } from "../../shared/graph/graph.ts";
import type { Candidate, Survey } from "../../shared/intents/intent.ts";
import type { Scope } from "../../shared/intents/named/named-scope.ts";
import { surveyWithin } from "../../shared/intents/named/within-scope.ts";
import type { RegisteredIntent } from "../../shared/intents/registry.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import { askPerson, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import { type Chosen, LISTED, planned, planningEvidence, planningPatch } from "./planned.ts";
import { type Places, placesFor, type Situation, type Subject } from "./situation.ts";

/** Candidates tried until one is not denied. */
const TRIED = 20;

/**
 * `planning` says why the rules choose, and what a person should doubt. `undecided`: a model that could have filled in
 * more than the rules find has not spoken.
 */
export async function planByRules(
  situation: Situation,
  planning: Planning,
  undecided = false,
): Promise<OutcomeOf<"plan">> {
  const { definition } = situation;
  if (definition === undefined) return noIntent(situation, planning, situation.improvement);
  const places = placesFor(definition, situation);
  const { chosen, refused } = await choose(places.free, situation);
  if (chosen !== undefined) return planned(chosen, places, planning, situation);
  const { scope } = situation;
  return scope === undefined
    ? nothingLeft(definition, places, planning, situation, undecided)
    : nothingThere(definition, places, planning, { ...situation, scope }, refused);
}

/** Nobody but a person can write this change; says what is missing. */
export function noIntent(
  { topic }: Subject,
  planning: Planning,
  answered: Pick<Improvement, "plan_answers" | "model_calls">,
): OutcomeOf<"plan"> {
  const about = topic === undefined ? "what it is about is not clear" : `there is none for ${topic.id}`;
  const reason = `no typed intent can carry this out: ${about}, and ${planning.because}; a person has to write the change`;
  const asked = askPerson("plan", reason, planningPatch(planning, answered));
  return { ...asked, evidence: planningEvidence(planning, answered) };
}

/** The best candidate neither policy nor the cluster denies; if they deny all of them the best one, so that its verdict is on record. */
async function choose(
  candidates: readonly Candidate[],
  situation: Situation,
): Promise<{ readonly chosen?: Chosen; readonly refused?: string }> {
  const { platform, policy, shown } = situation;
  let denied: Chosen | undefined;
  let refused: string | undefined;
  for (const { intent, target, because } of candidates.slice(0, TRIED)) {
    const offline = renderChangeSet(intent, platform, policy);
    if (offline.kind === "refused") {
      refused ??= `${target}: ${offline.because}`;
      continue;
    }
    const rendered = await shown(offline);
    const chosen = { intent, target, because, rendered };
    if (rendered.verdict.decision !== "deny") return { chosen };
    denied ??= chosen;
  }
  if (denied !== undefined) return { chosen: denied };
  return refused === undefined ? {} : { refused };
}

function nothingLeft(
  definition: RegisteredIntent,
  { all, free }: Places,
  planning: Planning,
  { platform, about, improvement }: Situation,
  undecided: boolean,
): OutcomeOf<"plan"> {
  const { done, open, exempt = [] } = definition.survey(platform, about);
  const reason = reasonFor(definition.kind, { done, open, exempt }, all.length, all.length - free.length);
  const patch = planningPatch(planning, improvement);
  const evidence = { ...listed({ done, open, exempt }), ...planningEvidence(planning, improvement) };
  if (undecided && all.length === 0 && done.length === 0) {
    return { ...askPerson("plan", `the rules find no place: ${reason}; and ${planning.because}`, patch), evidence };
  }
  const because = `nothing to improve: ${reason}`;
  return moveTo("rejected", { ...patch, failure_reason: because }, because, evidence);
}

/** What is named decides: nothing is changed elsewhere instead, and a person hears why nothing fits there. */
function nothingThere(
  definition: RegisteredIntent,
  { all, free }: Places,
  planning: Planning,
  { platform, about, scope, improvement }: Situation & { readonly scope: Scope },
  refused: string | undefined,
): OutcomeOf<"plan"> {
  const { kind } = definition;
  const survey = surveyWithin(definition.survey(platform, about), scope, platform);
  const { done, open, exempt } = survey;
  const patch = planningPatch(planning, improvement);
  const evidence = { named: scope.label, ...listed(survey), ...planningEvidence(planning, improvement) };
  const isTaken = all.length > 0 && free.length === 0;
  // Where a form was asked for by name, one that is there may be another one.
  const isDone = done.length > 0 && open.length + exempt.length === 0 && definition.forms(about).length === 0;
  if (isTaken || isDone) {
    const why = isTaken ? `taken by another improvement (${all.length})` : `in place already (${done.length})`;
    const because = `nothing to improve: every place for ${kind} at ${scope.label} is ${why}`;
    return moveTo("rejected", { ...patch, failure_reason: because }, because, evidence);
  }
  const why = refused ?? whyNot(kind, survey, scope);
  const doubted = planning.doubt === undefined ? "" : `; and ${planning.doubt}`;
  const reason = `it names ${scope.label}, and ${kind} fits nowhere there: ${why}${doubted}`;
  return { ...askPerson("plan", reason, patch), evidence };
}

function whyNot(kind: string, { done, open, exempt = [] }: Survey, { missing: [gone] }: Scope): string {
  if (gone !== undefined) return `${nameOf(gone)} ${gone.because}`;
  const [first] = [...open, ...exempt];
  if (first !== undefined) return `${first.target}: ${first.because}`;
  const [there] = done;
  return there === undefined ? `${kind} finds nothing of its own there` : `${there} is there already`;
}

function listed({ done, open, exempt = [] }: Survey): Required<Survey> {
  return { done: done.slice(0, LISTED), open: open.slice(0, LISTED), exempt: exempt.slice(0, LISTED) };
}

function reasonFor(kind: string, { done, open, exempt = [] }: Survey, found: number, taken: number): string {
  if (found > 0 && taken === found) return `every place for ${kind} is taken by another improvement (${taken})`;
  const first = open[0] ?? (done.length === 0 ? exempt[0] : undefined);
  if (first === undefined) return `${kind} is in place already or does not apply (${done.length} places checked)`;
  const more = (open.length > 0 ? open : exempt).length - 1;
  return `${kind} cannot be done: ${first.target}: ${first.because}${more > 0 ? `, and ${more} more` : ""}`;
}
