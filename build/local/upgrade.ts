/**
 * An upgrade of the school that runs: what changed is bundled again, then every process is replaced, one after the other.
 * What it came to is noted in the data directory for `school upgrade`, which asked for it by a signal.
 */
import path from "node:path";
import { bundle } from "../bundle.ts";
import { writePrivately } from "./data-directory.ts";
import type { LocalSchool } from "./school.ts";
import { UPGRADE_NOTE, type UpgradeNote } from "./upgrade-note.ts";

/** Never rejects: the school goes on with what it runs. */
export async function upgradeNow(
  school: Pick<LocalSchool, "dataDir" | "upgrade">,
  asked: string,
  log: (message: string) => void,
): Promise<void> {
  const note = path.join(school.dataDir, UPGRADE_NOTE);
  try {
    log("Upgrade: bundling what changed, then replacing one process after the other …");
    await bundle();
    await school.upgrade();
    log("Upgrade: every function and the coordinator run the new build.");
    await writePrivately(note, JSON.stringify({ asked, result: "done" } satisfies UpgradeNote));
  } catch (error) {
    const because = (error as Error).message;
    log(`Upgrade: it failed, and what ran before goes on. ${because}`);
    await writePrivately(note, JSON.stringify({ asked, result: "failed", because } satisfies UpgradeNote));
  }
}
