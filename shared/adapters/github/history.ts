/** What the branch is made of: its tip, who came before whom, and which commits are the school's own. */
import * as z from "zod";
import type { CommitFound } from "../../ports.ts";
import type { CommitSummary } from "../../preview-ports.ts";
import { RetryLater } from "../../runtime/errors.ts";
import { isObjectId } from "../git/cache.ts";
import type { GitHubClient } from "./client.ts";
import { GitHubRefusal, MISTAKE_RETRY_MS } from "./fates.ts";
import { Memory } from "./memory.ts";
import { atOnce } from "./parallel.ts";
import { trailerValues } from "./trailers.ts";

export interface GitHubHistory {
  /** Commit at the tip of the branch; GitHub may answer with one of some seconds ago. */
  tip(signal?: AbortSignal): Promise<string>;
  /** False also when either is unknown. */
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Commits that `head` has and `after` has not, newest first. Throws an Error when either is unknown. */
  between(after: string, head: string): Promise<readonly ListedCommit[]>;
  /** Throws RetryLater when `base` is older than `commit`: work on such a base would not find what the commit brought. */
  mustShow(commit: string, base: string): Promise<void>;
  /** As the port says it. */
  findOurs(
    after: string | { readonly since: number },
    head: string,
    improvement: string,
  ): Promise<readonly CommitFound[]>;
  commitsOn(input: {
    after: string;
    head: string;
    paths: readonly string[];
    most: number;
  }): Promise<readonly CommitSummary[]>;
}

const Ref = z.object({ object: z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) }) });
const Person = z
  .object({ name: z.string().default(""), email: z.string().default(""), date: z.string().default("") })
  .nullable();
/** A commit as lists and comparisons show it. */
export const Listed = z.object({
  sha: z.string(),
  commit: z.object({ message: z.string(), author: Person, committer: Person }),
  parents: z.array(z.object({ sha: z.string() })),
});
export type ListedCommit = z.infer<typeof Listed>;
const Compared = z.object({
  status: z.enum(["identical", "ahead", "behind", "diverged"]),
  total_commits: z.number(),
  commits: z.array(Listed),
});

const PER_PAGE = 100;
/** For some seconds GitHub may show a branch as it was. */
export const BEHIND_RETRY_MS = 10_000;
/** A change of more files than that is not looked through to its end. */
const PATHS_ASKED = 30;
/** Ancestry never changes. */
const ANSWERS_KEPT = 5_000;

