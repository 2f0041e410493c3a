/** The branch of a pull request: made, replaced and deleted only as it was last seen, and only while nobody else worked on it. */
import * as z from "zod";
import { PermanentError, RetryLater } from "../../runtime/errors.ts";
import type { GitHubClient } from "./client.ts";
import { GitHubRefusal, MISTAKE_RETRY_MS, NoAnswer, notAllowed } from "./fates.ts";
import { BEHIND_RETRY_MS, type GitHubHistory } from "./history.ts";
import type { GitHubObjects } from "./objects.ts";
import type { PullRequests } from "./pull-requests.ts";
import { changed } from "./revert.ts";

/** A path's blob before and after; null where there is no file. */
export interface BlobChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface RequestBranches {
  /** Undefined when there is no such branch. */
  tip(branch: string): Promise<string | undefined>;
  create(branch: string, commit: string): Promise<void>;
  /** From `seen` to `commit`, or not at all; `moved`: somebody was there first. */
  replace(branch: string, seen: string, commit: string): Promise<"replaced" | "moved">;
  /** Deletes it unless it moved on from `seen`. */
  remove(branch: string, seen: string): Promise<void>;
  /** True when every commit that `tip` has and `base` has not is by our committer. */
  onlyOurs(base: string, tip: string): Promise<boolean>;
  /** True when `tip` is one commit that makes exactly these changes to its parent. */
  carries(tip: string, changes: readonly BlobChange[]): Promise<boolean>;
  /** What `commit` changes in `base`. */
  changesOf(base: string, commit: string): Promise<readonly BlobChange[]>;
}

const Ref = z.object({ object: z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) }) });
/** As object id: there is no such ref, or there shall be none (docs.github.com, GraphQL, updateRefs). */
const NOTHING = "0".repeat(40);

export function requestBranches(client: GitHubClient, { history, objects, requests, mail }: Parts): RequestBranches {
  async function tip(branch: string): Promise<string | undefined> {
    try {
      const { object } = await client.ask({
        action: `read the branch ${branch} of`,
        answer: Ref,
        send: (send, at) => send("GET /repos/{owner}/{repo}/git/ref/{ref}", { ...at, ref: `heads/${branch}` }),
        expect: [404],
      });
      return object.sha;
    } catch (error) {
      if (error instanceof GitHubRefusal) return undefined;
      throw error;
    }
  }

  async function create(branch: string, commit: string): Promise<void> {
    try {
      await client.ask({
        action: `create the branch ${branch} in`,
        answer: z.object({ object: z.object({ sha: z.literal(commit) }) }),
        send: (send, at) =>
          send("POST /repos/{owner}/{repo}/git/refs", { ...at, ref: `refs/heads/${branch}`, sha: commit }),
        right: "contents:write",
        expect: [403, 409, 422],
      });
    } catch (error) {
      if (!(error instanceof GitHubRefusal)) throw error;
      // Somebody was faster, or a commit of a moment ago is not everywhere yet: the next look tells.
      const again = error.status === 409 || /already exists|does not exist|not (a )?valid/i.test(error.said);
      if (again) throw new RetryLater(error.message, BEHIND_RETRY_MS, { free: true });
      throw refused(branch, error);
    }
  }

  function refused(branch: string, error: GitHubRefusal): Error {
    const ruled = /rule|protect|not authorized|restrict/i.test(error.said);
    if (error.status === 403 && !ruled) return notAllowed(error, "contents:write");
    const advice = "its rules must let the school write branches named so";
    return new PermanentError(`${client.repository} refused the branch ${branch}: ${error.said}; ${advice}`);
  }

  /** REST moves and deletes a ref wherever it stands; only this mutation compares. */
  async function update(branch: string, seen: string, after: string): Promise<"replaced" | "moved"> {
    const { node_id: repositoryId } = await requests.repository();
    const change = { name: `refs/heads/${branch}`, beforeOid: seen, afterOid: after, force: true };
    try {
      await client.query({
        action: `move the branch ${branch} of`,
        answer: z.object({ updateRefs: z.object({ clientMutationId: z.string().nullish() }) }),
        text: "mutation Move($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }",
        variables: { input: { repositoryId, refUpdates: [change] } },
        right: "contents:write",
      });
      return "replaced";
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const now = (await tip(branch)) ?? NOTHING;
      if (now === after) return "replaced";
      if (now !== seen) return "moved";
      if (!/not accessible|permission|rule violation|protected/i.test(error.message)) throw error;
      const advice = "the token needs the right contents:write, and the rules of the repository must let it";
      throw new RetryLater(`${error.message}; ${advice}`, MISTAKE_RETRY_MS);
    }
  }

  async function changesOf(base: string, commit: string): Promise<readonly BlobChange[]> {
    const [before, after] = [await objects.entries(base), await objects.entries(commit)];
    return changed(before, after).map((path) => ({
      path,
      before: before.get(path)?.blob ?? null,
      after: after.get(path)?.blob ?? null,
    }));
  }

  return {
    tip,
    create,
    replace: update,
    async remove(branch, seen) {
      await update(branch, seen, NOTHING);
    },
    async onlyOurs(base, head) {
      const commits = await history.between(base, head);
      return commits.every(({ commit }) => commit.committer?.email.toLowerCase() === mail.toLowerCase());
    },
    async carries(head, changes) {
      const [parent, ...others] = (await objects.commit(head))?.parents ?? [];
      if (parent === undefined || others.length > 0) return false;
      return written(await changesOf(parent, head)) === written(changes);
    },
    changesOf,
  };
}

interface Parts {
  readonly history: GitHubHistory;
  readonly objects: GitHubObjects;
  readonly requests: PullRequests;
  readonly mail: string;
}

function written(changes: readonly BlobChange[]): string {
  const lines = changes.map(({ path, before, after }) => JSON.stringify([path, before, after]));
  return lines.sort().join("\n");
}
