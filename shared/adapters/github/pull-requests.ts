/** Calls about pull requests, each as GitHub has it; what they mean is decided elsewhere. */
import * as z from "zod";
import type { GitHubClient } from "./client.ts";
import { GitHubRefusal } from "./fates.ts";

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Login = z.object({ login: z.string() }).nullish();
const Listed = z.object({
  number: z.number(),
  state: z.enum(["open", "closed"]),
  head: z.object({ ref: z.string(), repo: z.object({ id: z.number() }).nullish() }),
  base: z.object({ repo: z.object({ id: z.number() }) }),
});
const Details = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.enum(["open", "closed"]),
  head: z.object({ ref: z.string(), sha: Sha }),
  base: z.object({ ref: z.string() }),
  draft: z.boolean().default(false),
  merged: z.boolean(),
  /** The merge that was made, or of an open request the one that was tried. */
  merge_commit_sha: Sha.nullish(),
  merged_by: Login,
  mergeable: z.boolean().nullish(),
  mergeable_state: z.string().default("unknown"),
  commits: z.number(),
  requested_reviewers: z.array(z.object({ login: z.string() })).default([]),
  requested_teams: z.array(z.object({ name: z.string() })).default([]),
});
export type PullRequest = z.infer<typeof Details>;

const Repository = z.object({
  node_id: z.string(),
  owner: z.object({ login: z.string() }),
  /** Left out for whoever may not see the settings. */
  allow_merge_commit: z.boolean().default(true),
  allow_squash_merge: z.boolean().default(true),
  allow_rebase_merge: z.boolean().default(true),
});
export type RepositoryFacts = z.infer<typeof Repository>;

export const MERGE_METHODS = ["merge", "squash", "rebase"] as const;
export type MergeMethod = (typeof MERGE_METHODS)[number];

export interface PullRequests {
  repository(signal?: AbortSignal): Promise<RepositoryFacts>;
  /** Number and state of the request of `branch`: the open one if there is one, else the newest. */
  newest(branch: string, signal?: AbortSignal): Promise<z.infer<typeof Listed> | undefined>;
  details(number: number, signal?: AbortSignal): Promise<PullRequest>;
  /** Who closed it, where GitHub says. */
  closedBy(number: number, signal?: AbortSignal): Promise<string | undefined>;
  /** Throws GitHubRefusal for 422. */
  create(input: { branch: string; onto: string; title: string; body: string }): Promise<PullRequest>;
  edit(number: number, change: { title?: string; body?: string; state?: "closed" }): Promise<void>;
  /** Comments it unless it has a comment with the same first line. */
  commentOnce(number: number, text: string): Promise<void>;
  /** True when one of its comments begins with this line. */
  hasComment(number: number, firstLine: string): Promise<boolean>;
  /** Merges it as long as its branch stands at `head`. Throws GitHubRefusal when it cannot be merged (so). */
  merge(number: number, input: { head: string; method: MergeMethod; message?: string }): Promise<void>;
}

const PER_PAGE = 100;

export function pullRequests(client: GitHubClient): PullRequests {
  /** An owner's name changes rarely; requests are only found by the right one. */
  let owner: string | undefined;

  async function repository(signal?: AbortSignal): Promise<RepositoryFacts> {
    const facts = await client.ask({
      action: "read the settings of",
      answer: Repository,
      send: (send, at) => send("GET /repos/{owner}/{repo}", { ...at }),
      signal,
    });
    owner = facts.owner.login;
    return facts;
  }

  async function list(branch: string, login: string, signal?: AbortSignal) {
    const found = await client.ask({
      action: "list the pull requests of",
      answer: z.array(Listed),
      send: (send, at) =>
        send("GET /repos/{owner}/{repo}/pulls", {
          ...at,
          head: `${login}:${branch}`,
          state: "all",
          sort: "created",
          direction: "desc",
          per_page: PER_PAGE,
        }),
      right: "pull_requests:read",
      signal,
    });
    // GitHub leaves out a filter it does not understand.
    return found.filter(({ head, base }) => head.ref === branch && head.repo?.id === base.repo.id);
  }

  async function hasComment(number: number, firstLine: string): Promise<boolean> {
    for (let page = 1; ; page += 1) {
      const comments = await client.ask({
        action: `read the comments on pull request ${number} of`,
        answer: z.array(z.object({ body: z.string().nullish() })),
        send: (send, at) =>
          send("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
            ...at,
            issue_number: number,
            per_page: PER_PAGE,
            page,
          }),
        right: "pull_requests:read",
      });
      if (comments.some(({ body }) => body?.split(/\r?\n/)[0] === firstLine)) return true;
      if (comments.length < PER_PAGE) return false;
    }
  }

  return {
    repository,
    hasComment,

    async newest(branch, signal) {
      const known = owner;
      let found = await list(branch, known ?? (await repository(signal)).owner.login, signal);
      if (found.length === 0 && known !== undefined) {
        const now = (await repository(signal)).owner.login;
        if (now !== known) found = await list(branch, now, signal);
      }
      const byAge = found.toSorted((a, b) => b.number - a.number);
      return byAge.find(({ state }) => state === "open") ?? byAge[0];
    },

    details: (number, signal) =>
      client.ask({
        action: `read pull request ${number} of`,
        answer: Details,
        send: (send, at) => send("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...at, pull_number: number }),
        right: "pull_requests:read",
        signal,
      }),

    async closedBy(number, signal) {
      try {
        const issue = await client.ask({
          action: `read pull request ${number} of`,
          answer: z.object({ closed_by: Login }),
          send: (send, at) => send("GET /repos/{owner}/{repo}/issues/{issue_number}", { ...at, issue_number: number }),
          // Not every token may; the name is for people only.
          expect: [403, 404, 410],
          signal,
        });
        return issue.closed_by?.login;
      } catch (error) {
        if (error instanceof GitHubRefusal) return undefined;
        throw error;
      }
    },

    create: ({ branch, onto, title, body }) =>
      client.ask({
        action: `open a pull request of ${branch} in`,
        answer: Details,
        send: (send, at) => send("POST /repos/{owner}/{repo}/pulls", { ...at, head: branch, base: onto, title, body }),
        right: "pull_requests:write",
        expect: [409, 422],
      }),

    async edit(number, change) {
      await client.ask({
        action: `change pull request ${number} of`,
        answer: z.object({ number: z.literal(number) }),
        send: (send, at) =>
          send("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", { ...at, pull_number: number, ...change }),
        right: "pull_requests:write",
      });
    },

    async commentOnce(number, text) {
      if (await hasComment(number, text.split("\n")[0] ?? "")) return;
      await client.ask({
        action: `comment on pull request ${number} of`,
        answer: z.object({ id: z.number() }),
        send: (send, at) =>
          send("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
            ...at,
            issue_number: number,
            body: text,
          }),
        right: "pull_requests:write",
      });
    },

    async merge(number, { head, method, message }) {
      const [title = "", ...rest] = (message ?? "").split("\n");
      const words = message === undefined ? {} : { commit_title: title, commit_message: rest.join("\n").trim() };
      await client.ask({
        action: `merge pull request ${number} of`,
        answer: z.object({ merged: z.literal(true) }),
        send: (send, at) =>
          send("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", {
            ...at,
            pull_number: number,
            sha: head,
            merge_method: method,
            ...words,
          }),
        right: "contents:write",
        expect: [403, 405, 409, 422],
      });
    },
  };
}
