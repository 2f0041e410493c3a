/** A bare repository as the stand-in's routes see it: git plumbing, nothing else. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Result {
  readonly code: number;
  readonly stdout: Buffer;
}
export type Git = (args: readonly string[], options?: GitOptions) => Promise<Result>;
interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

export function gitIn(directory: string): Git {
  const always = { PATH: process.env["PATH"] ?? "", HOME: directory, GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" };
  return (args, { input, env = {} } = {}) =>
    new Promise((resolve) => {
      const options = {
        cwd: directory,
        env: { ...always, GIT_DIR: directory, ...env },
        encoding: "buffer" as const,
        maxBuffer: 1e9,
      };
      const child = execFile("git", [...args], options, (error, stdout) => {
        const code = error === null ? 0 : Number((error as { code?: unknown }).code ?? 1);
        resolve({ code: Number.isNaN(code) ? 1 : code, stdout });
      });
      // A git that ends early closes its input; its exit code says why.
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input ?? "");
    });
}

export async function textOf(result: Promise<Result>): Promise<string> {
  const { code, stdout } = await result;
  if (code !== 0) throw new Error(`git ended with ${code}`);
  return stdout.toString("utf8").replace(/\n$/, "");
}

/** Undefined when there is no such object, or it is of another type. */
export async function objectOf(git: Git, id: string, type: "commit" | "tree" | "blob"): Promise<Buffer | undefined> {
  if (!/^[0-9a-f]{40}$/.test(id)) return undefined;
  const { code, stdout } = await git(["cat-file", type, id]);
  return code === 0 ? stdout : undefined;
}

export async function refOf(git: Git, ref: string): Promise<string | undefined> {
  const { code, stdout } = await git(["rev-parse", "--verify", "--quiet", ref]);
  return code === 0 ? stdout.toString("utf8").trim() : undefined;
}

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}
export interface CommitData {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

export async function commitOf(git: Git, sha: string): Promise<CommitData | undefined> {
  const raw = (await objectOf(git, sha, "commit"))?.toString("utf8");
  if (raw === undefined) return undefined;
  const end = raw.indexOf("\n\n");
  const headers = raw.slice(0, end).split("\n");
  const all = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return {
    sha,
    tree: all("tree")[0] ?? "",
    parents: all("parent"),
    author: personOf(all("author")[0] ?? ""),
    committer: personOf(all("committer")[0] ?? ""),
    message: raw.slice(end + 2),
  };
}

function personOf(line: string): Person {
  const [, name = "", email = "", seconds = "0"] = /^(.*) <(.*)> (\d+) [+-]\d+$/.exec(line) ?? [];
  return { name, email, date: new Date(Number(seconds) * 1_000).toISOString() };
}

export async function withIndex<T>(use: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "github-index-"));
  try {
    return await use({ GIT_INDEX_FILE: path.join(folder, "index") });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
