/** Runs the git binary: no shell, no prompt, no hooks, and nothing of the user's or the machine's configuration. */
import { spawn } from "node:child_process";

export interface GitRun {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to standard input. */
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; 120,000 unless given. */
  readonly timeoutMs?: number;
}

export interface GitResult {
  /** Exit code; null when git was ended by a signal (the time was up). */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** git ended with an exit code the caller did not expect. The message is safe to show: it holds no credentials. */
export class GitFailure extends Error {
  readonly stderr: string;

  constructor(command: string, stderr: string) {
    super(`git ${command}: ${lastLine(stderr)}`);
    this.name = "GitFailure";
    this.stderr = stderr;
  }
}

/** Settings of every call, whatever the repository, the user or the machine say. */
const configuration = [
  "core.hooksPath=/dev/null",
  "core.attributesFile=/dev/null",
  "core.excludesFile=/dev/null",
  "core.fsmonitor=false",
  "core.quotePath=false",
  "gc.auto=0",
  "maintenance.auto=false",
  // Fetched objects arrive as one pack, renamed into place: another process never sees a commit without its files.
  "fetch.unpackLimit=1",
  "fetch.recurseSubmodules=false",
  "submodule.recurse=false",
  "commit.gpgSign=false",
  "push.gpgSign=false",
  "http.lowSpeedLimit=1",
  "http.lowSpeedTime=30",
].flatMap((setting) => ["-c", setting]);

const environment = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "",
  SSH_ASKPASS: "",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_DEFAULT_HASH: "sha1",
  GIT_EDITOR: "true",
  GIT_PAGER: "cat",
  LC_ALL: "C",
  LANGUAGE: "",
};

/**
 * Runs one git command to its end and returns its result, whatever the exit code. Throws the signal's reason when
 * aborted, and an Error when git cannot be started.
 */
export function runGit(args: readonly string[], options: GitRun = {}): Promise<GitResult> {
  const { env = {}, cwd, input = "", signal, timeoutMs = 120_000 } = options;
  signal?.throwIfAborted();

  return new Promise((resolve, reject) => {
    const child = spawn("git", [...configuration, ...args], {
      ...(cwd === undefined ? {} : { cwd }),
      ...(signal === undefined ? {} : { signal }),
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", ...env, ...environment },
      timeout: timeoutMs,
      killSignal: "SIGTERM",
      stdio: ["pipe", "pipe", "pipe"],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    // A git that ends early closes its input; its exit code says why.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    // A helper of git (ssh, git-remote-https) may outlive it and keep the pipes open.
    child.on("exit", (_code, endedBy) => {
      if (endedBy === null) return;
      stderr.push(Buffer.from(`\ngit was ended by ${endedBy} (it may take ${timeoutMs} ms)\n`));
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.on("error", (error) => {
      if (signal?.aborted !== true) reject(new Error(`git could not be started: ${error.message}`, { cause: error }));
    });
    child.on("close", (code) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString("utf8") });
    });
  });
}

/** The line of git's error output that says most: the last one that is not the same advice every time. */
export function lastLine(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !advice.test(line));
  return (lines.at(-1) ?? "it gave no reason").slice(0, 500);
}

const advice =
  /^(hint:|Please make sure you have|and the repository exists|fatal: Could not read from remote|fatal: the remote end hung up|error: failed to push some refs|To )/i;
