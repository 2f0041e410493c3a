/**
 * The local copy of a remote: one bare repository per remote, shared by several processes at once. It holds objects;
 * what a branch points at is always asked of the remote, so no process waits for another's lock. It may be deleted or
 * damaged at any time: it is then built again.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { ConfigurationError } from "../../runtime/config.ts";
import { branchMissing, type Remote, remoteFailure } from "./remote.ts";
import { GitFailure, type GitResult, type GitRun, runGit } from "./run.ts";

export interface GitCache {
  readonly directory: string;
  readonly remote: Remote;
  /** `refs/heads/<branch>` */
  readonly ref: string;
  /** Runs git in the copy and returns the result whatever the exit code; stderr is redacted. */
  attempt(args: readonly string[], options?: GitRun): Promise<GitResult>;
  /** Runs git in the copy. Throws GitFailure unless it exits with 0. */
  git(args: readonly string[], options?: GitRun): Promise<Buffer>;
  /** Does `work`; when the copy turns out to be damaged, builds it again and does `work` once more. */
  healing<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Commit at the tip of the branch, as the remote says now. Throws RetryLater. */
  tip(signal?: AbortSignal): Promise<string>;
  /** The same commit, with everything it contains brought here. Throws RetryLater. */
  head(signal?: AbortSignal): Promise<string>;
  /** True when the commit is here, brought from the remote if need be. Throws RetryLater when it is out of reach. */
  hasCommit(commit: string, signal?: AbortSignal): Promise<boolean>;
}

/** One network command may take this long; a silent connection is given up much earlier. */
const NETWORK_TIMEOUT_MS = 600_000;
/** Each fetch leaves a pack; beyond this number they are joined. */
const MOST_PACKS = 200;
/** The last tip seen, so that a fetch needs to bring only what is new. A hint, never the truth. */
const SEEN = "refs/school/seen";

