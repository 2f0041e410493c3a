/** Comparisons and lists of commits. */
import { type Answer, type Asked, listedCommit, ok, refused } from "./answers.ts";
import { type CommitData, commitOf, type Git, textOf } from "./repository.ts";

export async function compare({ git, at, parameters, query }: Asked): Promise<Answer> {
  const [from = "", to = ""] = (parameters["basehead"] ?? "").split("...");
  const base = await commitOf(git, from);
  const head = await commitOf(git, to);
  if (base === undefined || head === undefined) return refused(404, "Not Found");
  const common = await git(["merge-base", base.sha, head.sha]);
  if (common.code !== 0) return refused(404, "No common ancestor");
  const mergeBase = await commitOf(git, common.stdout.toString("utf8").trim());

  const counted = await textOf(git(["rev-list", "--left-right", "--count", `${base.sha}...${head.sha}`]));
  const [behind = 0, ahead = 0] = counted.split("\t").map(Number);
  const one = ahead > 0 ? "ahead" : "behind";
  const status = ahead === 0 && behind === 0 ? "identical" : ahead > 0 && behind > 0 ? "diverged" : one;
  const all = await textOf(git(["rev-list", "--reverse", `${base.sha}..${head.sha}`]));
  const commits = await loaded(git, all, query);
  const address = `${at}/compare/${base.sha}...${head.sha}`;
  return ok({
    url: address,
    html_url: address,
    permalink_url: address,
    diff_url: `${address}.diff`,
    patch_url: `${address}.patch`,
    base_commit: listedCommit(at, base),
    merge_base_commit: listedCommit(at, mergeBase ?? base),
    status,
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: commits.map((commit) => listedCommit(at, commit)),
  });
}

export async function listCommits({ git, at, query }: Asked): Promise<Answer> {
  const { sha = "HEAD", since, path } = query;
  const paths = path === undefined ? [] : [path];
  const found = await git(["rev-list", ...(since === undefined ? [] : [`--since=${since}`]), sha, "--", ...paths]);
  if (found.code !== 0) return refused(404, "Not Found");
  const commits = await loaded(git, found.stdout.toString("utf8").trim(), query);
  return ok(commits.map((commit) => listedCommit(at, commit)));
}

/** The page that `query` asks for of the commits whose ids stand one a line. */
async function loaded(git: Git, ids: string, query: Asked["query"]): Promise<CommitData[]> {
  const { page = "1", per_page = "30" } = query;
  const first = (Number(page) - 1) * Number(per_page);
  const wanted = ids
    .split("\n")
    .filter(Boolean)
    .slice(first, first + Number(per_page));
  const commits = await Promise.all(wanted.map((id) => commitOf(git, id)));
  return commits.filter((commit) => commit !== undefined);
}
