/** The GitOps repository of a scenario, as its people see it: its history, and their own commits to it. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { trailersOf } from "../../../shared/domain/commit-message.ts";
import { isolated, repositoryFrom } from "../gitops-repository.ts";

/** The address the Application of `platform/` knows it by. */
export const PUBLIC_URL = "https://git.example.com/bakery/platform.git";

export interface Commit {
  readonly id: string;
  readonly subject: string;
  /** Trailers of the school's own commits. */
  readonly improvement?: string;
  readonly reverts?: string;
}

export interface Repository {
  /** Path of the bare repository. */
  readonly path: string;
  /** Oldest first. */
  history(): Promise<readonly Commit[]>;
  /** Undefined when there is no such file; `commit` is the head of the branch unless given. */
  show(file: string, commit?: string): Promise<string | undefined>;
  /** Paths that differ between two commits. */
  difference(before: string, after: string): Promise<readonly string[]>;
  /** A colleague's commit on top of the branch, whoever else pushes meanwhile; answers its id. */
  change(file: string, edit: (text: string) => string, message: string): Promise<string>;
}

const BRANCH = "main";
const PUSH_TRIES = 10;

export async function scenarioRepository(folder: string, platform = "platform"): Promise<Repository> {
  const bare = path.join(folder, "platform.git");
  await repositoryFrom(path.join(import.meta.dirname, platform), bare, "The platform");
  const git = (...args: string[]) => run(bare, args);

  async function change(file: string, edit: (text: string) => string, message: string): Promise<string> {
    const work = await mkdtemp(path.join(tmpdir(), "school-colleague-"));
    try {
      for (let tries = 1; ; tries += 1) {
        await rm(work, { recursive: true, force: true });
        await run(folder, ["clone", "--quiet", "--branch", BRANCH, bare, work]);
        const target = path.join(work, file);
        await writeFile(target, edit(await readFile(target, "utf8")));
        await run(work, ["commit", "--quiet", "--all", "--message", message]);
        const pushed = await run(work, ["push", "--quiet", "origin", BRANCH]).catch((error: unknown) => error);
        if (!(pushed instanceof Error)) return (await run(work, ["rev-parse", "HEAD"])).trim();
        if (tries === PUSH_TRIES) throw pushed;
      }
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  return {
    path: bare,
    change,
    async history() {
      const log = await git("log", "-z", "--reverse", "--format=%H%n%B", BRANCH);
      return log.split("\0").flatMap((text) => (text.trim() === "" ? [] : [commitOf(text)]));
    },
    show: (file, commit = BRANCH) => git("show", `${commit}:${file}`).catch(absent),
    async difference(before, after) {
      const names = await git("diff", "--name-only", "-z", before, after);
      return names.split("\0").filter((name) => name !== "");
    },
  };
}

function commitOf(text: string): Commit {
  const [id = "", ...message] = text.split("\n");
  const trailers = trailersOf(message.join("\n"));
  const [improvement, reverts] = [trailers.get("Improvement-Id"), trailers.get("Reverts")];
  return {
    id,
    subject: message[0] ?? "",
    ...(improvement === undefined ? {} : { improvement }),
    ...(reverts === undefined ? {} : { reverts }),
  };
}

async function run(cwd: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", args, { cwd, env: { ...isolated, LC_ALL: "C" } });
  return stdout;
}

/** 128 with these words is git's answer to a path that a commit does not have. */
function absent(error: unknown): undefined {
  const { stderr } = error as { stderr?: unknown };
  if (typeof stderr === "string" && /does not exist in|exists on disk, but not in/.test(stderr)) return undefined;
  throw error;
}
