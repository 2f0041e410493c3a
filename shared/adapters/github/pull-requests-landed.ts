/**
 * What came to the branch with a merged pull request. GitHub says which commit it made; how many belong to it follows from
 * that commit's parents and the request's own commits.
 */
import * as z from "zod";
import type { LandedCommit } from "../../domain/improvement.ts";
import { PermanentError, RetryLater } from "../../runtime/errors.ts";
import type { GitHubClient } from "./client.ts";
import { BEHIND_RETRY_MS, type GitHubHistory, Listed, type ListedCommit } from "./history.ts";

const Person = z.object({ name: z.string(), email: z.string(), date: z.string() });
const Commit = z.object({
  sha: z.string(),
  message: z.string(),
  author: Person,
  parents: z.array(z.object({ sha: z.string() })),
});
type Commit = z.infer<typeof Commit>;

interface Merged {
  readonly number: number;
  readonly head: string;
  /** As GitHub names it; "the commit that the base branch was updated to" of a rebase. */
  readonly mergeCommit: string | null;
}

/** Throws RetryLater while the branch does not show it. */
export async function landedCommits(
  client: GitHubClient,
  history: GitHubHistory,
  request: Merged,
): Promise<LandedCommit> {
  const last = await commitOf(client, await lastOnBranch(client, history, request));
  const [before, ...sides] = last.parents.map(({ sha }) => sha);
  // Squashed and rebased commits are new ones: the request's own are not among their ancestors.
  if (!(await history.isAncestor(request.head, last.sha))) {
    return (await rebased(client, history, last, request.head)) ?? one("squash", last.sha, before);
  }
  const broughtBySide =
    sides.length > 0 && last.sha !== request.head && before !== undefined
      ? !(await history.isAncestor(request.head, before))
      : false;
  return broughtBySide ? one("merge", last.sha, before) : asTheyAre(client, history, request);
}

/** Merged by a push instead of the button, GitHub may name a merge it only tried. */
async function lastOnBranch(client: GitHubClient, history: GitHubHistory, request: Merged): Promise<string> {
  const { number, head, mergeCommit } = request;
  const tip = await history.tip();
  if (mergeCommit !== null && (await history.isAncestor(mergeCommit, tip))) return mergeCommit;
  if (await history.isAncestor(head, tip)) return head;
  throw new RetryLater(
    `the branch of ${client.repository} does not show what pull request ${number} brought (yet)`,
    BEHIND_RETRY_MS,
  );
}

function one(kind: LandedCommit["kind"], commit: string, before: string | undefined): LandedCommit {
  return { kind, first: commit, last: commit, ...(before === undefined ? {} : { before }) };
}

/** Undefined when `last` is none of the request's commits written anew. Merges and empty commits get lost in a rebase. */
async function rebased(
  client: GitHubClient,
  history: GitHubHistory,
  last: Commit,
  head: string,
): Promise<LandedCommit | undefined> {
  // Newest first, as walking back from `last` meets them.
  let wanted: readonly ListedCommit[] = await history.between(last.sha, head);
  let landed = last;
  let first: Commit | undefined;
  for (;;) {
    const at = wanted.findIndex((commit) => isRewritten(landed, commit));
    if (at === -1) break;
    first = landed;
    wanted = wanted.slice(at + 1);
    const [parent] = landed.parents;
    if (parent === undefined || wanted.length === 0) break;
    landed = await commitOf(client, parent.sha);
  }
  if (first === undefined) return undefined;
  return { ...one("rebase", first.sha, first.parents[0]?.sha), last: last.sha };
}

/** A rebase keeps author, date and message; a squash is dated when it was made. */
function isRewritten(landed: Commit, { commit }: ListedCommit): boolean {
  const { author, message } = commit;
  return (
    author?.name === landed.author.name &&
    author.email === landed.author.email &&
    Date.parse(author.date) === Date.parse(landed.author.date) &&
    message.split("\n")[0] === landed.message.split("\n")[0]
  );
}

/** The request's own commits are on the branch: somebody pushed them there. */
async function asTheyAre(client: GitHubClient, history: GitHubHistory, request: Merged): Promise<LandedCommit> {
  const { number, head } = request;
  const commits = await commitsOf(client, number);
  const own = new Set(commits.map(({ sha }) => sha));
  const [first] = commits;
  if (first === undefined || !own.has(head)) {
    throw new PermanentError(`${client.repository} does not list all commits of pull request ${number}`);
  }
  const outside = commits.flatMap(({ parents }) => parents.map(({ sha }) => sha)).filter((sha) => !own.has(sha));
  const before = await newestOf(history, [...new Set(outside)]);
  const kind = commits.length === 1 ? "commit" : "rebase";
  return { ...one(kind, first.sha, before), last: head };
}

/** The one that has all others among its ancestors: where the branch stood when it was last brought in. */
async function newestOf(history: GitHubHistory, commits: readonly string[]): Promise<string | undefined> {
  let newest = commits[0];
  for (const commit of commits.slice(1)) {
    if (newest !== undefined && (await history.isAncestor(newest, commit))) newest = commit;
  }
  return newest;
}

/** GitHub lists 250 at most. */
async function commitsOf(client: GitHubClient, number: number): Promise<ListedCommit[]> {
  const commits: ListedCommit[] = [];
  for (let page = 1; ; page += 1) {
    const found = await client.ask({
      action: `list the commits of pull request ${number} of`,
      answer: z.array(Listed),
      send: (send, at) =>
        send("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", {
          ...at,
          pull_number: number,
          per_page: 100,
          page,
        }),
      right: "pull_requests:read",
    });
    commits.push(...found);
    if (found.length < 100) return commits;
  }
}

/** Throws when there is no such commit. */
export function commitOf(client: GitHubClient, sha: string): Promise<Commit> {
  return client.ask({
    action: `read the commit ${sha} of`,
    answer: Commit,
    send: (send, at) => send("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", { ...at, commit_sha: sha }),
  });
}
