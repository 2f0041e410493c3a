/**
 * Cold start of every bundle: process spawn → first settle, against a bare node:http process: spawn → first 200. The
 * event is one whose record is gone, so that every stage is measured up to its handler and none waits for Git or a model.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DIST } from "../../build/bundle/targets.ts";
import { compileCacheEnv } from "../../build/bundle/warm-up.ts";
import { STAGES, type StageName, stageEntry } from "../../shared/stages.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { startTestRedis } from "../support/redis.ts";
import { bareHttp } from "./bare.ts";
import { largestParts } from "./profile.ts";
import { median, type Row, spreadOf } from "./rows.ts";

const idle = {
  KUBECONFIG: "/nonexistent",
  GITOPS_REPO: "/nonexistent",
  PROMETHEUS_URL: "http://127.0.0.1:1",
  APPROVAL_SECRET: "a-secret-for-the-bench-only",
};

export async function coldStart({ rounds }: { rounds: number }): Promise<Row[]> {
  const server = await startTestRedis();
  const school = connectPipeline(server.url);
  const times = new Map<string, number[]>();
  try {
    // One round to warm the page cache; then interleaved, so that a busy moment hits all alike.
    for (let round = -1; round < rounds; round += 1) {
      const keep = (name: string, ms: number) => round >= 0 && times.set(name, [...(times.get(name) ?? []), ms]);
      keep("bare", await bareHttp());
      for (const stage of STAGES) keep(stage, await firstSettle(stage, server.url, school));
    }
  } finally {
    school.redis.disconnect();
    await server.close();
  }
  const bare = median(times.get("bare") ?? []);
  return [
    {
      name: "cold start, bare node:http (spawn → first 200)",
      value: bare,
      unit: "ms",
      spread: spreadOf(times.get("bare") ?? []),
    },
    ...STAGES.map((stage): Row => {
      const value = median(times.get(stage) ?? []);
      return {
        name: `cold start, ${stage} (spawn → first settle)`,
        value,
        unit: "ms",
        peer: "bare node:http",
        ratio: value / bare,
        spread: spreadOf(times.get(stage) ?? []),
      };
    }),
  ];
}

/** Where the time of one cold start goes, the largest parts first: milliseconds of functions and of what V8 does itself. */
export async function coldStartProfile(stage: StageName): Promise<string[]> {
  const server = await startTestRedis();
  const school = connectPipeline(server.url);
  const folder = await mkdtemp(path.join(tmpdir(), "bench-profile-"));
  try {
    await firstSettle(stage, server.url, school, folder);
    return await largestParts(folder);
  } finally {
    school.redis.disconnect();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** With `profile` a folder in which V8 leaves what it sampled; the process then ends in its own time. */
async function firstSettle(
  stage: StageName,
  url: string,
  school: ReturnType<typeof connectPipeline>,
  profile?: string,
): Promise<number> {
  const { redis, keys } = school;
  await redis.flushall();
  const type = stageEntry(stage).kind === "source" ? "ai.cortex.school.unknown" : "ai.cortex.school.improvement.raw";
  await redis.lpush(
    keys.list(stage),
    JSON.stringify({ specversion: "1.0", id: "bench", source: "/bench", type, data: { id: "gone" } }),
  );
  const watcher = redis.duplicate();
  await watcher.ping();
  const settled = watcher.blmove(keys.dead(stage), "bench:settled", "LEFT", "LEFT", 30);
  const folder = path.join(DIST, stage);
  const env = {
    PATH: process.env["PATH"],
    NODE_ENV: "production",
    ...compileCacheEnv(folder),
    ...idle,
    REDIS_URL: url,
    PORT: "0",
    LOG_LEVEL: "fatal",
  };
  const started = performance.now();
  const sampled = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const child = spawn(process.execPath, [...sampled, path.join(folder, "main.js")], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const entry = await settled;
  const elapsed = performance.now() - started;
  const exited = once(child, "exit");
  child.kill(profile === undefined ? "SIGKILL" : "SIGTERM");
  await exited;
  watcher.disconnect();
  if (entry === null) throw new Error(`${stage} did not settle within 30 s`);
  return elapsed;
}
