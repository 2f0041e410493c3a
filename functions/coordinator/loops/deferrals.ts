/** Brings back to the review queue what was put off until now. */
import { endDeferrals } from "../../../shared/pipeline/put-off.ts";
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

/** Somebody may put something off for a shorter time while it sleeps; a minute is the shortest. */
const LONGEST_SLEEP_MS = 30_000;

export function startDeferrals({ scripts, log }: Pick<School, "scripts" | "log">): Loop {
  return every("deferrals", log, 5_000, async () => {
    const next = await endDeferrals(scripts);
    return next < 0 ? LONGEST_SLEEP_MS : Math.min(LONGEST_SLEEP_MS, Math.max(10, next));
  });
}
