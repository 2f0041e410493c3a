/** The message of a merge with `--no-ff` that brings one commit to the branch. */
import { trailersOf } from "../../domain/commit-message.ts";

/** Names the branch as git would; the rest is the commit's own message, so that its trailers are found on either. */
export function mergeMessage(message: string): string {
  const improvement = trailersOf(message).get("Improvement-Id") ?? "change";
  return `Merge branch 'improvement/${improvement}'\n\n${message}`;
}
