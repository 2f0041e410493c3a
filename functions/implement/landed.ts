/** Finds the commit of an earlier try: a process may die between its push and its settle. */
import { trailersOf } from "../../shared/domain/commit-message.ts";
import type { CommitFound, GitWriter } from "../../shared/ports.ts";

export type Landed =
  | { readonly kind: "nothing" }
  | { readonly kind: "this"; readonly commit: string }
  /** A commit of this improvement, but of another change set than the one now approved. */
  | { readonly kind: "another"; readonly commit: string };

/** Looks in after..head only, for commits by us that are no rollback. */
export async function findLanded(
  git: GitWriter,
  range: { readonly after: string; readonly head: string },
  improvement: string,
  changeSet: string,
): Promise<Landed> {
  const ours = await git.findOurs(range.after, range.head, improvement);
  const commits = ours.filter(({ message }) => !trailersOf(message).has("Reverts"));
  const same = commits.find((found) => hashOf(found) === changeSet);
  if (same !== undefined) return { kind: "this", commit: same.commit };
  const [other] = commits;
  return other === undefined ? { kind: "nothing" } : { kind: "another", commit: other.commit };
}

function hashOf({ message }: CommitFound): string | undefined {
  return trailersOf(message).get("Change-Set");
}
