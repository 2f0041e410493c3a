/** Reverts a commit by git's own three-way merge, in a temporary worktree that no other process knows of. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { GitCache } from "./cache.ts";
import { commitTree, signedAs, treeOf } from "./commit.ts";
import { needCommit, parentsOf } from "./objects.ts";
import { GitFailure } from "./run.ts";
import { withScratch } from "./scratch.ts";
import type { Identity } from "./settings.ts";

export type Reverted =
  | { readonly kind: "commit"; readonly commit: string }
  /** The branch is already without it. */
  | { readonly kind: "nothing" }
  | { readonly kind: "conflict"; readonly paths: readonly string[] };

/**
 * Builds the commit that takes `commit` back on top of `base`; of a merge, what its side branch brought; with `since`,
 * everything between the two.
 */
export async function buildRevert(
  cache: GitCache,
  input: { commit: string; since?: string | undefined; base: string; message: string; by: Identity },
): Promise<Reverted> {
  const { since, base, message, by } = input;
  await needCommit(cache, base);
  await needCommit(cache, input.commit);
  const commit = since === undefined ? input.commit : await asOne(cache, { ...input, since });
  const mainline = (await parentsOf(cache, commit)).length > 1 ? ["--mainline", "1"] : [];

  return withWorktree(cache, async (worktree) => {
    const env = { ...worktree.env, ...signedAs(by) };
    const at = { env, cwd: worktree.directory };
    await cache.git(["checkout", "--quiet", "--detach", base], at);
    const { code, stderr } = await cache.attempt(["revert", "--no-commit", ...mainline, commit], at);
    if (code !== 0) {
      const unmerged = (await cache.git(["diff", "--name-only", "--diff-filter=U", "-z"], at)).toString("utf8");
      const paths = unmerged.split("\0").filter((file) => file !== "");
      if (paths.length === 0) throw new GitFailure("revert", stderr);
      return { kind: "conflict", paths };
    }
    const tree = (await cache.git(["write-tree"], at)).toString("utf8").trim();
    if (tree === (await treeOf(cache, base))) return { kind: "nothing" };
    return { kind: "commit", commit: await commitTree(cache, { tree, parents: [base], message, by }) };
  });
}

/** Everything between two commits as a single one, which nothing points at: git can only revert commits. */
async function asOne(
  cache: GitCache,
  { commit, since, by }: { commit: string; since: string; by: Identity },
): Promise<string> {
  await needCommit(cache, since);
  const tree = await treeOf(cache, commit);
  return commitTree(cache, { tree, parents: [since], message: "What landed\n", by });
}

interface Worktree {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A worktree with its own HEAD and index over the shared objects. `git worktree add` would register it in the copy,
 * where another process's pruning and a crash could leave traces.
 */
function withWorktree<T>(cache: GitCache, use: (worktree: Worktree) => Promise<T>): Promise<T> {
  return withScratch(cache.directory, async (directory) => {
    const gitDir = path.join(directory, ".git");
    await mkdir(path.join(gitDir, "refs"), { recursive: true });
    await mkdir(path.join(gitDir, "objects"));
    await writeFile(path.join(gitDir, "HEAD"), "ref: refs/heads/none\n");
    const GIT_OBJECT_DIRECTORY = path.join(cache.directory, "objects");
    return use({ directory, env: { GIT_DIR: gitDir, GIT_WORK_TREE: directory, GIT_OBJECT_DIRECTORY } });
  });
}
