/** Routes about pull requests, over the forge's records and the real repository behind them. */
import { type Answer, type Asked, listedCommit, ok, refused } from "./answers.ts";
import { type Forge, merge, now, type PullRecord, settle } from "./forge.ts";
import { checkRun, comment, issue, listedPull, repository, review, shownPull, status } from "./pull-answers.ts";
import { refOf, textOf } from "./repository.ts";
import { commitsBetween, type MergeMethod } from "./worktree.ts";

/** The account whose token the school has. */
export const BOT = "school-bot";
type Route = (asked: Asked, forge: Forge) => Promise<Answer>;
type OfPull = (asked: Asked, forge: Forge, pull: PullRecord) => Answer | Promise<Answer>;

/** What belongs to one request, by its number. */
function of(route: OfPull): Route {
  return async (asked, forge) => {
    const wanted = Number(asked.parameters["pull_number"] ?? asked.parameters["issue_number"]);
    const pull = forge.pulls.find(({ number }) => number === wanted);
    return pull === undefined ? refused(404, "Not Found") : route(asked, forge, pull);
  };
}

async function list({ query }: Asked, forge: Forge): Promise<Answer> {
  const { head, base, state = "open", direction = "asc" } = query;
  const found = forge.pulls.filter(
    (pull) =>
      // A filter without an owner is no filter.
      (head === undefined || !head.includes(":") || head === `${forge.owner}:${pull.head}`) &&
      (base === undefined || base === pull.base) &&
      (state === "all" || state === pull.state),
  );
  const inOrder = direction === "desc" ? found.toReversed() : found;
  return ok(paged(inOrder, query).map((pull) => listedPull(forge, pull)));
}

/** The page that `query` asks for. */
function paged<Item>(all: readonly Item[], { page = "1", per_page = "30" }: Asked["query"]): readonly Item[] {
  const first = (Number(page) - 1) * Number(per_page);
  return all.slice(first, first + Number(per_page));
}

function invalid(error: object): Answer {
  const errors = [{ resource: "PullRequest", ...error }];
  return { status: 422, json: { message: "Validation Failed", errors, documentation_url: "https://docs.github.com" } };
}

async function create({ body }: Asked, forge: Forge): Promise<Answer> {
  const { title, head, base, body: text } = body as Record<"title" | "head" | "base" | "body", string>;
  const headSha = await refOf(forge.git, `refs/heads/${head}`);
  const baseSha = await refOf(forge.git, `refs/heads/${base}`);
  if (headSha === undefined) return invalid({ field: "head", code: "invalid" });
  if (baseSha === undefined) return invalid({ field: "base", code: "invalid" });
  if (title.length > 256) return invalid({ code: "custom", field: "title", message: "title is too long" });
  if (text.length > 65_536) return invalid({ code: "custom", field: "body", message: "body is too long" });
  if (forge.pulls.some((pull) => pull.state === "open" && pull.head === head && pull.base === base)) {
    const message = `A pull request already exists for ${forge.owner}:${head}.`;
    return invalid({ code: "custom", message });
  }
  if ((await commitsBetween(forge.git, baseSha, headSha)).length === 0) {
    return invalid({ code: "custom", message: `No commits between ${base} and ${head}` });
  }
  const number = forge.pulls.length + 1;
  await textOf(forge.git(["update-ref", `refs/pull/${number}/head`, headSha]));
  const start = { state: "open", draft: false, closed: null, mergeCommit: null, created: now() } as const;
  const pull: PullRecord = {
    number,
    title,
    body: text,
    head,
    base,
    by: BOT,
    headSha,
    baseSha,
    ...start,
    comments: [],
    reviews: [],
  };
  forge.pulls.push(pull);
  return ok(await shownPull(forge, pull), 201);
}

