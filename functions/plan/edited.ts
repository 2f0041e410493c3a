/** The plan of an intent a person wrote: rendered, judged and checked as any other, and never approved by itself. */
import type { EditedIntent } from "../../shared/domain/improvement.ts";
import { targetOf } from "../../shared/intents/registry.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import { askPerson, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import { planned, planningEvidence, planningPatch } from "./planned.ts";
import type { Situation } from "./situation.ts";

export async function planEdited(
  { intent, by, because }: EditedIntent,
  situation: Situation,
): Promise<OutcomeOf<"plan">> {
  const { improvement, platform, policy, taken, shown } = situation;
  const too = taken.has(targetOf(intent)) ? "; another improvement changes the same place" : "";
  const planning = { by, because, doubt: `${by} wrote its intent, so somebody else decides${too}` };
  const offline = renderChangeSet(intent, platform, policy);
  if (offline.kind === "refused") {
    const reason = `the intent of ${by} cannot be carried out: ${offline.because}`;
    const asked = askPerson("plan", reason, { ...planningPatch(planning, improvement), intent });
    return { ...asked, evidence: planningEvidence(planning, improvement) };
  }
  const rendered = await shown(offline);
  const target = rendered.changeSet.application;
  return planned({ intent, target, because, rendered }, { all: [], free: [] }, planning, situation);
}