export function gitHubHistory(client: GitHubClient, { branch, mail }: { branch: string; mail: string }): GitHubHistory {
  const ancestry = new Memory<boolean>(ANSWERS_KEPT);

  async function tip(signal?: AbortSignal): Promise<string> {
    try {
      const { object } = await client.ask({
        action: `read the branch ${branch} of`,
        answer: Ref,
        send: (send, at) => send("GET /repos/{owner}/{repo}/git/ref/{ref}", { ...at, ref: `heads/${branch}` }),
        // 409: the repository is empty.
        expect: [404, 409],
        signal,
      });
      return object.sha;
    } catch (error) {
      if (error instanceof GitHubRefusal) throw await noBranch(signal);
      throw error;
    }
  }

  /** GitHub says the same of a branch and of a repository that is not there; this one throws for the latter. */
  async function noBranch(signal?: AbortSignal): Promise<RetryLater> {
    await client.ask({
      action: "find",
      answer: z.array(z.unknown()),
      send: (send, at) => send("GET /repos/{owner}/{repo}/branches", { ...at, per_page: 1 }),
      signal,
    });
    return new RetryLater(
      `there is no branch ${branch} in ${client.repository}: create it with a first commit, or configure the right branch`,
      MISTAKE_RETRY_MS,
    );
  }

  async function compare(base: string, head: string, page: number, perPage: number) {
    try {
      return await client.ask({
        action: "compare commits of",
        answer: Compared,
        send: (send, at) =>
          send("GET /repos/{owner}/{repo}/compare/{basehead}", {
            ...at,
            basehead: `${base}...${head}`,
            page,
            per_page: perPage,
          }),
        // 422: no common history.
        expect: [404, 422],
      });
    } catch (error) {
      if (error instanceof GitHubRefusal) return undefined;
      throw error;
    }
  }

  async function isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    if (!isObjectId(ancestor) || !isObjectId(descendant)) return false;
    const key = `${ancestor} ${descendant}`;
    const known = ancestry.get(key);
    if (known !== undefined) return known;
    const compared = await compare(ancestor, descendant, 1, 1);
    if (compared !== undefined) return ancestry.set(key, ["identical", "ahead"].includes(compared.status));
    // Unknown, or the repository cannot be seen at all: then this throws.
    await tip();
    return false;
  }

  async function between(after: string, head: string): Promise<ListedCommit[]> {
    const commits: ListedCommit[] = [];
    for (let page = 1; ; page += 1) {
      const compared = await compare(after, head, page, PER_PAGE);
      if (compared === undefined) throw new Error(`${client.repository} has no commit ${after}, or no ${head}`);
      commits.push(...compared.commits);
      if (commits.length >= compared.total_commits) return commits.reverse();
      if (compared.commits.length === 0) {
        throw new Error(`${client.repository}: of ${compared.total_commits} commits GitHub lists ${commits.length}`);
      }
    }
  }

  async function madeSince(since: number, head: string): Promise<ListedCommit[]> {
    const commits: ListedCommit[] = [];
    for (let page = 1; ; page += 1) {
      const found = await client.ask({
        action: "list commits of",
        answer: z.array(Listed),
        send: (send, at) =>
          send("GET /repos/{owner}/{repo}/commits", {
            ...at,
            sha: head,
            since: new Date(since).toISOString(),
            page,
            per_page: PER_PAGE,
          }),
      });
      commits.push(...found);
      if (found.length < PER_PAGE) return commits;
    }
  }

  /** GitHub lists the commits of one path at a time; which of them are in the range, the comparison says. */
  async function commitsOn({ after, head, paths, most }: Parameters<GitHubHistory["commitsOn"]>[0]) {
    const range = await between(after, head);
    if (range.length === 0) return [];
    const touching = new Set<string>();
    await atOnce(paths.slice(0, PATHS_ASKED), async (path) => {
      const found = await client.ask({
        action: "list commits of",
        answer: z.array(Listed),
        send: (send, at) =>
          send("GET /repos/{owner}/{repo}/commits", { ...at, sha: head, path, per_page: Math.min(most, PER_PAGE) }),
      });
      for (const { sha } of found) touching.add(sha);
    });
    return range
      .filter(({ sha }) => touching.has(sha))
      .slice(0, most)
      .map(({ sha, commit: { message, author, committer } }) => ({
        commit: sha,
        subject: message.split("\n", 1)[0] ?? "",
        author: author?.name ?? "",
        at: new Date(committer?.date ?? 0).toISOString(),
      }));
  }

  return {
    tip,
    isAncestor,
    commitsOn,
    between,
    async mustShow(commit, base) {
      if (commit === base || !(await isAncestor(base, commit))) return;
      throw new RetryLater(
        `the branch ${branch} of ${client.repository} does not show ${commit} (yet)`,
        BEHIND_RETRY_MS,
      );
    },
    async findOurs(after, head, improvement) {
      const commits = typeof after === "string" ? await between(after, head) : await madeSince(after.since, head);
      return commits.flatMap(({ sha, commit: { message, committer } }) => {
        const ours = committer?.email.toLowerCase() === mail.toLowerCase();
        if (!ours || !trailerValues(message, "Improvement-Id").includes(improvement)) return [];
        return [{ commit: sha, message, committer: `${committer?.name} <${committer?.email}>` }];
      });
    },
  };
}
