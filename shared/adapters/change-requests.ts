/** Pull requests on GitHub as the port has them: the branch is the key, and every step may be the last one. */
import type { FileChange } from "../domain/change-set.ts";
import type { ChangeRequest, ChangeRequests } from "../forge-ports.ts";
import { PermanentError, RetryLater } from "../runtime/errors.ts";
import { branchRef, identity } from "./git/settings.ts";
import { gitHubClient } from "./github/client.ts";
import { buildCommit } from "./github/commit.ts";
import { GitHubRefusal, NoAnswer, notAllowed } from "./github/fates.ts";
import { BEHIND_RETRY_MS, gitHubHistory } from "./github/history.ts";
import { requestBody, requestTitle } from "./github/markdown.ts";
import { blobId } from "./github/object-id.ts";
import { gitHubObjects } from "./github/objects.ts";
import { MERGE_METHODS, type PullRequest, pullRequests } from "./github/pull-requests.ts";
import { type BlobChange, requestBranches } from "./github/pull-requests-branch.ts";
import { commitOf, landedCommits } from "./github/pull-requests-landed.ts";
import { waitsFor } from "./github/pull-requests-waiting.ts";
import { buildRevert } from "./github/revert.ts";
import type { GitHubSettings } from "./github/settings.ts";

/** What is to stand on the branch. */
interface Wanted {
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  readonly changes: readonly BlobChange[];
  readonly build: () => Promise<string>;
}

/** First line of the comment on a request that is withdrawn; by it the comment is known. */
const WITHDRAWN = "The school withdraws this change.";

/**
 * Opens and follows pull requests onto the configured branch. Opens nothing until it is used. Errors as the Git port over
 * GitHub has them. Throws ConfigurationError for unusable settings.
 */
