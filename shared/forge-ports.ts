/** What a forge offers beside Git: changes as pull requests; see ports.ts. */
import type { FileChange } from "./domain/change-set.ts";
import type { LandedCommit } from "./domain/improvement.ts";
import type { RevertConflict } from "./ports.ts";

/** Changes as pull requests on a forge; the branch is their key. Throws RetryLater when the forge is out of reach. */
export interface ChangeRequests {
  /**
   * A branch with one commit on top of `base`, and its request. A request of that branch that is there already, open,
   * merged or closed, is returned instead, unless it is open and holds nothing but an older commit of ours: then it is
   * brought up to this one. Throws PermanentError when the forge refuses, and when somebody else's work is on the branch
   * without a request.
   */
  open(input: {
    readonly branch: string;
    readonly base: string;
    readonly files: readonly FileChange[];
    /** Message of the commit. */
    readonly message: string;
    readonly title: string;
    readonly body: string;
  }): Promise<ChangeRequest>;
  /**
   * The same for taking back what landed: a branch with the revert of `since`..`commit` on top of `base`. `undefined`:
   * there is nothing left to take back.
   */
  openRevert(input: {
    readonly branch: string;
    readonly commit: string;
    readonly since?: string;
    readonly base: string;
    readonly message: string;
    readonly title: string;
    readonly body: string;
  }): Promise<ChangeRequest | RevertConflict | undefined>;
  /** The newest request of `branch`; undefined when there is none. */
  find(branch: string, signal?: AbortSignal): Promise<ChangeRequest | undefined>;
  /** Asks the forge to merge an open request as it stands; answers what it is afterwards (still open: reviews or checks are missing). */
  merge(branch: string): Promise<ChangeRequest>;
  /** Closes an open request with a comment and deletes its branch; nothing happens to one that is not open. */
  withdraw(branch: string, because: string): Promise<void>;
}
export interface ChangeRequest {
  readonly number: number;
  readonly url: string;
  readonly state:
    | { readonly kind: "open"; readonly head: string; readonly waitsFor?: string }
    | { readonly kind: "closed"; readonly by?: string }
    | { readonly kind: "merged"; readonly landed: LandedCommit; readonly by?: string };
}
