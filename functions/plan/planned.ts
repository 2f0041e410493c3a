/** The record of a plan that was made, whoever chose it. */
import type { Improvement, Patch, Planning, StoredIntent } from "../../shared/domain/improvement.ts";
import { graphOf } from "../../shared/graph/build.ts";
import { blastRadius } from "../../shared/graph/walk.ts";
import type { Candidate } from "../../shared/intents/intent.ts";
import type { RenderedChangeSet } from "../../shared/intents/render.ts";
import { moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Places, Situation } from "./situation.ts";

export interface Chosen {
  readonly intent: StoredIntent;
  /** For people: the place and why there. */
  readonly target: string;
  readonly because: string;
  readonly rendered: Extract<RenderedChangeSet, { kind: "rendered" }>;
}

export const LISTED = 50;

export function planned(
  { intent, target, because, rendered }: Chosen,
  { all, free, doubt }: Places,
  chosenBy: Planning,
  { platform, scope, improvement }: Situation,
): OutcomeOf<"plan"> {
  const doubts = [chosenBy.doubt, doubt].filter((one) => one !== undefined);
  const planning = doubts.length === 0 ? chosenBy : { ...chosenBy, doubt: doubts.join("; ") };
  const reach = blastRadius(graphOf(platform), rendered.changeSet.objects);
  const others = new Set(free.map((candidate: Candidate) => candidate.target).filter((other) => other !== target));
  return moveTo(
    "planned",
    {
      ...planningPatch({ ...planning, blast_radius: reach }, improvement),
      intent,
      other_targets: [...others].slice(0, LISTED),
      change_set: rendered.changeSet,
      verdict: rendered.verdict,
    },
    `${target}: ${because}`,
    {
      commit: platform.commit,
      changes: rendered.changes,
      candidates: all.length,
      taken: all.length - free.length,
      ...(scope === undefined ? {} : { named: scope.label }),
      ...planningEvidence(planning, improvement),
    },
  );
}

/** Answers were kept for a second run; from now on the trail has them. What was asked stays in the record. */
export function planningPatch(planning: Planning, { plan_answers }: { readonly plan_answers?: unknown }): Patch {
  return { planning, ...(plan_answers === undefined ? {} : { plan_answers: null }) };
}

export function planningEvidence(
  planning: Planning,
  { plan_answers, model_calls = [] }: Pick<Improvement, "plan_answers" | "model_calls">,
): object {
  const calls = model_calls.filter(({ purpose }) => purpose === "plan");
  return {
    planning,
    ...(plan_answers === undefined ? {} : { answers: plan_answers }),
    ...(calls.length === 0 ? {} : { model_calls: calls }),
  };
}
