/** Pull requests and what belongs to them as GitHub's API shows them. */
import { type CheckRecord, conflicts, type Forge, isBehind, missing, type PullRecord } from "./forge.ts";
import { refOf } from "./repository.ts";
import { commitsBetween } from "./worktree.ts";

const API = "https://api.github.test";
const SITE = "https://github.test";

export function user(login: string) {
  const url = `${API}/users/${login}`;
  const links = ["followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events"];
  return {
    login,
    id: 1,
    node_id: `U_${login}`,
    avatar_url: `${SITE}/${login}.png`,
    gravatar_id: "",
    url,
    html_url: `${SITE}/${login}`,
    ...Object.fromEntries(links.map((name) => [`${name}_url`, `${url}/${name}`])),
    received_events_url: `${url}/received_events`,
    type: "User",
    site_admin: false,
  };
}

const REPOSITORY_LINKS =
  "archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees clone git ssh svn".split(
    " ",
  );

export function repository({ id, owner, name, methods }: Forge) {
  const at = `${API}/repos/${owner}/${name}`;
  const none = { description: null, homepage: null, language: null, mirror_url: null, license: null };
  const zero = ["forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers"];
  const flags = ["fork", "has_pages", "archived", "disabled", "has_downloads", "has_discussions"];
  const yes = ["has_issues", "has_projects", "has_wiki", "private"];
  const counted = [...zero, "watchers_count", "network_count", "subscribers_count"];
  return {
    id,
    node_id: nodeId(id),
    name,
    full_name: `${owner}/${name}`,
    owner: user(owner),
    url: at,
    html_url: `${SITE}/${owner}/${name}`,
    ...Object.fromEntries(REPOSITORY_LINKS.map((link) => [`${link}_url`, `${at}/${link}`])),
    ...none,
    ...Object.fromEntries(counted.map((field) => [field, 0])),
    ...Object.fromEntries(flags.map((field) => [field, false])),
    ...Object.fromEntries(yes.map((field) => [field, true])),
    default_branch: "main",
    pushed_at: "2024-01-01T00:00:00Z",
    created_at: "2024-01-01T00:00:00Z",
    updated_at: "2024-01-01T00:00:00Z",
    allow_merge_commit: methods.has("merge"),
    allow_squash_merge: methods.has("squash"),
    allow_rebase_merge: methods.has("rebase"),
  };
}

/** By this name GraphQL knows the repository. */
export function nodeId(id: number): string {
  return `R_${id}`;
}

