/** Retrying an improvement that died: its dead letter goes back, and with it the status it died in. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { Refused } from "../../shared/pipeline/operations.ts";
import { ownerOf } from "../../shared/stages.ts";
import type { School } from "./school.ts";

/** So many dead letters of one stage are searched for the right one. */
const MOST_LETTERS = 10_000;

/** Returns the status it stands in afterwards. Throws Refused. */
export async function retryDead(
  { operations }: School,
  improvement: Improvement,
  actor: string,
  reason: string,
): Promise<Status> {
  const { id, status, died_in: diedIn } = improvement;
  if (status !== "dead" || diedIn === undefined) {
    throw new Refused(`it is ${status}; only a dead improvement can be retried`);
  }
  const stage = ownerOf(diedIn);
  const letters = stage === undefined ? [] : await operations.deadLetters(stage, MOST_LETTERS);
  const letter = letters.find(({ event }) => (event?.["data"] as { id?: unknown } | undefined)?.id === id);
  if (letter === undefined) {
    // Somebody discarded the letter; the lifecycle still lets it return, with a fresh event.
    await operations.decide({
      id,
      from: "dead",
      to: diedIn,
      actor,
      reason,
      patch: { died_in: null, dead_reason: null },
    });
  } else {
    await operations.redrive(letter, actor, reason);
  }
  return diedIn;
}
