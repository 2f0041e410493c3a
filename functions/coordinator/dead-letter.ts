/** An improvement that died is retried, and its dead letter goes back with it; or it is closed, and the letter goes too. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { Refused } from "../../shared/pipeline/operations.ts";
import { ownerOf } from "../../shared/stages.ts";
import type { School } from "./school.ts";

/** Returns the status it stands in afterwards. Throws Refused. */
export async function retryDead(
  { operations, deadLetters }: School,
  { id, status, died_in: diedIn }: Improvement,
  actor: string,
  reason: string,
): Promise<Status> {
  if (status !== "dead" || diedIn === undefined) {
    throw new Refused(`it is ${status}; only a dead improvement can be retried`);
  }
  const stage = ownerOf(diedIn);
  const letter = stage === undefined ? undefined : await deadLetters.of(stage, id);
  if (stage === undefined || letter === undefined) {
    // Somebody discarded the letter; the lifecycle still lets it return, with a fresh event.
    const patch = { died_in: null, dead_reason: null };
    await operations.decide({ id, from: "dead", to: diedIn, actor, reason, patch });
  } else {
    await deadLetters.redrive(stage, letter.id, actor, reason);
  }
  return diedIn;
}

/** For one that was closed: a letter that came back later would find nothing to do. */
export async function discardLetter(
  { deadLetters }: Pick<School, "deadLetters">,
  { id, died_in: diedIn }: Improvement,
  actor: string,
  reason: string,
): Promise<void> {
  const stage = diedIn === undefined ? undefined : ownerOf(diedIn);
  const letter = stage === undefined ? undefined : await deadLetters.of(stage, id);
  if (stage !== undefined && letter !== undefined) await deadLetters.discard(stage, letter.id, actor, reason);
}
