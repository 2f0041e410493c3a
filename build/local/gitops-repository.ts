/** The GitOps repository of a local try-out: a bare repository that begins as a copy of a sample platform. */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { cp, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { ROOT } from "../bundle/targets.ts";
import { CannotStart } from "./cannot-start.ts";

const run = promisify(execFile);
const STALE_LOCK_MS = 2_000;
const SAMPLES = path.join(ROOT, "build/local/samples/platforms");

/** The user's Git settings (hooks, signing, templates) must not leak into a sample. */
export const isolated = {
  PATH: process.env["PATH"] ?? "",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Platform Team",
  GIT_AUTHOR_EMAIL: "platform@example.com",
  GIT_COMMITTER_NAME: "Platform Team",
  GIT_COMMITTER_EMAIL: "platform@example.com",
};

/** Addresses under which the Applications of the samples know their repository. */
const PUBLIC_URLS: Readonly<Record<string, string>> = {
  harbor: "https://git.example.com/harbor/platform.git",
  meadow: "https://code.example.org/meadow/fleet.git",
};

export function publicUrl(sample: string): string | undefined {
  return PUBLIC_URLS[sample];
}

/** Names of the sample platforms. */
export function samples(): string[] {
  const entries = readdirSync(SAMPLES, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/**
 * The sample this data directory works on: the one it began with, else the one asked for, else harbor. Throws
 * CannotStart when another is asked for: its improvements would point into a repository that is not there.
 */
export async function sampleOf(dataDir: string, wanted: string | undefined): Promise<string> {
  const known = await Promise.all(samples().map((name) => exists(path.join(dataDir, `${name}.git`, "HEAD"))));
  const begun = samples().filter((_, i) => known[i] === true);
  if (wanted === undefined) return begun[0] ?? "harbor";
  if (begun.length === 0 || begun.includes(wanted)) return wanted;
  throw new CannotStart(
    `${dataDir} holds a school for the sample ${begun.join(", ")}. Give the one for ${wanted} a folder of its own: ` +
      `npm start -- --sample ${wanted} --data ${dataDir}-${wanted}`,
  );
}

/** Path of the bare repository, created from the sample on first use. Throws CannotStart when there is no such sample. */
export async function sampleRepository(dataDir: string, sample: string): Promise<string> {
  const repository = path.join(dataDir, `${sample}.git`);
  if (await exists(path.join(repository, "HEAD"))) {
    await removeStaleLocks(repository);
    return repository;
  }
  if (!samples().includes(sample)) {
    throw new CannotStart(`There is no sample platform ${sample}; there are: ${samples().join(", ")}`);
  }
  await repositoryFrom(path.join(SAMPLES, sample), repository, `The ${sample} platform`);
  return repository;
}

/** Makes a bare repository at the path `repository`, with everything in the folder `source` as its first commit. */
export async function repositoryFrom(source: string, repository: string, message: string): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), "school-sample-"));
  try {
    await cp(source, work, { recursive: true });
    const git = (...args: string[]) => run("git", args, { cwd: work, env: isolated });
    await git("init", "--quiet", "--initial-branch=main");
    // The sample holds a file with CRLF line endings; it must arrive as it is.
    await git("-c", "core.autocrlf=false", "add", "--all");
    await git("commit", "--quiet", "--message", message);
    // Built beside and renamed, so that a killed start never leaves half a repository behind.
    await rm(`${repository}.new`, { recursive: true, force: true });
    await git("clone", "--quiet", "--bare", work, `${repository}.new`);
    await run("mv", [`${repository}.new`, repository]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * A git that is killed while it moves a branch leaves the branch locked for ever. It holds such a lock for milliseconds, so
 * one that is older is nobody's.
 */
async function removeStaleLocks(repository: string): Promise<void> {
  const names = await readdir(repository, { recursive: true });
  for (const name of names.filter((file) => file.endsWith(".lock") && !file.startsWith(`objects${path.sep}`))) {
    const lock = path.join(repository, name);
    while (await isYoung(lock)) await wait(100);
    await rm(lock, { force: true });
  }
}

async function isYoung(file: string): Promise<boolean> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
  return Math.abs(Date.now() - mtimeMs) < STALE_LOCK_MS;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}
