/** Moves the branch as a compare-and-set, and finds out what became of it. */
import * as z from "zod";
import type { Pushed } from "../../ports.ts";
import { PermanentError, RetryLater } from "../../runtime/errors.ts";
import { takesRequestsOnly } from "../git/protection.ts";
import type { GitHubClient } from "./client.ts";
import { GitHubRefusal, NoAnswer, notAllowed } from "./fates.ts";
import type { GitHubHistory } from "./history.ts";

/**
 * Moves the branch from `base` to `commit`, which stands on it, or not at all. `moved`: the branch no longer stands at
 * `base`. `protected`: it takes pull requests only. Throws PermanentError when GitHub refuses the commit for another reason,
 * RetryLater when it is out of reach.
 */
export async function pushCommit(
  client: GitHubClient,
  history: GitHubHistory,
  { commit, base, branch }: { commit: string; base: string; branch: string },
): Promise<Pushed> {
  // Not forced, GitHub takes any descendant of where the branch stands: also where it was set back before `base`.
  if ((await history.tip()) !== base) return { kind: "moved" };
  try {
    await client.ask({
      action: `push to the branch ${branch} of`,
      answer: z.object({ object: z.object({ sha: z.literal(commit) }) }),
      send: (send, at) =>
        send("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
          ...at,
          ref: `heads/${branch}`,
          sha: commit,
          force: false,
        }),
      right: "contents:write",
      expect: [403, 409, 422],
    });
    return { kind: "pushed", commit };
  } catch (error) {
    if (!(error instanceof GitHubRefusal) && !(error instanceof NoAnswer)) throw error;
    return fateOfPush(client, history, { commit, base, error });
  }
}

/** The answer may be lost although the branch has moved: only the branch knows. */
async function fateOfPush(
  client: GitHubClient,
  history: GitHubHistory,
  { commit, base, error }: { commit: string; base: string; error: GitHubRefusal | NoAnswer },
): Promise<Pushed> {
  const tip = await history.tip();
  if (tip === commit) return { kind: "pushed", commit };
  if (tip !== base) return (await history.isAncestor(commit, tip)) ? { kind: "pushed", commit } : { kind: "moved" };
  if (error instanceof NoAnswer) throw error;
  // The branch looks as before, but that look may be some seconds old.
  if (raced.test(error.said)) return { kind: "moved" };
  const message = `${client.repository} refused the commit: ${error.said}`;
  if (takesRequestsOnly(error.said)) return { kind: "protected", because: message };
  if (error.status === 403) throw notAllowed(error, "contents:write");
  if (error.status === 409 && !guarded.test(error.said)) throw new RetryLater(message, 5_000, { free: true });
  throw new PermanentError(message);
}

/** Somebody else wrote at the same time. */
const raced =
  /not a fast.?forward|is at [0-9a-f]{7,} but expected|reference (already exists|update failed|cannot be updated)|(cannot|failed to|unable to) (lock|update) ref/i;

/** The branch is protected, or a rule of the repository forbids the commit. */
const guarded = /protect|rule|pull request|require|review|status check|sign|merge queue|locked|archived/i;
