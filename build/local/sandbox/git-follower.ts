/** A bare clone that follows the GitOps repository, as Argo CD's repo server does. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { promisify } from "node:util";

/** The repository at one commit. */
export interface Snapshot {
  readonly commit: string;
  readonly paths: readonly string[];
  /** Text of a file that may hold manifests; undefined for anything else. */
  text(path: string): string | undefined;
}

export interface GitFollower {
  /** Fetches all branches and tags. Throws when the remote is out of reach. */
  fetch(): Promise<void>;
  /** Commit id of a branch, tag or commit, by what was fetched last; undefined when there is none. */
  resolve(revision: string): Promise<string | undefined>;
  snapshot(commit: string): Promise<Snapshot>;
}

interface Entry {
  readonly path: string;
  readonly blob: string;
}

const run = promisify(execFile);
const MANIFEST = /(?:\.ya?ml|\.json|(?:^|\/)Kustomization)$/;
const CLONE_LIMIT = { maxBuffer: 256 * 1024 * 1024 };

/**
 * `directory` holds the clone; it is created when missing and reused when it is there. `credentials` are variables for
 * git.
 */
export async function followGit(
  repository: string,
  directory: string,
  credentials: Readonly<Record<string, string>> = {},
): Promise<GitFollower> {
  const texts = new Map<string, string>();
  const snapshots = new Map<string, Promise<Snapshot>>();

  async function git(...args: readonly string[]): Promise<string> {
    const options = { ...CLONE_LIMIT, env: { ...gitEnvironment(), ...credentials } };
    const { stdout } = await run("git", ["-c", "core.hooksPath=/dev/null", "-C", directory, ...args], options);
    return stdout;
  }

  async function load(commit: string): Promise<Snapshot> {
    const entries = parseTree(await git("ls-tree", "-r", "-z", "--end-of-options", commit));
    const wanted = entries.filter(({ path }) => MANIFEST.test(path));
    const missing = [...new Set(wanted.map(({ blob }) => blob).filter((blob) => !texts.has(blob)))];
    for (const [blob, text] of await readBlobs(directory, missing)) texts.set(blob, text);
    const blobs = new Map(wanted.map(({ path, blob }) => [path, blob]));
    return {
      commit,
      paths: entries.map(({ path }) => path),
      text: (path) => texts.get(blobs.get(path) ?? ""),
    };
  }

  async function fetch(): Promise<void> {
    const refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
    await git("fetch", "--quiet", "--prune", "--no-tags", "--end-of-options", repository, ...refs);
  }

  const create = () => run("git", ["init", "--quiet", "--bare", "--", directory]);
  let sound = !existsSync(directory);
  if (sound) await create();
  return {
    async fetch() {
      await fetch().catch(async (error: unknown) => {
        // A clone that a killed process left may be locked, half made or damaged; nothing is lost by making it anew.
        if (sound) throw error;
        await rm(directory, { recursive: true, force: true });
        await create();
        sound = true;
        await fetch();
      });
      sound = true;
    },
    async resolve(revision) {
      for (const name of [`refs/heads/${revision}`, `refs/tags/${revision}`, revision]) {
        try {
          return (await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`)).trim();
        } catch (error) {
          // Exit code 1 is git's answer "no such revision"; anything else is a fault.
          if ((error as { code?: unknown }).code !== 1) throw error;
        }
      }
      return undefined;
    },
    snapshot(commit) {
      const known = snapshots.get(commit);
      if (known !== undefined) return known;
      const loading = load(commit);
      loading.catch(() => snapshots.delete(commit));
      snapshots.set(commit, loading);
      if (snapshots.size > 20) snapshots.delete(snapshots.keys().next().value ?? "");
      return loading;
    },
  };
}

function gitEnvironment(): NodeJS.ProcessEnv {
  // Inside a Git hook these would point the commands at somebody else's repository.
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...rest } = process.env;
  return { ...rest, GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
}

/** Regular files only: symbolic links and submodules hold no manifests. */
function parseTree(output: string): Entry[] {
  return output.split("\0").flatMap((line) => {
    const match = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/s.exec(line);
    return match?.[1] === undefined || match[2] === undefined ? [] : [{ blob: match[1], path: match[2] }];
  });
}

async function readBlobs(directory: string, blobs: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (blobs.length === 0) return found;
  const child = spawn("git", ["-C", directory, "cat-file", "--batch"], {
    env: gitEnvironment(),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  child.stdin.end(`${blobs.join("\n")}\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error(`git cat-file ended with ${code}`);
  const output = Buffer.concat(chunks);
  let position = 0;
  for (const blob of blobs) {
    const newline = output.indexOf(10, position);
    const size = Number(output.toString("latin1", position, newline).split(" ")[2]);
    found.set(blob, output.toString("utf8", newline + 1, newline + 1 + size));
    position = newline + size + 2;
  }
  return found;
}
