/** A directory of a test's own, gone afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** Call inside a test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "school-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
