/** Builds commits in the local copy, without a working tree. */
import path from "node:path";
import type { FileChange } from "../../domain/change-set.ts";
import { PermanentError } from "../../runtime/errors.ts";
import type { GitCache } from "./cache.ts";
import { entriesOf, isRegularFile, type TreeEntry } from "./objects.ts";
import { withScratch } from "./scratch.ts";
import type { Identity } from "./settings.ts";

/**
 * A commit on top of `base` with exactly these changes; files that exist keep their mode. Nothing is pushed. Throws an
 * Error naming the path when a file at `base` is not what the change set replaces, PermanentError when nothing changes.
 */
export async function buildCommit(
  cache: GitCache,
  input: { base: string; files: readonly FileChange[]; message: string; by: Identity },
): Promise<string> {
  const { base, files, message, by } = input;
  const present = await entriesOf(cache, base);
  for (const file of files) agree(file, present.get(file.path), base);

  return withScratch(cache.directory, async (folder) => {
    const env = { GIT_INDEX_FILE: path.join(folder, "index") };
    await cache.git(["read-tree", base], { env });
    const lines: string[] = [];
    for (const file of files) lines.push(await indexLine(cache, file, present.get(file.path)));
    await cache.git(["update-index", "-z", "--index-info"], { env, input: lines.join("") });
    const tree = (await cache.git(["write-tree"], { env })).toString("utf8").trim();
    if (tree === (await treeOf(cache, base))) throw new PermanentError(`the change set changes nothing at ${base}`);
    return commitTree(cache, { tree, parents: [base], message, by });
  });
}

/** The merge with `--no-ff` of `commit`, which stands on `base`. */
export async function buildMerge(
  cache: GitCache,
  { commit, base, message, by }: { commit: string; base: string; message: string; by: Identity },
): Promise<string> {
  return commitTree(cache, { tree: await treeOf(cache, commit), parents: [base, commit], message, by });
}

export function agree({ path: file, before }: FileChange, found: TreeEntry | undefined, base: string): void {
  if (found !== undefined && !isRegularFile(found)) throw new Error(`${file} at ${base} is not a regular file`);
  const blob = found?.blob ?? null;
  if (blob === before) return;
  throw new Error(`${file} at ${base} is ${blob ?? "absent"}, the change set replaces ${before ?? "nothing"}`);
}

async function indexLine(cache: GitCache, { path: file, after }: FileChange, found?: TreeEntry): Promise<string> {
  if (after === null) return `0 ${"0".repeat(40)}\t${file}\0`;
  const blob = (await cache.git(["hash-object", "-w", "--stdin"], { input: after })).toString("utf8").trim();
  return `${found?.mode ?? "100644"} ${blob}\t${file}\0`;
}

export async function treeOf(cache: GitCache, commit: string): Promise<string> {
  return (await cache.git(["rev-parse", "--verify", "--quiet", `${commit}^{tree}`])).toString("utf8").trim();
}

export async function commitTree(
  cache: GitCache,
  { tree, parents, message, by }: { tree: string; parents: readonly string[]; message: string; by: Identity },
): Promise<string> {
  const env = signedAs(by);
  const lineage = parents.flatMap((parent) => ["-p", parent]);
  return (await cache.git(["commit-tree", tree, ...lineage], { env, input: message })).toString("utf8").trim();
}

export function signedAs({ name, mail }: Identity): Record<string, string> {
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: mail, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: mail };
}
