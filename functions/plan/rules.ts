/** The plan without a model: the best place the topic's intent finds in the repository. */
import type { Improvement, Planning } from "../../shared/domain/improvement.ts";
import type { Candidate, Survey } from "../../shared/intents/intent.ts";
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
  const chosen = await choose(places.free, situation);
  if (chosen !== undefined) return planned(chosen, places, planning, situation);
  return nothingLeft(definition, places, planning, situation, undecided);
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
async function choose(candidates: readonly Candidate[], situation: Situation): Promise<Chosen | undefined> {
  const { platform, policy, shown } = situation;
  let denied: Chosen | undefined;
  for (const { intent, target, because } of candidates.slice(0, TRIED)) {
    const offline = renderChangeSet(intent, platform, policy);
    if (offline.kind === "refused") continue;
    const rendered = await shown(offline);
    const chosen = { intent, target, because, rendered };
    if (rendered.verdict.decision !== "deny") return chosen;
    denied ??= chosen;
  }
  return denied;
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
  const evidence = {
    done: done.slice(0, LISTED),
    open: open.slice(0, LISTED),
    exempt: exempt.slice(0, LISTED),
    ...planningEvidence(planning, improvement),
  };
  if (undecided && all.length === 0 && done.length === 0) {
    return { ...askPerson("plan", `the rules find no place: ${reason}; and ${planning.because}`, patch), evidence };
  }
  const because = `nothing to improve: ${reason}`;
  return moveTo("rejected", { ...patch, failure_reason: because }, because, evidence);
}

function reasonFor(kind: string, { done, open, exempt = [] }: Survey, found: number, taken: number): string {
  if (found > 0 && taken === found) return `every place for ${kind} is taken by another improvement (${taken})`;
  const first = open[0] ?? (done.length === 0 ? exempt[0] : undefined);
  if (first === undefined) return `${kind} is in place already or does not apply (${done.length} places checked)`;
  const more = (open.length > 0 ? open : exempt).length - 1;
  return `${kind} cannot be done: ${first.target}: ${first.because}${more > 0 ? `, and ${more} more` : ""}`;
}
