/**
 * The demonstration as its user runs it, every process of it killed at once in the middle, and started again on the same
 * data directory; then what came of it, in a form that two runs can be compared by.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { demoClient } from "../../build/local/demo/client.ts";
import { sampleRepository } from "../../build/local/gitops-repository.ts";
import { processesOf, runningSchool } from "../support/local-school.ts";

const START = path.resolve(import.meta.dirname, "../../build/local/start.ts");
/** Of one run from its first start to its end: only something that hangs runs into it. */
const PATIENCE_MS = 20 * 60_000;
/** What a demonstration says last. */
const ENDED = /Records, git log and doctor agree|did not show what it should|Gave up after/;

export interface Ends {
  /** By id, which is the same in every run: a hash of source, quote and kind. */
  readonly improvements: Readonly<Record<string, unknown>>;
  /** By improvement: what each of its commits changes, without ids, times and line numbers. */
  readonly commits: Readonly<Record<string, readonly string[]>>;
  readonly sources: readonly string[];
  readonly findings: readonly unknown[];
}

export interface Run {
  readonly ends: Ends;
  /** Events settled in all, rounds of waiting included. */
  readonly settled: number;
  /** What was settled when everything was killed. */
  readonly kills: readonly number[];
  readonly seconds: number;
  /** Everything the demonstration printed. */
  readonly output: string;
}

/**
 * Runs the demonstration to its end. Before that everything is killed each time as many events have been settled as the
 * next of `points` says, or two more than at the start when there are as many already. Fewer kills than points: it ended.
 */
export async function demonstration(
  env: Readonly<Record<string, string>>,
  points: readonly number[] = [],
): Promise<Run> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "school-restart-"));
  const started = performance.now();
  const deadline = started + PATIENCE_MS;
  const kills: number[] = [];
  let output = "";
  try {
    for (const point of [...points, undefined]) {
      const child = launch(dataDir, env, (text) => {
        output += text;
      });
      const counter = settledIn(dataDir);
      try {
        let least = point;
        for (;;) {
          if (child.exitCode !== null || performance.now() > deadline) throw new Error(`it does not end:\n${output}`);
          if (ENDED.test(output)) {
            const found = await finish(dataDir, child, await counter.read());
            return { ...found, kills, seconds: (performance.now() - started) / 1_000, output };
          }
          const settled = await counter.read();
          if (least !== undefined && settled !== undefined) {
            least = Math.max(least, kills.length === 0 ? 0 : (kills.at(-1) as number) + 2);
            if (settled >= least) {
              kills.push(settled);
              break;
            }
          }
          await wait(20);
        }
      } finally {
        counter.close();
      }
      await killAll(dataDir);
    }
    throw new Error("unreachable");
  } finally {
    await killAll(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  }
}

function launch(dataDir: string, env: Readonly<Record<string, string>>, told: (text: string) => void): ChildProcess {
  const child = spawn(process.execPath, [START, "--demo", "--stay", "--data", dataDir, "--port", "0"], {
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...redisServer(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => told(chunk.toString()));
  return child;
}

function redisServer(): Record<string, string> {
  const program = process.env["SCHOOL_REDIS_SERVER"];
  return program === undefined ? {} : { SCHOOL_REDIS_SERVER: program };
}

/** Every process that knows the directory, those included that are started meanwhile; nobody is asked. */
async function killAll(dataDir: string): Promise<void> {
  for (;;) {
    const left = [...(await processesOf(dataDir)).keys()];
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
  }
}

/** Counts what the school of this directory has settled since it began; undefined while its Redis is not there. */
function settledIn(dataDir: string): { read(): Promise<number | undefined>; close(): void } {
  let redis: Redis | undefined;
  return {
    async read() {
      const [port = ""] = (await readFile(path.join(dataDir, "redis/redis.port"), "utf8").catch(() => "")).split(" ");
      if (redis?.options.port !== Number(port)) {
        redis?.disconnect();
        redis = port === "" ? undefined : new Redis(Number(port), "127.0.0.1", { retryStrategy: () => 50 });
        redis?.on("error", () => undefined);
      }
      if (redis?.status !== "ready") return undefined;
      const counters = await redis.hgetall("school:metrics").catch(() => ({}));
      return Object.entries(counters).reduce(
        (sum, [name, n]) => sum + (name.startsWith("settled:") ? Number(n) : 0),
        0,
      );
    },
    close: () => redis?.disconnect(),
  };
}

async function finish(dataDir: string, child: ChildProcess, settled = 0): Promise<Pick<Run, "ends" | "settled">> {
  const client = demoClient(await runningSchool(dataDir));
  const improvements: Record<string, unknown> = {};
  for (const { id, status } of await client.list()) {
    const known = await client.show(id);
    improvements[id] = {
      title: known.title,
      type: known.type,
      category: known.category,
      status,
      verdict: known.verdict?.decision,
      rules: known.verdict?.rules.map(({ rule }) => rule).sort(),
      approvedBy: known.approval_rule,
      asks: known.review_stage,
      objects: known.change_set?.objects,
      files: known.change_set?.files.map(({ path: file }) => file),
      committed: known.git_commit !== undefined,
      revertedAs: known.rollback_commit !== undefined,
      outcome: known.verification?.outcome,
    };
  }
  const ends = {
    improvements,
    commits: await commitsIn(await sampleRepository(dataDir, "harbor")),
    sources: [...(await client.sourcesRead())].sort(),
    findings: await client.doctor(),
  };
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  await gone;
  return { ends, settled };
}

async function commitsIn(repository: string): Promise<Record<string, string[]>> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)("git", ["--git-dir", repository, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  const all: Record<string, string[]> = {};
  for (const commit of (await git("rev-list", "--reverse", "main")).trim().split("\n")) {
    const message = await git("show", "--no-patch", "--format=%B", commit);
    const id = /^Improvement-Id: (\S+)/m.exec(message)?.[1] ?? "none";
    const patch = await git("show", "--format=", "--unified=0", "--no-renames", commit);
    // Where a line stands and what the file was before depend on what else landed in it.
    const essence = patch.split("\n").filter((line) => !/^(index |@@ )/.test(line));
    all[id] = [...(all[id] ?? []), `${message.split("\n")[0]?.replace(/[0-9a-f]{7,40}/g, "…")}\n${essence.join("\n")}`];
  }
  return all;
}
