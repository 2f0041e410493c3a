/** A real bare repository for tests, and somebody else who commits to it with plain git. */
import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll } from "vitest";

const run = promisify(execFile);

export interface SomebodysCommit {
  readonly message?: string;
  /** `Name <mail>` */
  readonly by?: string;
  /** Paths to delete. */
  readonly remove?: readonly string[];
}

export interface GitRemote {
  /** The bare repository; any git can use it as its remote. */
  readonly url: string;
  /** Empty folder for the local copies of the adapter under test. */
  readonly cacheDir: string;
  /** A third party commits and pushes these files to main. Returns the commit. */
  push(files: Readonly<Record<string, string | Buffer>>, options?: SomebodysCommit): Promise<string>;
  /** Runs git in the bare repository; returns its output without the last line end. */
  git(...args: readonly string[]): Promise<string>;
  /** Runs git in the third party's working tree. */
  clone(...args: readonly string[]): Promise<string>;
  tip(): Promise<string>;
  /** Content of a file at the tip of main, or at a commit; null when there is none. */
  show(file: string, commit?: string): Promise<string | null>;
  /** Makes the remote refuse every push with this text. */
  refuse(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Repositories by their first files; copying one is much faster than making it again for each test. */
const templates = new Map<string, Promise<string>>();
afterAll(async () => {
  for (const template of templates.values()) await rm(await template, { recursive: true, force: true });
});

export async function gitRemote(files: Readonly<Record<string, string | Buffer>> = {}): Promise<GitRemote> {
  const key = JSON.stringify(files);
  const template = templates.get(key) ?? makeTemplate(files);
  templates.set(key, template);
  const root = await mkdtemp(path.join(tmpdir(), "school-git-"));
  await cp(await template, root, { recursive: true });
  return remoteIn(root);
}

async function makeTemplate(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), "school-git-template-"));
  const env = { PATH: process.env["PATH"] ?? "", HOME: root, GIT_CONFIG_NOSYSTEM: "1" };
  await run("git", ["init", "-q", "--bare", "--template=", "-b", "main", "remote.git"], { cwd: root, env });
  await run("git", ["init", "-q", "--template=", "-b", "main", "somebody"], { cwd: root, env });
  // Relative, so that copies find their own.
  await run("git", ["remote", "add", "origin", "../remote.git"], { cwd: path.join(root, "somebody"), env });
  if (Object.keys(files).length > 0) await remoteIn(root).push(files, { message: "First commit" });
  return root;
}

function remoteIn(root: string): GitRemote {
  const url = path.join(root, "remote.git");
  const work = path.join(root, "somebody");
  const env = { PATH: process.env["PATH"] ?? "", HOME: root, GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" };

  async function git(cwd: string, args: readonly string[], more: Record<string, string> = {}): Promise<string> {
    const { stdout } = await run("git", [...args], { cwd, env: { ...env, ...more }, maxBuffer: 1e8 });
    return stdout.replace(/\n$/, "");
  }

  return {
    url,
    cacheDir: path.join(root, "cache"),
    async push(contents, { message = "Somebody's work", by = "Somebody <somebody@example.org>", remove = [] } = {}) {
      await git(work, ["pull", "-q", "--ff-only", "origin", "main"]).catch(() => "");
      for (const [file, content] of Object.entries(contents)) {
        await mkdir(path.dirname(path.join(work, file)), { recursive: true });
        await writeFile(path.join(work, file), content);
      }
      if (remove.length > 0) await git(work, ["rm", "-q", "--", ...remove]);
      await git(work, ["add", "-A"]);
      const [, name = "", mail = ""] = /^(.*) <(.*)>$/.exec(by) ?? [];
      await git(work, ["commit", "-q", "--allow-empty", "-m", message], {
        GIT_AUTHOR_NAME: name,
        GIT_AUTHOR_EMAIL: mail,
        GIT_COMMITTER_NAME: name,
        GIT_COMMITTER_EMAIL: mail,
      });
      await git(work, ["push", "-q", "origin", "HEAD:refs/heads/main"]);
      return git(work, ["rev-parse", "HEAD"]);
    },
    git: (...args) => git(url, args),
    clone: (...args) => git(work, ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", ...args]),
    tip: () => git(url, ["rev-parse", "refs/heads/main"]),
    async show(file, commit = "refs/heads/main") {
      const { stdout } = await run("git", ["ls-tree", "--name-only", commit, "--", file], { cwd: url, env });
      if (stdout === "") return null;
      return (await run("git", ["show", `${commit}:${file}`], { cwd: url, env, maxBuffer: 1e8 })).stdout;
    },
    async refuse(text) {
      const hook = path.join(url, "hooks", "pre-receive");
      await mkdir(path.dirname(hook), { recursive: true });
      await writeFile(hook, `#!/bin/sh\necho '${text}' >&2\nexit 1\n`);
      await chmod(hook, 0o755);
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
}