export function gitCache(input: {
  cacheDir: string;
  remote: Remote;
  ref: string;
  env: Readonly<Record<string, string>>;
}): GitCache {
  const { remote, ref } = input;
  const name = createHash("sha256").update(remote.url).digest("hex").slice(0, 24);
  const directory = path.join(path.resolve(input.cacheDir), `${name}.git`);

  async function attempt(args: readonly string[], options: GitRun = {}): Promise<GitResult> {
    const env = { ...input.env, ...remote.env, GIT_DIR: directory, ...options.env };
    const result = await runGit(args, { ...options, env });
    return { ...result, stderr: remote.redact(result.stderr) };
  }

  async function git(args: readonly string[], options?: GitRun): Promise<Buffer> {
    const { code, stdout, stderr } = await attempt(args, options);
    if (code !== 0) throw new GitFailure(args[0] ?? "", stderr);
    return stdout;
  }

  async function overNetwork(action: string, args: readonly string[], signal?: AbortSignal): Promise<GitResult> {
    const result = await attempt(args, { signal, timeoutMs: NETWORK_TIMEOUT_MS });
    if (result.code !== 0 && isDamage(result.stderr)) throw new GitFailure(args[0] ?? "", result.stderr);
    if (result.code !== 0) throw remoteFailure(action, remote, result.stderr);
    return result;
  }

  /** Made elsewhere and renamed into place, so that no process ever sees half of it. */
  async function create(): Promise<void> {
    const parent = path.dirname(directory);
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await trust(parent);
    if (await exists(path.join(directory, "HEAD"))) return trust(directory);
    const fresh = `${directory}.${randomUUID()}`;
    await mkdir(fresh, { mode: 0o700 });
    const { code, stderr } = await attempt(["init", "--quiet", "--bare", "--template="], { env: { GIT_DIR: fresh } });
    if (code !== 0) throw new GitFailure("init", stderr);
    try {
      await rename(fresh, directory);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      const { code: reason } = error as NodeJS.ErrnoException;
      if (reason !== "ENOTEMPTY" && reason !== "EEXIST") throw error;
    }
  }

  async function discard(): Promise<void> {
    const damaged = `${directory}.${randomUUID()}`;
    try {
      await rename(directory, damaged);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return; // another process was faster
      throw error;
    }
    await rm(damaged, { recursive: true, force: true });
  }

  async function healing<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await create();
    try {
      return await work();
    } catch (error) {
      // Git has many words for damage; on a sound copy none of our commands fails, so any failure counts.
      if (!(error instanceof GitFailure)) throw error;
      await discard();
      await create();
      await head(signal);
      return await work();
    }
  }

  async function tip(signal?: AbortSignal): Promise<string> {
    const { stdout } = await overNetwork("read", ["ls-remote", "--end-of-options", remote.url, ref], signal);
    const line = stdout
      .toString("utf8")
      .split("\n")
      .find((text) => text.endsWith(`\t${ref}`));
    if (line === undefined) throw branchMissing(ref.replace("refs/heads/", ""), remote);
    return line.slice(0, line.indexOf("\t"));
  }

  async function head(signal?: AbortSignal): Promise<string> {
    for (;;) {
      const commit = await tip(signal);
      if (await isHere(commit)) return commit;
      await bring(ref, signal);
      // Two processes may want to write this at once; either value will do.
      await attempt(["update-ref", SEEN, commit], { signal });
      await joinPacks();
      // Not here: the branch was moved elsewhere while it was fetched.
      if (await isHere(commit)) return commit;
    }
  }

  async function bring(what: string, signal?: AbortSignal): Promise<void> {
    const options = ["--quiet", "--no-write-fetch-head", "--no-tags", "--no-auto-maintenance"];
    await overNetwork("fetch from", ["fetch", ...options, "--end-of-options", remote.url, what], signal);
  }

  async function joinPacks(): Promise<void> {
    const packs = await readdir(path.join(directory, "objects", "pack"));
    if (packs.filter((file) => file.endsWith(".pack")).length <= MOST_PACKS) return;
    // Keeps unreachable objects: they belong to commits other processes are building. If it fails, the next one tries.
    await attempt(["repack", "-a", "-d", "-k", "-q"], { timeoutMs: NETWORK_TIMEOUT_MS });
  }

  async function isHere(commit: string): Promise<boolean> {
    const answer = (await git(["cat-file", "--batch-check=%(objecttype)"], { input: `${commit}\n` })).toString("utf8");
    return answer.trim() === "commit";
  }

  async function hasCommit(commit: string, signal?: AbortSignal): Promise<boolean> {
    if (!isObjectId(commit)) return false;
    if (await isHere(commit)) return true;
    const newest = await head(signal);
    if (await isHere(commit)) return true;
    // Not on the branch, or lost from a damaged copy: then walking the history fails.
    await git(["rev-list", "--count", newest], { signal });
    const direct = await attempt(
      ["fetch", "--quiet", "--no-write-fetch-head", "--no-tags", "--end-of-options", remote.url, commit],
      { signal, timeoutMs: NETWORK_TIMEOUT_MS },
    );
    if (direct.code !== 0 && !refusesObject.test(direct.stderr)) {
      throw remoteFailure("fetch from", remote, direct.stderr);
    }
    return isHere(commit);
  }

  return { directory, remote, ref, attempt, git, healing, tip, head, hasCommit };
}

export function isObjectId(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** What a remote says about a commit that none of its branches reaches. */
const refusesObject = /not our ref|unadvertised object|couldn't find remote ref|no such remote ref|bad object/i;

/** What git says when it could not talk to a remote because its own repository is damaged, half deleted or gone. */
function isDamage(stderr: string): boolean {
  const local = stderr
    .split("\n")
    .filter((line) => !line.startsWith("remote:"))
    .join("\n");
  return damage.test(local);
}

const damage = new RegExp(
  [
    "not a git repository",
    "object file .* is empty",
    "is corrupt",
    "(bad|invalid) (object|tree|blob|commit)",
    "not a (tree|valid) object",
    "unable to (read|find|parse) (tree|object|sha1|commit|source|[0-9a-f]{40})",
    "unable to unpack",
    "could not (parse|open) (commit|object|tree|pack)",
    "missing (blob|tree|commit|object)",
    "object .* missing",
    "packfile .* (cannot|is|claims)",
    "did not send all necessary objects",
    "failed to traverse",
    "(index|pack) file .* is (too small|corrupt|truncated)",
  ].join("|"),
  "i",
);

/** Git obeys the configuration in a repository: one that another user could have put there is not used. */
async function trust(folder: string): Promise<void> {
  const { uid } = await stat(folder);
  const own = process.getuid?.() ?? uid;
  if (uid === own || uid === 0) return;
  throw new ConfigurationError([
    `${folder} belongs to another user (${uid}); set GITOPS_CACHE_DIR to a folder of your own`,
  ]);
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
