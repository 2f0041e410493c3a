/**
 * Retraining from notice to promotion or archive, by a real `learn` out of its bundle, with the outcomes that come meanwhile:
 * what they wait while a training runs, beside what they take when none does.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DIST } from "../../build/bundle/targets.ts";
import { improvementMoved } from "../../shared/domain/events.ts";
import { sendNotice } from "../../shared/pipeline/notices.ts";
import { routerBook } from "../../shared/pipeline/router-book.ts";
import { seedRows } from "../../shared/routing/classifier/seed-rows.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { startTestRedis } from "../support/redis.ts";
import { percentile, type Row } from "./rows.ts";

const LONGEST_MS = 600_000;
const OUTCOMES = 50;

type School = ReturnType<typeof connectPipeline>;

export async function retraining({ rows }: { rows: number }): Promise<Row[]> {
  const server = await startTestRedis();
  const school = connectPipeline(server.url);
  const folder = path.join(DIST, "learn");
  const child = spawn(process.execPath, [path.join(folder, "main.js")], {
    env: { PATH: process.env["PATH"], NODE_ENV: "production", REDIS_URL: server.url, PORT: "0", LOG_LEVEL: "error" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  try {
    await seed(school, rows);
    const idle = await outcomes(school, "idle", () => true);
    const started = performance.now();
    await sendNotice(school.redis, school.keys, { about: "retrain", text: "bench", facts: {} });
    let done = 0;
    const trained = untilTrained(school).then(() => {
      done = performance.now() - started;
    });
    const busy = await outcomes(school, "busy", () => done === 0);
    await trained;
    const name = `${rows.toLocaleString("en")} rows`;
    return [
      { name: `retraining on ${name}, notice → promoted or archived`, value: done, unit: "ms" },
      { name: `an outcome while nobody trains, pushed → kept, p95`, value: percentile(idle, 0.95), unit: "ms" },
      {
        name: `an outcome while ${name} are trained on, pushed → kept, p95`,
        value: percentile(busy, 0.95),
        unit: "ms",
        peer: "while nobody trains",
        ratio: percentile(busy, 0.95) / percentile(idle, 0.95),
      },
    ];
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
    school.redis.disconnect();
    await server.close();
  }
}

/** The texts the school came with, each for many teams, labelled by people; five of a source. */
async function seed({ redis, keys }: School, count: number): Promise<void> {
  const book = routerBook(redis, keys);
  const written = await seedRows();
  const from = Date.now() - count * 60_000;
  for (let i = 0; i < count; i += 1) {
    const { text, label } = written[(i * 7) % written.length] ?? { text: undefined, label: undefined };
    if (text === undefined) throw new Error("there are no seed rows");
    await book.keepRow({
      id: `row-${i}`,
      source: `talk-${Math.floor(i / 5)}`,
      at: new Date(from + i * 60_000).toISOString(),
      text: { ...text, title: `${text.title} for team ${i % 97}` },
      votes: [],
      label,
      by: "person",
      weight: 1,
      reached: "verified",
    });
  }
}

async function untilTrained({ redis, keys }: School): Promise<void> {
  const book = routerBook(redis, keys);
  const latest = performance.now() + LONGEST_MS;
  while ((await book.sinceTraining()).at === undefined) {
    if (performance.now() > latest) throw new Error(`no training ended within ${LONGEST_MS / 1_000} s`);
    await delay(20);
  }
}

/** Milliseconds each took from the push to its row in the outcomes. */
async function outcomes({ redis, keys }: School, name: string, goesOn: () => boolean): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < OUTCOMES && goesOn(); i += 1) {
    const id = `${name}-${i}`;
    const at = new Date().toISOString();
    await redis.hset(keys.record(id), {
      id,
      status: "failed",
      title: "Raise the limits",
      description: "d",
      category: "architecture",
      type: "technique",
      relevance: "0.9",
      source_id: "bench",
      source_title: "bench",
      created_at: at,
      updated_at: at,
      expert: "architecture",
    });
    const before = await redis.xlen(keys.outcomes);
    const started = performance.now();
    await redis.lpush(keys.list("learn"), JSON.stringify(improvementMoved(id, "failed", "bench", Date.now())));
    while ((await redis.xlen(keys.outcomes)) === before) {
      if (performance.now() - started > LONGEST_MS) throw new Error("learn keeps no outcomes");
      await delay(1);
    }
    took.push(performance.now() - started);
    await delay(20);
  }
  return took;
}
