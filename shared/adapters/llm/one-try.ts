/** One request to a vendor under its limit of time, with what goes wrong told the way the pool understands it. */
import type { EndpointReply } from "../../models/endpoint.ts";
import { withinLimit } from "../time-limit.ts";
import { rejectedBy } from "./answers.ts";
import { failureOf, type Known, timedOut } from "./failures.ts";
import type { ModelSettings } from "./settings.ts";

/** Of all the time a question has: what a stalled try leaves is for another one. */
const SHARE_OF_ONE_TRY = 2 / 3;

/** `ask` throws what the SDK throws. Throws EndpointFailure or the signal's reason. */
export function oneTry(
  { timeoutMs }: Pick<ModelSettings, "timeoutMs">,
  known: Known,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<EndpointReply>,
): Promise<EndpointReply> {
  const tryMs = Math.ceil(timeoutMs * SHARE_OF_ONE_TRY);
  return withinLimit(tryMs, signal, async (limit) => {
    try {
      return await Promise.race([ask(limit), rejectedBy(limit)]);
    } catch (error) {
      signal.throwIfAborted();
      throw limit.aborted ? timedOut(tryMs) : failureOf(error, known, Date.now());
    }
  });
}
