/** Puts back expired leases and due retries of all stages, so that somebody always does, even with all layers at zero. */
import { evictionPolicy, evicts } from "../../../shared/pipeline/connection.ts";
import { STAGES, type StageName } from "../../../shared/stages.ts";
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

/** `waiting` is called for each stage whose list is not empty: whoever pushed, its layer may be cold. */
export function startReaper(
  { redis, operations, settings, log }: School,
  everyMs: number,
  waiting: (stage: StageName) => void,
): Loop {
  return every("reaper", log, everyMs, async () => {
    const policy = await evictionPolicy(redis);
    // It did not when the school began; what is lost from now on nobody can bring back.
    if (policy !== undefined) log.error({ policy }, `Redis ${evicts(policy)}`);
    const problems: unknown[] = [];
    for (const stage of STAGES) {
      try {
        if ((await operations.reap(stage, settings.MAX_ATTEMPTS)) > 0) waiting(stage);
      } catch (error) {
        // One damaged key must not keep the other stages from being reaped.
        problems.push(error);
      }
    }
    if (problems.length > 0) throw new AggregateError(problems, `${problems.length} stages could not be reaped`);
    return everyMs;
  });
}
