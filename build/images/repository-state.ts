/** Which sources an image is made of, as its labels say. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ROOT } from "../bundle/targets.ts";

export interface RepositoryState {
  /** The commit, with `-dirty` when files differ from it; undefined outside a repository. */
  readonly revision: string | undefined;
  /** Seconds since the epoch: as set, else of the commit. */
  readonly epoch: number | undefined;
}

export async function repositoryState(epoch: number | undefined, folder: string = ROOT): Promise<RepositoryState> {
  try {
    const [commit, time] = (await git(folder, "log", "-1", "--format=%H %ct")).split(" ");
    const changed = await git(folder, "status", "--porcelain", "--untracked-files=no");
    const revision = changed === "" ? commit : `${commit}-dirty`;
    return { revision, epoch: epoch ?? Number(time) };
  } catch {
    // Sources without a repository, or without git, make the same images; only their labels know less.
    return { revision: undefined, epoch };
  }
}

async function git(folder: string, ...args: string[]): Promise<string> {
  return (await promisify(execFile)("git", ["-C", folder, ...args])).stdout.trim();
}
