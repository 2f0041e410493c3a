/** Loads the picture of a repository through Git; only blobs that were not seen before are fetched and parsed. */
import type { GitReader } from "../ports.ts";
import { isChartTemplate } from "./helm-render.ts";
import { isManifestPath, parseFile } from "./parse.ts";
import type { Platform, PlatformOptions, RepositoryFile } from "./platform.ts";
import { understand } from "./understand.ts";

/** The newest pictures per reader; two, because approval and commit may look at neighbouring commits. */
const KEPT = 2;
/** Milliseconds of parsing after which other work gets its turn: a heartbeat must not wait for 5,000 files. */
const TURN_MS = 25;
const known = new WeakMap<GitReader, Map<string, Platform>>();

/**
 * The repository at `commit`. Cached per reader, commit and options. Throws only what the reader throws
 * (RetryLater when the remote is out of reach); unreadable files are listed in the result.
 */
export async function loadPlatform(git: GitReader, commit: string, options: PlatformOptions = {}): Promise<Platform> {
  const cache = known.get(git) ?? new Map<string, Platform>();
  known.set(git, cache);
  const key = JSON.stringify([commit, options.repository, options.publicUrl, options.branch]);
  const before = cache.get(key);
  if (before !== undefined) return before;
  const files = await loadFiles(git, commit, [...cache.values()]);
  await parseInTurns(files);
  const platform = withNotFiles(understand(commit, files, options), await git.notFiles?.(commit));
  cache.set(key, platform);
  for (const old of cache.keys()) if (cache.size > KEPT) cache.delete(old);
  return platform;
}

/** What nobody can read is said, like any other file that cannot be read. */
function withNotFiles(platform: Platform, notFiles: ReadonlyMap<string, string> | undefined): Platform {
  if (notFiles === undefined || notFiles.size === 0) return platform;
  const left = [...notFiles].map(([path, because]) => ({ path, because }));
  return { ...platform, unreadable: [...platform.unreadable, ...left] };
}

async function loadFiles(
  git: GitReader,
  commit: string,
  earlier: readonly Platform[],
): Promise<ReadonlyMap<string, RepositoryFile>> {
  const tree = await git.tree(commit);
  const files = new Map<string, RepositoryFile>();
  const missing = new Map<string, string>();
  for (const [path, blob] of [...tree].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const same = earlier.map((platform) => platform.files.get(path)).find((file) => file?.blob === blob);
    files.set(path, same ?? { path, blob, content: null });
    if (same === undefined && (isManifestPath(path) || isChartTemplate(path))) missing.set(path, blob);
  }
  const contents = await git.read([...new Set(missing.values())]);
  for (const [path, blob] of missing) files.set(path, { path, blob, content: contents.get(blob) ?? null });
  return files;
}

async function parseInTurns(files: ReadonlyMap<string, RepositoryFile>): Promise<void> {
  let since = performance.now();
  for (const file of files.values()) {
    parseFile(file);
    if (performance.now() - since < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
}
