/** The clock of the watched sources: what is due is looked at, once, however long nobody looked. */
import { readFlags } from "../../../shared/pipeline/flags.ts";
import { redisNow } from "../../../shared/pipeline/services.ts";
import { lookAtWatch } from "../../../shared/pipeline/watches.ts";
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

/** A look that left something over, and a person, may make the next one due before its time. */
const LONGEST_SLEEP_MS = 10_000;
const SHORTEST_SLEEP_MS = 100;

export function startSources(
  { redis, keys, scripts, watches, wake, log }: Pick<School, "redis" | "keys" | "scripts" | "watches" | "wake" | "log">,
  random: () => number = Math.random,
): Loop {
  return every("sources", log, LONGEST_SLEEP_MS, async () => {
    const { on } = await readFlags(redis, keys, await redisNow(redis));
    if (on.has("pause_sources")) return LONGEST_SLEEP_MS;
    let sleepMs = LONGEST_SLEEP_MS;
    for (const watched of watches) {
      const { asked, nextMs, event } = await lookAtWatch(scripts, watched, { random });
      sleepMs = Math.min(sleepMs, nextMs);
      if (!asked) continue;
      log.info({ watch: watched.name, event }, "a watched source is looked at");
      wake("ingest");
    }
    return Math.max(SHORTEST_SLEEP_MS, sleepMs);
  });
}
