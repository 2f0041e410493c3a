/** Pushes one commit as a compare-and-set on the branch, and finds out what became of it. */
import type { Pushed } from "../../ports.ts";
import { PermanentError, RetryLater } from "../../runtime/errors.ts";
import type { GitCache } from "./cache.ts";
import { takesRequestsOnly } from "./protection.ts";
import { remoteFailure } from "./remote.ts";

/**
 * Moves the branch from `base` to `commit`, or not at all. `moved`: the branch no longer stands at `base`.
 * `protected`: it takes pull requests only. Throws PermanentError when the remote refuses the commit (a hook), RetryLater
 * when it is out of reach.
 */
export async function pushCommit(
  cache: GitCache,
  { commit, base, signal }: { commit: string; base: string; signal?: AbortSignal | undefined },
): Promise<Pushed> {
  const { remote, ref } = cache;
  const options = ["--porcelain", "--no-verify", "--no-recurse-submodules", `--force-with-lease=${ref}:${base}`];
  const result = await cache.attempt(["push", ...options, "--end-of-options", remote.url, `${commit}:${ref}`], {
    signal,
    timeoutMs: PUSH_TIMEOUT_MS,
  });
  if (result.code === 0) return { kind: "pushed", commit };

  const rejected = /^!\t[^\t]*\t\[([^\]]+)\](?: \((.*)\))?$/m.exec(remote.redact(result.stdout.toString("utf8")));
  const reason = rejected?.[2] ?? rejected?.[1];
  if (reason !== undefined && !raced.test(reason) && !/^remote failure$/.test(rejected?.[1] ?? "")) {
    return refused(cache, reason, result.stderr);
  }

  // The answer may be lost although the branch has moved: only the remote knows.
  const tip = await cache.tip(signal);
  if (tip === commit) return { kind: "pushed", commit };
  if (tip !== base) return (await contains(cache, commit, signal)) ? { kind: "pushed", commit } : { kind: "moved" };
  if (reason !== undefined && raced.test(reason)) return { kind: "moved" };
  throw remoteFailure("push to", remote, result.stderr);
}

const PUSH_TIMEOUT_MS = 120_000;

/** Somebody else wrote at the same time: git's words, on this side and on the remote's. */
const raced =
  /stale info|non-fast-forward|fetch first|needs force|(cannot|failed to|unable to) (lock|update) ref|failed to lock|incorrect old value|reference already exists|remote ref updated/i;

/** The remote has trouble of its own; it said nothing about the commit. */
const troubled = /unpack|internal|time.?out|temporar|disk|memory|unavailable/i;

function refused({ remote }: GitCache, reason: string, stderr: string): Pushed {
  const said = stderr
    .split(/[\r\n]+/)
    .filter((line) => /^remote:\s*\S/.test(line))
    .map((line) => line.replace(/^remote:\s*/, "").trim())
    .slice(0, 10);
  const words = [reason, ...said].join("; ");
  const message = `${remote.url} refused the commit: ${words}`;
  if (takesRequestsOnly(words)) return { kind: "protected", because: message };
  throw troubled.test(reason) ? new RetryLater(message, 30_000) : new PermanentError(message);
}

/** Somebody has already built on our commit. */
async function contains(cache: GitCache, commit: string, signal?: AbortSignal): Promise<boolean> {
  const head = await cache.head(signal);
  const { code } = await cache.attempt(["merge-base", "--is-ancestor", commit, head], { signal });
  return code === 0;
}
