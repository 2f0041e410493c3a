import type { RunningSchool } from "../../build/local/data-directory.ts";
import { type DemoClient, demoClient, type Line } from "../../build/local/demo/client.ts";

/** A person decides, and the Application's lock is kept until then: whoever waits behind it moves, and would for ever. */
export const KEEPS_LOCK = ["held", "rollback_blocked"];

/**
 * What a person does whose other changes wait behind these: what was measured too seldom is measured again, and what cannot
 * be taken back, as somebody changed the same lines since, stays.
 */
export async function openLocks(school: Pick<RunningSchool, "url" | "tokens">, lines: readonly Line[]): Promise<void> {
  const client: DemoClient = demoClient(school);
  for (const { id, status } of lines) {
    if (status === "held") await client.extend(id, "once more");
    if (status === "rollback_blocked") await client.close(id, "others built on it; it stays");
  }
}
