/** Resident memory of the coordinator at rest, beside a bare Node process, and the size of every bundle. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { DIST } from "../../build/bundle/targets.ts";
import { compileCacheEnv } from "../../build/bundle/warm-up.ts";
import { freePort } from "../../build/local/ports.ts";
import { STAGES } from "../../shared/stages.ts";
import { startTestRedis } from "../support/redis.ts";
import type { Row } from "./rows.ts";

export async function idleMemory({ settleMs }: { settleMs: number }): Promise<Row[]> {
  const server = await startTestRedis();
  const port = await freePort();
  const folder = path.join(DIST, "coordinator");
  const env = {
    PATH: process.env["PATH"],
    NODE_ENV: "production",
    ...compileCacheEnv(folder),
    REDIS_URL: server.url,
    PORT: String(port),
    SCHOOL_TOKENS: "viewer:bench:bench-token-0000",
    APPROVAL_SECRET: "a-secret-for-the-bench-only",
    LOG_LEVEL: "fatal",
  };
  const coordinator = spawn(process.execPath, [path.join(folder, "main.js")], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const bare = spawn(process.execPath, ["-e", "setInterval(()=>{},1e6)"], { stdio: "ignore" });
  try {
    while (!(await answers(`http://127.0.0.1:${port}/ready`))) await wait(50);
    // "At rest" is a matter of time: its loops have run and the start's garbage is collected or not.
    await wait(settleMs);
    const [mine, peer] = [await residentMegabytes(coordinator.pid), await residentMegabytes(bare.pid)];
    return [
      {
        name: "idle memory, coordinator",
        value: mine,
        unit: "MB resident",
        peer: `bare node (${peer.toFixed(0)} MB)`,
        ratio: mine / peer,
      },
    ];
  } finally {
    for (const child of [coordinator, bare]) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await server.close();
  }
}

export async function bundleSizes(): Promise<Row[]> {
  return Promise.all(
    [...STAGES, "coordinator"].map(async (name): Promise<Row> => {
      const files = (await readdir(path.join(DIST, name))).filter((file) => file.endsWith(".js"));
      const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(DIST, name, file))).size));
      return { name: `bundle size, ${name}`, value: sizes.reduce((sum, size) => sum + size, 0) / 1_000, unit: "kB" };
    }),
  );
}

async function residentMegabytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}
