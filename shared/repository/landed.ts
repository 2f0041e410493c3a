/** What a range of commits made of the repository: the difference between two of its states, read from Git. */
import type { FileChange } from "../domain/change-set.ts";
import type { GitReader } from "../ports.ts";

/**
 * Files that differ between two commits, sorted by path. A file that is not text any more has `after: null`, like a
 * deleted one: nobody can judge it.
 */
export async function landedFiles(
  git: Pick<GitReader, "tree" | "read">,
  { before, last }: { readonly before: string; readonly last: string },
): Promise<readonly FileChange[]> {
  const [was, is] = await Promise.all([git.tree(before), git.tree(last)]);
  const paths = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path)).sort();
  const blobs = paths.map((path) => is.get(path)).filter((blob) => blob !== undefined);
  const contents = await git.read([...new Set(blobs)]);
  return paths.map((path) => ({
    path,
    before: was.get(path) ?? null,
    after: contents.get(is.get(path) ?? "") ?? null,
  }));
}

/** True when both make the same of the same files, whatever was there before. */
export function sameResult(one: readonly FileChange[], other: readonly FileChange[]): boolean {
  const results = (files: readonly FileChange[]) =>
    JSON.stringify(files.map(({ path, after }) => [path, after]).sort(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1)));
  return results(one) === results(other);
}
