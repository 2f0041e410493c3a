/** A demonstration that was killed or stopped goes on where it was: everything it did is in the data directory. */
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { DEMO_NOTE, writePrivately } from "../data-directory.ts";
import { sampleOf } from "../gitops-repository.ts";

/** True when one has begun here, on this sample (undefined: on any), and not ended. */
export async function wasInterrupted(dataDir: string, sample: string | undefined): Promise<boolean> {
  const note = await readFile(path.join(dataDir, DEMO_NOTE), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return note !== undefined && (sample === undefined || sample === (await sampleOf(dataDir, undefined)));
}

/** Noted once the school runs: before, there is nothing to go on with. */
export async function noteBegun(dataDir: string): Promise<void> {
  await writePrivately(path.join(dataDir, DEMO_NOTE), JSON.stringify({ begun: new Date().toISOString() }));
}

export async function noteEnded(dataDir: string): Promise<void> {
  await rm(path.join(dataDir, DEMO_NOTE), { force: true });
}
