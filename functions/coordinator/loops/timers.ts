/** Moves long timers on to their stages when they come near. They keep no pod up, so nobody else would look at them. */
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

/** A new timer may be due before the one we sleep for; it is set at least two minutes ahead, so this is often enough. */
const LONGEST_SLEEP_MS = 30_000;

export function startTimers({ operations, log }: School): Loop {
  return every("timers", log, 5_000, async () => {
    const next = await operations.promoteTimers();
    return next < 0 ? LONGEST_SLEEP_MS : Math.min(LONGEST_SLEEP_MS, Math.max(10, next));
  });
}
