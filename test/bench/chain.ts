/**
 * Three stages, one process each, no-op handlers, on one Redis: the school against BullMQ, interleaved rounds, each at
 * the concurrency that suits it (BullMQ is no faster at 64 than at 16).
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { connectPipeline } from "../pipeline/support.ts";
import { startTestRedis } from "../support/redis.ts";
import { median, type Row, spreadOf } from "./rows.ts";

const here = import.meta.dirname;
const stages = ["route", "evaluate", "validate"] as const;

export async function chain({ items, rounds }: { items: number; rounds: number }): Promise<Row[]> {
  const server = await startTestRedis({ appendOnly: true });
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await school(server.url, items));
      theirs.push(await bullmq(server.port, items));
    }
    const [mine, peer] = [median(ours), median(theirs)];
    return [
      {
        name: "three-stage chain, school",
        value: mine,
        unit: "improvements/s",
        peer: "BullMQ 6.7.0 on the same Redis (appendonly)",
        ratio: mine / peer,
        spread: spreadOf(ours),
      },
      { name: "three-stage chain, BullMQ", value: peer, unit: "jobs/s", spread: spreadOf(theirs) },
    ];
  } finally {
    await server.close();
  }
}

async function school(url: string, items: number): Promise<number> {
  const { redis, keys, seed } = connectPipeline(url);
  await redis.flushall();
  for (let i = 0; i < items; i += 500)
    await seed(Array.from({ length: Math.min(500, items - i) }, (_, k) => `i${i + k}`));
  const env = { PATH: process.env["PATH"], REDIS_URL: url, PORT: "0", PER_POD: "256", LOG_LEVEL: "error" };
  const children = stages.map((stage) =>
    spawn(process.execPath, [path.join(here, "../support/noop-stage.ts"), stage], {
      env,
      stdio: ["ignore", "inherit", "inherit"],
    }),
  );
  // The clock runs from the first settled improvement, so that process start does not count for either side.
  await until(async () => (await redis.zcard(keys.byStatus("validated"))) > 0);
  const done = await redis.zcard(keys.byStatus("validated"));
  const started = performance.now();
  await until(async () => (await redis.zcard(keys.byStatus("validated"))) === items);
  const seconds = (performance.now() - started) / 1_000;
  await end(children);
  redis.disconnect();
  return (items - done) / seconds;
}

async function bullmq(port: number, items: number): Promise<number> {
  const redis = new Redis(port);
  await redis.flushall();
  const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
  const queues = ["bench-a", "bench-b", "bench-c"];
  const first = new Queue("bench-a", { connection });
  for (let i = 0; i < items; i += 500) {
    await first.addBulk(
      Array.from({ length: Math.min(500, items - i) }, (_, k) => ({ name: "job", data: { id: `i${i + k}` } })),
    );
  }
  const children = queues.map((queue, i) =>
    fork(path.join(here, "bullmq-worker.ts"), [queue, queues[i + 1] ?? "-", String(port), "16"], { stdio: "inherit" }),
  );
  const last = new Queue("bench-c", { connection });
  await until(async () => (await last.getCompletedCount()) > 0);
  const done = await last.getCompletedCount();
  const started = performance.now();
  await until(async () => (await last.getCompletedCount()) === items);
  const seconds = (performance.now() - started) / 1_000;
  await end(children);
  await Promise.all([first.close(), last.close()]);
  redis.disconnect();
  return (items - done) / seconds;
}

async function end(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    }),
  );
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
