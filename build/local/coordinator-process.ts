/** The coordinator as its own process, kept alive: it is the one part that is always on. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { DIST } from "../bundle/targets.ts";
import { compileCacheEnv } from "../bundle/warm-up.ts";
import { CannotStart } from "./cannot-start.ts";

const LEAVE_WITH_PARENT = path.join(import.meta.dirname, "autoscaler/leave-with-parent.mjs");

export interface CoordinatorProcess {
  close(): Promise<void>;
}

/** Resolves when it answers on `url`; throws CannotStart with the end of its log when it does not. */
export async function startCoordinator(options: {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly log: (message: string) => void;
}): Promise<CoordinatorProcess> {
  const { url, env, logFile, log } = options;
  const folder = path.join(DIST, "coordinator");
  let stopping = false;
  let child = launch();
  let exits = 0;

  function launch(): ChildProcess {
    const output = openSync(logFile, "a");
    const started = spawn(process.execPath, ["--import", LEAVE_WITH_PARENT, path.join(folder, "main.js")], {
      env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...compileCacheEnv(folder), ...env },
      detached: true,
      stdio: ["ignore", output, output, "ipc"],
    });
    closeSync(output);
    started.once("exit", (code, signal) => {
      exits += 1;
      if (stopping) return;
      log(`the coordinator ended (${signal ?? `exit code ${code}`}); starting it again, see ${logFile}`);
      setTimeout(
        () => {
          if (!stopping) child = launch();
        },
        Math.min(30_000, 500 * 2 ** exits),
      );
    });
    return started;
  }

  const deadline = performance.now() + 30_000;
  while (!(await answers(url))) {
    if (exits > 2 || performance.now() > deadline) {
      stopping = true;
      child.kill("SIGKILL");
      throw new CannotStart(`The coordinator does not start. The end of ${logFile}:\n${await lastLines(logFile)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    async close() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await gone;
      clearTimeout(late);
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/ready`).then(
    (response) => response.ok,
    () => false,
  );
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, "utf8")).trimEnd().split("\n").slice(-5).join("\n");
}
