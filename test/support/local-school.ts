/** The local school as a user has it: the launcher as a process, its API, its processes. */
import { spawn } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { RunningSchool } from "../../build/local/data-directory.ts";
import { type DemoClient, demoClient, type Line } from "../../build/local/demo/client.ts";

const START = path.resolve(import.meta.dirname, "../../build/local/start.ts");

/** Far above what a loaded machine needs: only something that hangs runs into it. */
export const PATIENCE_MS = 120_000;

/** Calls `look` until it gives something. Throws with `what` and `detail` when patience ends. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  detail: () => unknown = () => "",
): Promise<T> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await wait(50)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`waited in vain until ${what}: ${JSON.stringify(await detail())}`);
}

export interface Launcher {
  readonly output: () => string;
  signal(name: NodeJS.Signals): void;
  readonly exit: Promise<number | NodeJS.Signals | null>;
}

/** `build/local/start.ts`, as `npm start` runs it. */
export function launch(dataDir: string, env: Readonly<Record<string, string>>, args: readonly string[] = []): Launcher {
  const child = spawn(process.execPath, [START, "--data", dataDir, ...args], {
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return {
    output: () => output,
    signal: (name) => void child.kill(name),
    exit: new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal))),
  };
}

/** What a running school tells the command line. */
export async function runningSchool(dataDir: string): Promise<RunningSchool> {
  return JSON.parse(await readFile(path.join(dataDir, "school.json"), "utf8")) as RunningSchool;
}

/** Waits for the launcher's first screen; throws with what it said when it ends instead. */
export async function isUp(launcher: Launcher, dataDir: string): Promise<DemoClient> {
  const ended = launcher.exit.then((code) => {
    throw new Error(`the launcher ended with ${code}: ${launcher.output()}`);
  });
  const up = until(
    "the school runs",
    () => (launcher.output().includes("is running") ? true : undefined),
    async () => ({ said: launcher.output(), processes: [...(await processesOf(dataDir))] }),
  );
  await Promise.race([up, ended]);
  return demoClient(await runningSchool(dataDir));
}

/**
 * Processes that know the data directory by their arguments, environment or working directory, by id: functions,
 * coordinator, launcher, Redis, and a git they may just run. Reads /proc.
 */
export async function processesOf(dataDir: string): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number)) {
    if (pid === process.pid) continue;
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
    const command = await read("cmdline");
    // Redis overwrites both with its title; its working directory is left.
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    if ([command, await read("environ"), folder].some((text) => text.includes(dataDir))) {
      found.set(pid, command.replaceAll("\0", " ").trim());
    }
  }
  return found;
}

/** Improvements of one source, found by the words of its title. */
export async function improvementsOf(client: DemoClient, sourceTitle: string): Promise<Line[]> {
  const found: Line[] = [];
  for (const line of await client.list()) {
    if ((await client.show(line.id)).source_title === sourceTitle) found.push(line);
  }
  return found;
}

/** Approves what waits for a person with a change set, until an improvement of this source is verified. */
export async function untilVerified(client: DemoClient, sourceTitle: string): Promise<Line> {
  let lines: Line[] = [];
  const asked = new Set<string>();
  return until(
    `something of "${sourceTitle}" is verified`,
    async () => {
      lines = await improvementsOf(client, sourceTitle);
      for (const { id } of lines.filter(({ id, status }) => status === "pending_review" && !asked.has(id))) {
        asked.add(id);
        await client.approve(id, "the change is what we want");
      }
      return lines.find(({ status }) => status === "verified");
    },
    () => lines,
  );
}
