/** Reverts a commit by git's own three-way merge, in a temporary worktree that no other process knows of. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RevertPreview } from "../../preview-ports.ts";
import type { GitCache } from "./cache.ts";
import { commitTree, signedAs, treeOf } from "./commit.ts";
import { needCommit, parentsOf, readBlobs } from "./objects.ts";
import { GitFailure } from "./run.ts";
import { withScratch } from "./scratch.ts";
import type { Identity } from "./settings.ts";

export type Reverted =
  | { readonly kind: "commit"; readonly commit: string }
  /** The branch is already without it. */
  | { readonly kind: "nothing" }
  | { readonly kind: "conflict"; readonly paths: readonly string[] };

interface ToRevert {
  readonly commit: string;
  readonly since?: string | undefined;
  readonly base: string;
  readonly by: Identity;
}

/**
 * Builds the commit that takes `commit` back on top of `base`; of a merge, what its side branch brought; with `since`,
 * everything between the two.
 */
export async function buildRevert(
  cache: GitCache,
  { message, ...input }: ToRevert & { readonly message: string },
): Promise<Reverted> {
  const reverted = await revertedTree(cache, input);
  if (reverted.kind !== "tree") return reverted;
  const { base, by } = input;
  return { kind: "commit", commit: await commitTree(cache, { tree: reverted.tree, parents: [base], message, by }) };
}

/** The files that such a commit would write. */
export async function previewRevert(cache: GitCache, input: ToRevert): Promise<RevertPreview> {
  const reverted = await revertedTree(cache, input);
  if (reverted.kind !== "tree") return reverted;
  const compared = ["diff-tree", "-r", "-z", "--no-renames", `${input.base}^{tree}`, reverted.tree];
  const fields = (await cache.git(compared)).toString("utf8").split("\0");
  const changes: { path: string; before: string | null; blob: string | null; isBlob: boolean }[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = "", was = GONE, is = GONE] = (fields[at] ?? "").split(" ");
    changes.push({ path: fields[at + 1] ?? "", before: orNone(was), blob: orNone(is), isBlob: mode !== SUBMODULE });
  }
  const readable = changes.flatMap(({ blob, isBlob }) => (isBlob && blob !== null ? blob : []));
  const texts = await readBlobs(cache, readable);
  const files = changes.map(({ path: file, before, blob }) => ({
    path: file,
    before,
    after: blob === null ? null : (texts.get(blob) ?? ""),
  }));
  return { kind: "files", files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

const SUBMODULE = "160000";
/** How git names a side of a difference that has no file. */
const GONE = "0".repeat(40);
const orNone = (blob: string) => (blob === GONE ? null : blob);

async function revertedTree(
  cache: GitCache,
  input: ToRevert,
): Promise<{ readonly kind: "tree"; readonly tree: string } | Exclude<Reverted, { kind: "commit" }>> {
  const { since, base, by } = input;
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
    return tree === (await treeOf(cache, base)) ? { kind: "nothing" } : { kind: "tree", tree };
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
