/** Finds the commit of an earlier try: a process may die between its push and its settle. Git knows what Redis forgot. */
import type { SignedApproval } from "../../shared/domain/approval-signature.ts";
import { trailersOf } from "../../shared/domain/commit-message.ts";
import type { CommitFound, GitWriter } from "../../shared/ports.ts";

export type Landed =
  | { readonly kind: "nothing" }
  | { readonly kind: "this"; readonly commit: string }
  /** It landed under this approval and was taken back since: the approval is used up. */
  | { readonly kind: "taken-back"; readonly commit: string; readonly by: string }
  /** A commit of this improvement, but of another change set than the one now approved. */
  | { readonly kind: "another"; readonly commit: string };

/** Clocks of the committer and of Redis may differ by so much. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Looks at commits by us only: after the head from before the first push, or, while the record names none, at those made
 * since the approval, so that forgetting the head in Redis does not make an approval usable twice.
 */
export async function findLanded(
  git: GitWriter,
  range: { readonly after: string | undefined; readonly head: string },
  { improvement, hash: changeSet, approvedAt }: SignedApproval,
): Promise<Landed> {
  const after = range.after ?? { since: approvedAt - CLOCK_SKEW_MS };
  const ours = await git.findOurs(after, range.head, improvement);
  const commits = ours.filter((found) => trailer(found, "Reverts") === undefined);
  const same = commits.find((found) => trailer(found, "Change-Set") === changeSet);
  if (same !== undefined) {
    const revert = ours.find((found) => trailer(found, "Reverts") === same.commit);
    return revert === undefined
      ? { kind: "this", commit: same.commit }
      : { kind: "taken-back", commit: same.commit, by: revert.commit };
  }
  const [other] = commits;
  return other === undefined ? { kind: "nothing" } : { kind: "another", commit: other.commit };
}

function trailer({ message }: CommitFound, name: string): string | undefined {
  return trailersOf(message).get(name);
}
