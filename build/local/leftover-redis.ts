/** Two servers must never append to the same file: a Redis that outlived a killed school is ended first. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { signal, startOf } from "./other-processes.ts";
import { askRedis, redisAt } from "./redis-process.ts";

const FILE = "redis.port";

/** How long one that was asked to end may take before it is killed. */
const GRACE_MS = 10_000;

/** Notes where the server of this data directory listens, and which process it is. */
export async function noteRedis(dataDir: string, port: number, pid: number): Promise<void> {
  await writeFile(path.join(dataDir, FILE), `${port} ${pid} ${(await startOf(pid)) ?? ""}\n`);
}

/** Ends the server that still uses this data directory, if there is one, and returns once it is gone. */
export async function endLeftoverRedis(dataDir: string): Promise<void> {
  const pid = await leftover(dataDir);
  if (pid === undefined) return;
  const since = await startOf(pid);
  // Its number may be another process's as soon as it is gone.
  const isThere = async () => (await startOf(pid)) === since && signal(pid, 0);
  signal(pid, "SIGTERM");
  for (const deadline = performance.now() + GRACE_MS; await isThere(); await delay(20)) {
    if (performance.now() > deadline) signal(pid, "SIGKILL");
  }
}

/**
 * The process id of the server that was left. Where processes have a known start the note tells; else who listens on the
 * port is asked for its folder, and somebody who took the port since may give another, or no answer at all.
 */
async function leftover(dataDir: string): Promise<number | undefined> {
  const noted = await readFile(path.join(dataDir, FILE), "utf8").catch(() => "");
  const [port, pid, since] = noted.trim().split(" ");
  if (since !== undefined) return (await startOf(Number(pid))) === since ? Number(pid) : undefined;
  if (!(Number(port) > 0)) return undefined;
  const directory = (await askRedis(Number(port), "CONFIG GET dir")).split("\r\n")[4];
  return directory === path.resolve(dataDir) ? redisAt(Number(port)) : undefined;
}