export function gitHubChangeRequests(settings: GitHubSettings): ChangeRequests {
  const by = identity(settings.author);
  const onto = branchRef(settings.branch ?? "main").replace("refs/heads/", "");
  const client = gitHubClient(settings);
  const objects = gitHubObjects(client);
  const history = gitHubHistory(client, { branch: onto, mail: by.mail });
  const requests = pullRequests(client);
  const branches = requestBranches(client, { history, objects, requests, mail: by.mail });

  async function described(request: PullRequest, signal?: AbortSignal): Promise<ChangeRequest> {
    const { number, html_url: url, head } = request;
    if (request.merged) {
      if (request.base.ref !== onto) {
        throw new PermanentError(`pull request ${url} was merged into ${request.base.ref}, not into ${onto}`);
      }
      const mergeCommit = request.merge_commit_sha ?? null;
      const landed = await landedCommits(client, history, { number, head: head.sha, mergeCommit });
      return { number, url, state: { kind: "merged", landed, ...person(request.merged_by?.login) } };
    }
    if (request.state === "closed") {
      return { number, url, state: { kind: "closed", ...person(await requests.closedBy(number, signal)) } };
    }
    const reason = await waitsFor(client, request, onto, signal);
    return {
      number,
      url,
      state: { kind: "open", head: head.sha, ...(reason === undefined ? {} : { waitsFor: reason }) },
    };
  }

  async function find(branch: string, signal?: AbortSignal): Promise<ChangeRequest | undefined> {
    const found = await requests.newest(branch, signal);
    return found === undefined ? undefined : described(await requests.details(found.number, signal), signal);
  }

  async function numbered(number: number): Promise<ChangeRequest> {
    return described(await requests.details(number));
  }

  /** Brings an open request that holds nothing but older work of ours up to what is wanted. */
  async function broughtUp(number: number, wanted: Wanted): Promise<ChangeRequest> {
    const { branch, base, title, body } = wanted;
    const tip = await branches.tip(branch);
    if (tip === undefined || !(await branches.onlyOurs(base, tip)) || (await branches.carries(tip, wanted.changes))) {
      return numbered(number);
    }
    // The words first: a process that dies between the two finds the old commit and does both again.
    await requests.edit(number, { title, body });
    const commit = await wanted.build();
    const answer = await numbered(number);
    if (answer.state.kind !== "open") return answer;
    if ((await branches.replace(branch, tip, commit)) === "moved") return numbered(number);
    // GitHub may show the request with its old head for some seconds.
    return { ...answer, state: { kind: "open", head: commit } };
  }

  /** Nobody but us has worked on the branch: else what people made of a revert counts, conflicts included. */
  async function untouched(branch: string, base: string): Promise<boolean> {
    const tip = await branches.tip(branch);
    return tip !== undefined && (await branches.onlyOurs(base, tip));
  }

  async function preparedBranch(wanted: Wanted): Promise<void> {
    const { branch, base } = wanted;
    const tip = await branches.tip(branch);
    if (tip === undefined) return branches.create(branch, await wanted.build());
    if (!(await branches.onlyOurs(base, tip))) {
      throw new PermanentError(
        `the branch ${branch} of ${client.repository} holds somebody else's work and has no pull request; open one or delete it`,
      );
    }
    if (await branches.carries(tip, wanted.changes)) return;
    if ((await branches.replace(branch, tip, await wanted.build())) === "replaced") return;
    throw new RetryLater(`the branch ${branch} of ${client.repository} was moved meanwhile`, BEHIND_RETRY_MS, {
      free: true,
    });
  }

  async function openWith(wanted: Wanted): Promise<ChangeRequest> {
    const existing = await requests.newest(wanted.branch);
    if (existing !== undefined) {
      return existing.state === "open" ? broughtUp(existing.number, wanted) : numbered(existing.number);
    }
    await preparedBranch(wanted);
    const { branch, title, body } = wanted;
    try {
      return await described(await requests.create({ branch, onto, title, body }));
    } catch (error) {
      if (!(error instanceof GitHubRefusal) && !(error instanceof NoAnswer)) throw error;
      // It may be there all the same: the answer was lost, or the list was some seconds old.
      const found = await find(branch);
      if (found !== undefined) return found;
      throw error instanceof NoAnswer ? error : notOpened(branch, error);
    }
  }

  function notOpened(branch: string, { status, said }: GitHubRefusal): Error {
    const message = `${client.repository} refused a pull request of ${branch}: ${said}`;
    const settling = /already exists|no commits between|(head|base|ref)\b.* (is )?invalid|not all refs are readable/i;
    const passes = status === 409 || settling.test(said);
    return passes ? new RetryLater(message, BEHIND_RETRY_MS) : new PermanentError(message);
  }

  async function merge(branch: string): Promise<ChangeRequest> {
    const found = await requests.newest(branch);
    if (found === undefined) throw new PermanentError(`${client.repository} has no pull request of ${branch}`);
    const request = await requests.details(found.number);
    if (request.state === "closed" || request.base.ref !== onto) return described(request);
    const refusal = await tried(request);
    const answer = await numbered(found.number);
    if (refusal === undefined || answer.state.kind !== "open") return answer;
    return { ...answer, state: { ...answer.state, waitsFor: answer.state.waitsFor ?? refusal } };
  }

  /** GitHub's words when it merged it in none of the ways it knows. */
  async function tried(request: PullRequest): Promise<string | undefined> {
    const { number, head, commits } = request;
    const facts = await requests.repository();
    const allowed = {
      merge: facts.allow_merge_commit,
      squash: facts.allow_squash_merge,
      rebase: facts.allow_rebase_merge,
    };
    let refusal = "a way to merge that the repository allows";
    for (const method of MERGE_METHODS.filter((each) => allowed[each])) {
      try {
        // One commit squashed keeps its own words, trailers included.
        const own = method === "squash" && commits === 1 ? await commitOf(client, head.sha) : undefined;
        const words = own === undefined ? {} : { message: own.message };
        await requests.merge(number, { head: head.sha, method, ...words });
        return undefined;
      } catch (error) {
        // Whether it was merged although no answer came, the request itself tells.
        if (error instanceof NoAnswer && (await requests.details(number)).merged) return undefined;
        if (!(error instanceof GitHubRefusal)) throw error;
        if (error.status === 403 && !/rule|protect|review|check/i.test(error.said)) {
          throw notAllowed(error, "contents:write");
        }
        refusal = error.said;
        if (!forbiddenWay.test(error.said)) return refusal;
      }
    }
    return refusal;
  }

  async function withdraw(branch: string, because: string): Promise<void> {
    const found = await requests.newest(branch);
    const tip = await branches.tip(branch);
    if (found === undefined) {
      // A process died between the branch and its request.
      if (tip !== undefined && (await branches.onlyOurs(await history.tip(), tip))) await branches.remove(branch, tip);
      return;
    }
    const { number, state } = found;
    if (state === "open") {
      await requests.commentOnce(number, `${WITHDRAWN}\n\n${requestBody(because)}`);
      await requests.edit(number, { state: "closed" });
    }
    const { merged, head } = await requests.details(number);
    // Of a request that is not open the branch goes only where this is the rest of a withdrawal.
    if (merged || tip === undefined || tip !== head.sha) return;
    if (state === "open" || (await requests.hasComment(number, WITHDRAWN))) await branches.remove(branch, tip);
  }

  return {
    open: ({ files, message, ...input }) =>
      openWith({
        ...input,
        ...words(input),
        changes: files.map(changeOf),
        build: async () => (await buildCommit(client, objects, { base: input.base, files, message, by })).commit,
      }),

    async openRevert({ commit, since, base, message, branch, ...input }) {
      const existing = await requests.newest(branch);
      if (existing !== undefined && (existing.state !== "open" || !(await untouched(branch, base)))) {
        return numbered(existing.number);
      }
      await history.mustShow(commit, base);
      const reverted = await buildRevert(client, objects, { commit, since, base, message, by });
      if (reverted.kind === "conflict") return reverted;
      if (reverted.kind === "nothing") return undefined;
      const changes = await branches.changesOf(base, reverted.commit);
      return openWith({ branch, base, ...words(input), changes, build: async () => reverted.commit });
    },

    find,
    merge,
    withdraw,
  };
}

/** The repository, or a rule of it, does not want it merged in this way. */
const forbiddenWay =
  /(merge commits?|squash(es| merges?)?|rebase(s| merges?)?|merge method)\b.*not allowed|merge method|linear history|must not contain merge commits|can(no|')t be rebased|rebase failed/i;

function words({ title, body }: { title: string; body: string }): { title: string; body: string } {
  return { title: requestTitle(title), body: requestBody(body) };
}

function changeOf({ path, before, after }: FileChange): BlobChange {
  return { path, before, after: after === null ? null : blobId(after) };
}

function person(login: string | undefined): { by?: string } {
  return login === undefined ? {} : { by: login };
}