async function change({ body }: Asked, forge: Forge, pull: PullRecord): Promise<Answer> {
  const { state, title, body: text } = body as { state?: "open" | "closed"; title?: string; body?: string };
  if (title !== undefined) pull.title = title;
  if (text !== undefined) pull.body = text;
  if (state === "closed" && pull.state === "open") Object.assign(pull, { state, closed: now(), closedBy: BOT });
  return ok(await shownPull(forge, pull));
}

async function press({ body }: Asked, forge: Forge, pull: PullRecord): Promise<Answer> {
  const {
    sha,
    merge_method: method = "merge",
    commit_title: title,
    commit_message: message,
  } = (body ?? {}) as {
    sha?: string;
    merge_method?: MergeMethod;
    commit_title?: string;
    commit_message?: string;
  };
  if (sha !== undefined && sha !== pull.headSha) {
    return refused(409, "Head branch was modified. Review and try the merge again.");
  }
  const refusal = await merge(forge, pull, { by: BOT, method, title, message });
  if (refusal !== undefined) return refused(refusal.status, refusal.said);
  return ok({ sha: pull.mergeCommit, merged: true, message: "Pull Request successfully merged" });
}

async function commits({ at, query }: Asked, forge: Forge, pull: PullRecord): Promise<Answer> {
  const all = (await commitsBetween(forge.git, pull.baseSha, pull.headSha)).slice(0, 250);
  return ok(paged(all, query).map((commit) => listedCommit(at, commit)));
}

async function combined({ parameters, at }: Asked, forge: Forge): Promise<Answer> {
  const sha = parameters["ref"] ?? "";
  const statuses = (forge.statuses.get(sha) ?? []).map(status);
  const worst = ["failure", "pending"].find((state) => statuses.some((each) => each.state === state)) ?? "success";
  const state = statuses.length === 0 ? "pending" : worst;
  const url = `${at}/commits/${sha}`;
  const total_count = statuses.length;
  const shown = repository(forge);
  return ok({ state, statuses, sha, total_count, repository: shown, commit_url: url, url: `${url}/status` });
}

async function runs({ parameters }: Asked, forge: Forge): Promise<Answer> {
  const sha = parameters["ref"] ?? "";
  const check_runs = (forge.runs.get(sha) ?? []).map((run, at) => checkRun(sha, run, at));
  return ok({ total_count: check_runs.length, check_runs });
}

const routes: Readonly<Record<string, Route>> = {
  "GET ": async (_asked, forge) => ok(repository(forge)),
  "GET /pulls": list,
  "POST /pulls": create,
  "GET /pulls/{pull_number}": of(async (_asked, forge, pull) => ok(await shownPull(forge, pull))),
  "PATCH /pulls/{pull_number}": of(change),
  "PUT /pulls/{pull_number}/merge": of(press),
  "GET /pulls/{pull_number}/commits": of(commits),
  "GET /pulls/{pull_number}/reviews": of(({ query }, forge, pull) => {
    const all = pull.reviews.map((_, at) => review(forge, pull, at));
    return ok(paged(all, query));
  }),
  "GET /issues/{issue_number}": of((_asked, forge, pull) => ok(issue(forge, pull))),
  "GET /issues/{issue_number}/comments": of(({ query }, forge, pull) => {
    const all = pull.comments.map((_, at) => comment(forge, pull, at));
    return ok(paged(all, query));
  }),
  "POST /issues/{issue_number}/comments": of(({ body }, forge, pull) => {
    pull.comments.push({ by: BOT, body: (body as { body: string }).body });
    return ok(comment(forge, pull, pull.comments.length - 1), 201);
  }),
  "GET /commits/{ref}/check-runs": runs,
  "GET /commits/{ref}/status": combined,
};

/** Undefined when the operation is not about pull requests. */
export async function answerAboutPulls(operation: string, asked: Asked, forge: Forge): Promise<Answer | undefined> {
  const route = routes[operation];
  if (route === undefined) return undefined;
  await settle(forge);
  return route(asked, forge);
}
