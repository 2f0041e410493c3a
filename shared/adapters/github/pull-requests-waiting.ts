/** What an open pull request waits for, in words for people. */
import * as z from "zod";
import { oneLine } from "../../domain/commit-message.ts";
import type { GitHubClient } from "./client.ts";
import { GitHubRefusal, NoAnswer } from "./fates.ts";
import type { PullRequest } from "./pull-requests.ts";

/** Undefined when GitHub would merge it now. */
export async function waitsFor(
  client: GitHubClient,
  request: PullRequest,
  branch: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { base, draft, mergeable, mergeable_state: state } = request;
  const reasons: string[] = [];
  if (base.ref !== branch) reasons.push(`to be aimed at ${branch} instead of ${oneLine(base.ref, 80)}`);
  if (draft) reasons.push("somebody to end its draft");
  if (state === "dirty" || mergeable === false) reasons.push(`its conflicts with ${branch} to be solved`);
  else if (state === "behind") reasons.push(`to be brought up to date with ${branch}`);
  else if (state === "blocked" || state === "unstable") reasons.push(...(await held(client, request, signal)));
  else if (mergeable !== true) reasons.push("GitHub to find out whether it can be merged");
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

async function held(client: GitHubClient, request: PullRequest, signal?: AbortSignal): Promise<string[]> {
  const found = await checks(client, request.head.sha, signal);
  if (request.mergeable_state === "blocked") found.unshift(...(await reviews(client, request, signal)));
  return found.length === 0 ? ["a rule of the repository"] : found;
}

const Decision = z.object({
  repository: z.object({ pullRequest: z.object({ reviewDecision: z.string().nullish() }).nullish() }).nullish(),
});

/** Whether reviews are required and what came of them, GitHub says in GraphQL only. */
async function reviews(client: GitHubClient, request: PullRequest, signal?: AbortSignal): Promise<string[]> {
  const { number, requested_reviewers, requested_teams } = request;
  const answer = await ifSeen(
    client.query({
      action: `read the reviews of pull request ${number} of`,
      answer: Decision,
      text: "query Reviews($owner: String!, $name: String!, $number: Int!) { repository(owner: $owner, name: $name) { pullRequest(number: $number) { reviewDecision } } }",
      variables: { number },
      right: "pull_requests:read",
      signal,
    }),
  );
  const decision = answer?.repository?.pullRequest?.reviewDecision;
  if (decision === "CHANGES_REQUESTED")
    return [`the changes that ${await reviewersAgainst(client, request, signal)} asked for`];
  if (decision !== "REVIEW_REQUIRED") return [];
  const asked = [...requested_reviewers.map(({ login }) => login), ...requested_teams.map(({ name }) => name)];
  return [asked.length === 0 ? "an approving review" : `a review by ${named(asked)}`];
}

const Reviews = z.array(z.object({ state: z.string(), user: z.object({ login: z.string() }).nullish() }));

async function reviewersAgainst(client: GitHubClient, request: PullRequest, signal?: AbortSignal): Promise<string> {
  const given = await ifSeen(
    client.ask({
      action: `read the reviews of pull request ${request.number} of`,
      answer: Reviews,
      send: (send, at) =>
        send("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
          ...at,
          pull_number: request.number,
          per_page: 100,
        }),
      right: "pull_requests:read",
      expect: NOT_SEEN,
      signal,
    }),
  );
  /** The last word of each, oldest first; a mere comment takes nothing back. */
  const last = new Map<string, string>();
  for (const { state, user } of given ?? []) if (state !== "COMMENTED") last.set(user?.login ?? "somebody", state);
  const against = [...last].filter(([, state]) => state === "CHANGES_REQUESTED").map(([login]) => login);
  return against.length === 0 ? "a reviewer" : named(against);
}

const Runs = z.object({
  check_runs: z.array(z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullish() })),
});
const Statuses = z.object({ statuses: z.array(z.object({ context: z.string(), state: z.string() })) });
const PASSED = ["success", "neutral", "skipped"];

async function checks(client: GitHubClient, sha: string, signal?: AbortSignal): Promise<string[]> {
  const runs = await ifSeen(
    client.ask({
      action: "read the checks of",
      answer: Runs,
      send: (send, at) =>
        send("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", { ...at, ref: sha, per_page: 100 }),
      expect: NOT_SEEN,
      signal,
    }),
  );
  const combined = await ifSeen(
    client.ask({
      action: "read the commit statuses of",
      answer: Statuses,
      send: (send, at) => send("GET /repos/{owner}/{repo}/commits/{ref}/status", { ...at, ref: sha, per_page: 100 }),
      expect: NOT_SEEN,
      signal,
    }),
  );
  const all = [
    ...(runs?.check_runs ?? []).map(({ name, status, conclusion }) => ({
      name,
      result: status !== "completed" ? "pending" : PASSED.includes(conclusion ?? "") ? "passed" : "failed",
    })),
    ...(combined?.statuses ?? []).map(({ context, state }) => ({
      name: context,
      result: state === "pending" ? "pending" : state === "success" ? "passed" : "failed",
    })),
  ];
  const which = (wanted: string) => all.filter(({ result }) => result === wanted).map(({ name }) => name);
  const [failed, pending] = [which("failed"), which("pending")];
  return [
    ...(failed.length === 0 ? [] : [`the failed checks ${named(failed)}`]),
    ...(pending.length === 0 ? [] : [`the running checks ${named(pending)}`]),
  ];
}

const NOT_SEEN = [403, 404];

/** What a token may not see, or does not come, is left out: it is said for people only. */
async function ifSeen<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GitHubRefusal || error instanceof NoAnswer) return undefined;
    throw error;
  }
}

/** Names are other people's text. */
function named(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => oneLine(name, 80));
  const more = names.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
