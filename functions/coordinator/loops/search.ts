/** Keeps the search index up with the event stream, and fills it where records are missing from it. */
import type { School } from "../school.ts";
import { every, type Loop } from "./every.ts";

/** A list that is filtered takes in the newest events itself; this is for what nobody asks for. */
const PAUSE_MS = 5_000;

export function startSearch({ listing: { index }, log }: Pick<School, "listing" | "log">): Loop {
  let wanted = true;
  // Listed, but no record: doctor removes them. Looking for them again and again would find nothing.
  let neverFound = 0;
  const loop = every("search", log, PAUSE_MS, async () => {
    const upToDate = await index.catchUp();
    const { complete, isNewer } = await index.state();
    if (isNewer) return PAUSE_MS;
    const missing = await index.missing();
    if (complete && (missing <= neverFound || !upToDate)) return upToDate ? PAUSE_MS : 0;
    if (!complete) log.info("the search index is made from the records");
    await index.fill(() => wanted);
    if (!wanted) return 0;
    neverFound = await index.missing();
    log.info({ missing: neverFound }, "the search index is complete");
    return 0;
  });
  return {
    async stop() {
      wanted = false;
      await loop.stop();
    },
  };
}
