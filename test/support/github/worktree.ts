/** Merges as GitHub makes them, with git itself: in a worktree of its own, so that the bare repository stays bare. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type CommitData, commitOf, type Git, type Person, textOf } from "./repository.ts";

export type MergeMethod = "merge" | "squash" | "rebase";
/** Who commits what is made with GitHub's buttons. */
const WEB_FLOW = { name: "GitHub", email: "noreply@github.com" };

export interface MergeOrder {
  readonly base: string;
  readonly head: string;
  readonly method: MergeMethod;
  readonly message: string;
  /** Who merges. */
  readonly by: Pick<Person, "name" | "email">;
  /** Author of a squashed commit. */
  readonly author: Pick<Person, "name" | "email">;
}

/** The commit `base` would be updated to; undefined on a conflict. Nothing points at it yet. */
export function mergeInto(git: Git, order: MergeOrder): Promise<string | undefined> {
  const { base, head, method, message, by, author } = order;
  return inWorktree(git, base, async (run) => {
    if (method === "rebase") return rebase(git, run, order);
    const merged = await run(["merge", "-q", "--no-commit", "--no-ff", head], { env: signed(by, WEB_FLOW) });
    if (merged.code !== 0) return undefined;
    const tree = await textOf(run(["write-tree"]));
    const parents = method === "merge" ? ["-p", base, "-p", head] : ["-p", base];
    const env = signed(method === "merge" ? by : author, WEB_FLOW);
    return textOf(run(["commit-tree", tree, ...parents], { env, input: message }));
  });
}

/** Each commit anew; merges are left out, and so is what changes nothing any more. */
async function rebase(git: Git, run: Git, { base, head }: MergeOrder): Promise<string | undefined> {
  const all = await textOf(git(["rev-list", "--reverse", "--topo-order", "--no-merges", `${base}..${head}`]));
  let tip = base;
  for (const id of all.split("\n").filter(Boolean)) {
    const commit = await commitOf(git, id);
    const picked = await run(["cherry-pick", "--no-commit", id], { env: signed(WEB_FLOW, WEB_FLOW) });
    if (commit === undefined || picked.code !== 0) return undefined;
    const tree = await textOf(run(["write-tree"]));
    if (tree === (await commitOf(git, tip))?.tree) continue;
    const env = { ...signed(commit.author, WEB_FLOW), GIT_AUTHOR_DATE: commit.author.date };
    tip = await textOf(run(["commit-tree", tree, "-p", tip], { env, input: commit.message }));
    await textOf(run(["reset", "-q", "--hard", tip]));
  }
  return tip;
}

/** Somebody's commit on top of another one, with these files written. */
export function commitOn(
  git: Git,
  parent: string,
  { files, message, by }: { files: Readonly<Record<string, string>>; message: string; by: MergeOrder["by"] },
): Promise<string> {
  return inWorktree(git, parent, async (run, folder) => {
    for (const [file, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), content);
    }
    await textOf(run(["add", "-A"]));
    const tree = await textOf(run(["write-tree"]));
    return textOf(run(["commit-tree", tree, "-p", parent], { env: signed(by, by), input: message }));
  });
}

export async function commitsBetween(git: Git, base: string, head: string): Promise<CommitData[]> {
  const ids = await textOf(git(["rev-list", "--reverse", "--topo-order", `${base}..${head}`]));
  const commits = await Promise.all(
    ids
      .split("\n")
      .filter(Boolean)
      .map((id) => commitOf(git, id)),
  );
  return commits.filter((commit) => commit !== undefined);
}

async function inWorktree<T>(git: Git, commit: string, use: (run: Git, folder: string) => Promise<T>): Promise<T> {
  const bare = await textOf(git(["rev-parse", "--absolute-git-dir"]));
  const folder = await mkdtemp(path.join(tmpdir(), "github-merge-"));
  try {
    const gitDir = path.join(folder, ".git");
    await mkdir(path.join(gitDir, "refs"), { recursive: true });
    await mkdir(path.join(gitDir, "objects"));
    await writeFile(path.join(gitDir, "HEAD"), "ref: refs/heads/none\n");
    const at = { GIT_DIR: gitDir, GIT_WORK_TREE: folder, GIT_OBJECT_DIRECTORY: path.join(bare, "objects") };
    const run: Git = (args, { input, env } = {}) =>
      git(["-C", folder, ...args], { ...(input === undefined ? {} : { input }), env: { ...at, ...env } });
    await textOf(run(["checkout", "-q", "--detach", commit]));
    return await use(run, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function signed(author: MergeOrder["by"], committer: MergeOrder["by"]): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
  };
}
