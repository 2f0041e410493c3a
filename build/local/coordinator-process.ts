/** The coordinator as its own process, kept alive: it is the one part that is always on. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { CannotStart } from "./cannot-start.ts";
import { isFree, portNear } from "./ports.ts";

const LEAVE_WITH_PARENT = path.join(import.meta.dirname, "autoscaler/leave-with-parent.mjs");

export interface CoordinatorProcess {
  readonly url: string;
  /**
   * Replaces it by one of today's program: another one runs beside it until the new one has its place, so that timers and
   * reaper never stop; its address is silent for a moment. Throws CannotStart, and then it stays as it was.
   */
  replace(): Promise<void>;
  /** Kills it with SIGKILL, as when its node is gone; another takes its place at once. */
  lose(): void;
  close(): Promise<void>;
}

export interface CoordinatorOptions {
  /** The next free one when it is taken. */
  readonly port: number;
  /** What it runs; asked at each start. */
  readonly program: () => { readonly main: string; readonly env: Readonly<Record<string, string>> };
  /** A token only this coordinator knows: whoever answers to another is somebody else's. */
  readonly token: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly log: (message: string) => void;
}

const PORTS_TRIED = 5;

/**
 * Resolves when it answers. Between a port being found free and being bound another school may take it, so a
 * coordinator that ends while somebody else has the port tries the next one. Throws CannotStart with the end of its log.
 */
export async function startCoordinator(options: CoordinatorOptions): Promise<CoordinatorProcess> {
  for (let wanted = options.port, tries = 1; ; tries += 1) {
    const port = await portNear(wanted);
    const started = await launchOn(port, options);
    if (started !== "taken") return started;
    if (tries === PORTS_TRIED) throw await cannotStart(options.logFile);
    wanted = port + 1;
  }
}

async function launchOn(port: number, options: CoordinatorOptions): Promise<CoordinatorProcess | "taken"> {
  const { logFile, log } = options;
  const url = `http://127.0.0.1:${port}`;
  let child = launch(port, options);
  if ((await answers(child, port, options)) === "taken") return "taken";

  let stopping = false;
  let lost = false;
  let exits = 0;
  function keepAlive(running: ChildProcess): void {
    running.once("exit", (code, signal) => {
      if (stopping || running !== child) return;
      log(`the coordinator ended (${signal ?? `exit code ${code}`}); starting it again, see ${logFile}`);
      const again = () => {
        if (stopping || running !== child) return;
        lost = false;
        child = launch(port, options);
        keepAlive(child);
      };
      if (lost) return again();
      exits += 1;
      setTimeout(again, Math.min(30_000, 500 * 2 ** exits));
    });
  }
  keepAlive(child);
  return {
    url,
    async replace() {
      const old = child;
      const besides = await portNear(port + 1);
      const second = launch(besides, options);
      if ((await answers(second, besides, options)) === "taken") throw await cannotStart(options.logFile);
      // Whoever ends from here on is not the one that is kept alive.
      child = second;
      await ended(old);
      const fresh = launch(port, options);
      child = fresh;
      keepAlive(fresh);
      try {
        await answers(fresh, port, options);
      } finally {
        await ended(second);
      }
    },
    lose() {
      lost = true;
      child.kill("SIGKILL");
    },
    async close() {
      stopping = true;
      await ended(child);
    },
  };
}

/** Resolves when it answers, or with `taken` when somebody else has its port. Throws CannotStart with the end of its log. */
async function answers(
  child: ChildProcess,
  port: number,
  { token, logFile }: CoordinatorOptions,
): Promise<"taken" | "up"> {
  const deadline = performance.now() + 30_000;
  while (!(await isOurs(`http://127.0.0.1:${port}`, token))) {
    const over = child.exitCode !== null || child.signalCode !== null;
    if (over && !(await isFree(port))) return "taken";
    if (over || performance.now() > deadline) {
      child.kill("SIGKILL");
      throw await cannotStart(logFile);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return "up";
}

/** SIGTERM, the grace it has, SIGKILL. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await gone;
  clearTimeout(late);
}

function launch(port: number, { env, logFile, program }: CoordinatorOptions): ChildProcess {
  const { main, env: cache } = program();
  const output = openSync(logFile, "a");
  const own = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...cache };
  const started = spawn(process.execPath, ["--import", LEAVE_WITH_PARENT, main], {
    env: { ...own, ...env, PORT: String(port) },
    detached: true,
    stdio: ["ignore", output, output, "ipc"],
  });
  closeSync(output);
  return started;
}

async function isOurs(url: string, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  // Somebody who has the port and says nothing must not keep it waiting.
  return fetch(`${url}/api/status`, { headers, signal: AbortSignal.timeout(5_000) }).then(
    (response) => response.ok,
    () => false,
  );
}

async function cannotStart(logFile: string): Promise<CannotStart> {
  return new CannotStart(`The coordinator does not start. The end of ${logFile}:\n${await lastLines(logFile)}`);
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, "utf8")).trimEnd().split("\n").slice(-5).join("\n");
}
