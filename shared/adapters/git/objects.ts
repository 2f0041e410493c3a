/** Reads trees and blobs from the local copy. */
import type { GitCache } from "./cache.ts";
import { GitFailure } from "./run.ts";

export interface TreeEntry {
  /** `100644` or `100755` for a file, `120000` for a symbolic link, `160000` for a submodule. */
  readonly mode: string;
  readonly blob: string;
}

/** Everything a commit contains, by path. */
export async function entriesOf(cache: GitCache, commit: string): Promise<Map<string, TreeEntry>> {
  await needCommit(cache, commit);
  const listing = (await cache.git(["ls-tree", "-r", "-z", "--full-tree", commit])).toString("utf8");
  const entries = new Map<string, TreeEntry>();
  for (const line of listing.split("\0")) {
    const [, mode, blob, path] = /^(\d{6}) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    if (mode !== undefined && blob !== undefined && path !== undefined) entries.set(path, { mode, blob });
  }
  return entries;
}

/** Symbolic links and submodules are not files to read or write. */
export function isRegularFile({ mode }: TreeEntry): boolean {
  return mode.startsWith("100");
}

const SUBMODULE = "a submodule; its files are in another repository";
const LINK = "a symbolic link; it is not followed";

/** Symbolic links and submodules by their paths, with the reason why nobody reads them. */
export function notFilesOf(entries: ReadonlyMap<string, TreeEntry>): ReadonlyMap<string, string> {
  const others = [...entries].filter(([, entry]) => !isRegularFile(entry));
  return new Map(others.map(([path, { mode }]) => [path, mode === "160000" ? SUBMODULE : LINK]));
}

/** Contents by blob id; null for what is not UTF-8 text. Throws GitFailure when the remote's branch has no such blob. */
export async function readBlobs(cache: GitCache, blobs: readonly string[]): Promise<Map<string, string | null>> {
  const wanted = [...new Set(blobs)];
  if (wanted.length === 0) return new Map();
  try {
    return await batch(cache, wanted);
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    // Another process may know them from a commit that was not brought here yet.
    await cache.head();
    return batch(cache, wanted);
  }
}

/** One git process for all of them. */
async function batch(cache: GitCache, wanted: readonly string[]): Promise<Map<string, string | null>> {
  const contents = new Map<string, string | null>();
  const output = await cache.git(["cat-file", "--batch"], { input: `${wanted.join("\n")}\n` });
  let at = 0;
  for (const blob of wanted) {
    const end = output.indexOf(0x0a, at);
    const [, type, size] = output.toString("latin1", at, end).split(" ");
    if (type !== "blob") throw new GitFailure("cat-file", `missing object ${blob}`);
    const start = end + 1;
    const next = start + Number(size);
    contents.set(blob, asText(output.subarray(start, next)));
    at = next + 1;
  }
  return contents;
}

/** Throws an Error when the commit is neither here nor at the remote. */
export async function needCommit(cache: GitCache, commit: string): Promise<void> {
  if (!(await cache.hasCommit(commit))) throw new Error(`${cache.remote.url} has no commit ${commit}`);
}

export async function parentsOf(cache: GitCache, commit: string): Promise<readonly string[]> {
  const line = (await cache.git(["rev-list", "--parents", "--max-count=1", commit])).toString("utf8");
  return line.trim().split(" ").slice(1);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function asText(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
