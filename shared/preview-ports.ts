/** What the Git adapters tell before a revert; see ports.ts. */
import type { FileChange } from "./domain/change-set.ts";
import type { RevertConflict } from "./ports.ts";

/** Tells what a revert would do, and what was built on the change since. Writes nothing to the branch. */
export interface GitPreview {
  /** What `GitWriter.revert` of the same would push, or why it would push nothing. */
  previewRevert(input: { commit: string; since?: string; base: string }): Promise<RevertPreview>;
  /** Commits in after..head that changed one of `paths`, newest first, at most `most`. */
  commitsOn(input: {
    after: string;
    head: string;
    paths: readonly string[];
    most: number;
  }): Promise<readonly CommitSummary[]>;
}
export type RevertPreview =
  | {
      readonly kind: "files";
      /** Against `base`, sorted by path. `after` is "" for a file that is not text. */
      readonly files: readonly FileChange[];
    }
  /** The branch is already without it. */
  | { readonly kind: "nothing" }
  | RevertConflict;
export interface CommitSummary {
  readonly commit: string;
  /** First line of its message. */
  readonly subject: string;
  readonly author: string;
  /** ISO 8601. */
  readonly at: string;
}
