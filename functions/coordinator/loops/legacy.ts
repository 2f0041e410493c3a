/** Empties the founding platform's lists into ingest: its ingesters push there and know nothing of the school. */
import { moveLegacy } from "../../../shared/pipeline/legacy.ts";
import type { StageName } from "../../../shared/stages.ts";
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

/** Elements of one script call: whole video analyses, so Redis is not held for long. */
const BATCH = 50;

export function startLegacy(
  { scripts, log }: Pick<School, "scripts" | "log">,
  lists: readonly string[],
  everyMs: number,
  wake: (stage: StageName) => void,
): Loop {
  const reported = new Set<string>();
  return every("legacy", log, everyMs, async () => {
    let more = false;
    for (const list of lists) {
      const moved = await moveLegacy(scripts, list, BATCH);
      if (moved.kind === "no-list") {
        if (!reported.has(list))
          log.warn({ list, type: moved.type }, "LEGACY_LIST names a key that is no list; left alone");
        reported.add(list);
        continue;
      }
      reported.delete(list);
      if (moved.count === 0) continue;
      log.info({ list, count: moved.count }, "took sources from a legacy list");
      wake("ingest");
      more ||= moved.left > 0;
    }
    return more ? 0 : everyMs;
  });
}