/** As lists show it. */
export function listedPull(forge: Forge, pull: PullRecord) {
  const { number } = pull;
  const repo = repository(forge);
  const at = `${repo.url}/pulls/${number}`;
  const html = `${repo.html_url}/pull/${number}`;
  const issue = `${repo.url}/issues/${number}`;
  const links = {
    self: at,
    html,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${at}/comments`,
    review_comment: `${repo.url}/pulls/comments/{number}`,
    commits: `${at}/commits`,
    statuses: `${repo.url}/statuses/${pull.headSha}`,
  };
  const side = (ref: string, sha: string) => ({
    label: `${forge.owner}:${ref}`,
    ref,
    sha,
    user: user(forge.owner),
    repo,
  });
  return {
    id: number,
    node_id: `PR_${number}`,
    number,
    url: at,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: user(pull.by),
    body: pull.body,
    labels: [],
    milestone: null,
    assignee: null,
    created_at: pull.created,
    updated_at: pull.closed ?? pull.created,
    closed_at: pull.closed,
    merged_at: pull.mergedBy === undefined ? null : pull.closed,
    merge_commit_sha: pull.mergeCommit,
    requested_reviewers: [],
    requested_teams: [],
    head: side(pull.head, pull.headSha),
    base: side(pull.base, pull.baseSha),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: "CONTRIBUTOR",
    auto_merge: null,
    draft: pull.draft,
  };
}

/** As it is shown alone. */
export async function shownPull(forge: Forge, pull: PullRecord) {
  const merged = pull.mergedBy !== undefined;
  const base = merged ? pull.baseSha : ((await refOf(forge.git, `refs/heads/${pull.base}`)) ?? pull.baseSha);
  const commits = await commitsBetween(forge.git, base, pull.headSha);
  return {
    ...listedPull(forge, pull),
    merged,
    merged_by: pull.mergedBy === undefined ? null : user(pull.mergedBy),
    ...(await mergeability(forge, pull)),
    comments: pull.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: commits.length,
    additions: 1,
    deletions: 0,
    changed_files: 1,
  };
}

async function mergeability(forge: Forge, pull: PullRecord) {
  if (pull.state === "closed") return { mergeable: null, mergeable_state: "unknown" };
  if (forge.undecided > 0) {
    forge.undecided -= 1;
    return { mergeable: null, mergeable_state: "unknown" };
  }
  if (await conflicts(forge, pull)) return { mergeable: false, mergeable_state: "dirty" };
  return { mergeable: true, mergeable_state: await stateOf(forge, pull) };
}

async function stateOf(forge: Forge, pull: PullRecord): Promise<string> {
  if (pull.draft) return "draft";
  const lacks = await missing(forge, pull);
  if (forge.rules.get(pull.base)?.upToDate === true && (await isBehind(forge, pull))) return "behind";
  if (lacks.length > 0) return "blocked";
  const runs = [...(forge.runs.get(pull.headSha) ?? []), ...(forge.statuses.get(pull.headSha) ?? [])];
  return runs.every(({ conclusion }) => conclusion === "success") ? "clean" : "unstable";
}

export function issue(forge: Forge, pull: PullRecord) {
  const shown = listedPull(forge, pull);
  const at = shown.issue_url;
  const { number, title, body, state, locked, labels, milestone, assignee, created_at, updated_at, closed_at } = shown;
  return {
    id: number,
    node_id: shown.node_id,
    url: at,
    repository_url: shown.base.repo.url,
    labels_url: `${at}/labels{/name}`,
    comments_url: `${at}/comments`,
    events_url: `${at}/events`,
    html_url: shown.html_url,
    number,
    title,
    body,
    state,
    locked,
    labels,
    milestone,
    assignee,
    created_at,
    updated_at,
    closed_at,
    comments: pull.comments.length,
    user: shown.user,
    closed_by: pull.closedBy === undefined ? null : user(pull.closedBy),
  };
}

export function comment(forge: Forge, pull: PullRecord, at: number) {
  const { issue_url, html_url } = listedPull(forge, pull);
  const { by, body } = pull.comments[at] ?? { by: "", body: "" };
  return {
    id: at + 1,
    node_id: `IC_${at}`,
    url: `${issue_url}/comments/${at}`,
    html_url: `${html_url}#issuecomment-${at}`,
    issue_url,
    body,
    user: user(by),
    created_at: pull.created,
    updated_at: pull.created,
    author_association: "CONTRIBUTOR",
  };
}

export function review(forge: Forge, pull: PullRecord, at: number) {
  const { url, html_url } = listedPull(forge, pull);
  const { by, state } = pull.reviews[at] ?? { by: "", state: "" };
  return {
    id: at + 1,
    node_id: `PRR_${at}`,
    user: user(by),
    body: "",
    state,
    html_url,
    pull_request_url: url,
    _links: { html: { href: html_url }, pull_request: { href: url } },
    commit_id: pull.headSha,
    author_association: "MEMBER",
  };
}

export function checkRun(sha: string, { name, conclusion }: CheckRecord, at: number) {
  const address = `${API}/check-runs/${at}`;
  return {
    id: at + 1,
    node_id: `CR_${at}`,
    head_sha: sha,
    name,
    url: address,
    html_url: null,
    details_url: null,
    external_id: "",
    status: conclusion === null ? "in_progress" : "completed",
    conclusion,
    started_at: null,
    completed_at: null,
    check_suite: null,
    output: { title: null, summary: null, text: null, annotations_count: 0, annotations_url: `${address}/annotations` },
    app: null,
    pull_requests: [],
  };
}

export function status({ name, conclusion }: CheckRecord, at: number) {
  return {
    id: at + 1,
    node_id: `SC_${at}`,
    url: `${API}/statuses/${at}`,
    avatar_url: null,
    description: null,
    context: name,
    target_url: null,
    state: conclusion ?? "pending",
    created_at: "2024-01-01T00:00:00Z",
    updated_at: "2024-01-01T00:00:00Z",
  };
}
