/** The bundled coordinator as a process of its own, and what the kernel says of its memory. */
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { DIST } from "../../build/bundle/targets.ts";
import { compileCacheEnv } from "../../build/bundle/warm-up.ts";
import { freePort } from "../../build/local/ports.ts";
import { end } from "./bare.ts";

/** It may do everything. */
export const TOKEN = "bench-token-0000";

export interface BenchCoordinator {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from spawn to the first 200 of /health. */
  readonly startedIn: number;
  close(): Promise<void>;
}

export async function startBundledCoordinator(redisUrl: string): Promise<BenchCoordinator> {
  const folder = path.join(DIST, "coordinator");
  const port = await freePort();
  const env = {
    PATH: process.env["PATH"],
    NODE_ENV: "production",
    ...compileCacheEnv(folder),
    REDIS_URL: redisUrl,
    PORT: String(port),
    SCHOOL_TOKENS: `operator:bench:${TOKEN}`,
    APPROVAL_SECRET: "a-secret-for-the-bench-only",
    RATE_LIMIT_PER_MINUTE: "0",
    LOG_LEVEL: "fatal",
  };
  const url = `http://127.0.0.1:${port}`;
  const started = performance.now();
  const child = spawn(process.execPath, [path.join(folder, "main.js")], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  while (!(await answers(`${url}/health`))) {
    if (child.exitCode !== null) throw new Error("The coordinator did not start; its reason is above.");
    await wait(5);
  }
  const startedIn = performance.now() - started;
  return { url, pid: child.pid as number, startedIn, close: () => end(child) };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

/** Megabytes: resident now, or at most since the process began or `forgetPeak` was called. */
export async function residentMegabytes(pid: number, which: "now" | "peak" = "now"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const field = which === "now" ? "VmRSS" : "VmHWM";
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1_024;
}

/** From now on the peak is that of what follows (Linux: proc_pid_clear_refs(5)). */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, "5");
}
