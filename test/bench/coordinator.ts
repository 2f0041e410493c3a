/** The coordinator with an empty Redis and with years of improvements: start, memory, and every answer of its API. */
import { Agent } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { noBrowser } from "../support/browser.ts";
import { startTestRedis } from "../support/redis.ts";
import { bareHttp, bareNode, bareReader, end } from "./bare.ts";
import { ask, atOnce, inTurns } from "./clients.ts";
import {
  type BenchCoordinator,
  forgetPeak,
  residentMegabytes,
  startBundledCoordinator,
} from "./coordinator-process.ts";
import { fanOut } from "./fan-out.ts";
import { inBrowser } from "./in-browser.ts";
import { allQuestions } from "./questions.ts";
import { median, percentile, type Row, spreadOf } from "./rows.ts";
import { seedSchool } from "./seed.ts";

export interface CoordinatorSizes {
  readonly improvements: number;
  /** How often it is started. */
  readonly starts: number;
  /** How often every route is asked. */
  readonly rounds: number;
  /** Milliseconds of rest before memory at rest is read: loops have run, garbage of the start is collected or not. */
  readonly settleMs: number;
}

const CLIENTS = 8;
const FOLLOWERS = 20;
const LOWEST = "bare node:http with one HGETALL";

export async function coordinator({ improvements, starts, rounds, settleMs }: CoordinatorSizes): Promise<Row[]> {
  const server = await startTestRedis();
  const bare = bareNode();
  try {
    const start = await startTimes(server.url, starts);
    const [idle, least] = await idleMemory(server.url, settleMs, bare.pid as number);
    // Also the search index that the empty school had: making it is measured.
    await flush(server.url);
    const ids = await seedSchool(server.url, improvements);
    const rows = await withImprovements(server.url, ids, rounds, settleMs, least);
    return [
      start,
      {
        name: "idle memory, coordinator",
        value: idle,
        unit: "MB resident",
        peer: `bare node (${least.toFixed(0)} MB)`,
        ratio: idle / least,
      },
      ...rows,
    ];
  } finally {
    await end(bare);
    await server.close();
  }
}

async function startTimes(redisUrl: string, starts: number): Promise<Row> {
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let round = -1; round < starts; round += 1) {
    const least = await bareHttp();
    const coordinator = await startBundledCoordinator(redisUrl);
    await coordinator.close();
    if (round < 0) continue;
    mine.push(coordinator.startedIn);
    theirs.push(least);
  }
  const [value, least] = [median(mine), median(theirs)];
  return {
    name: "start, coordinator (spawn → first 200)",
    value,
    unit: "ms",
    peer: `bare node:http (${least.toFixed(0)} ms)`,
    ratio: value / least,
    spread: spreadOf(mine),
  };
}

async function idleMemory(redisUrl: string, settleMs: number, bare: number): Promise<[idle: number, bare: number]> {
  const coordinator = await startBundledCoordinator(redisUrl);
  try {
    await wait(settleMs);
    return [await residentMegabytes(coordinator.pid), await residentMegabytes(bare)];
  } finally {
    await coordinator.close();
  }
}

async function withImprovements(
  redisUrl: string,
  ids: readonly string[],
  rounds: number,
  settleMs: number,
  leastMemory: number,
): Promise<Row[]> {
  const size = `${ids.length.toLocaleString("en")} improvements`;
  const memory = (name: string, value: number): Row => {
    const peer = `bare node (${leastMemory.toFixed(0)} MB)`;
    return { name: `${name}, ${size}`, value, unit: "MB resident", peer, ratio: value / leastMemory };
  };
  const coordinator = await startBundledCoordinator(redisUrl);
  const lowest = await bareReader(redisUrl, `improvement:${ids[0]}`);
  try {
    const started = performance.now();
    await indexed(coordinator);
    const filled = (performance.now() - started) / 1_000;
    const peakOfFilling = await residentMegabytes(coordinator.pid, "peak");
    await wait(settleMs);
    const idle = await residentMegabytes(coordinator.pid);

    const questions = await allQuestions(coordinator.url, ids.length);
    const times = await inTurns([...questions, { name: LOWEST, url: lowest.url }], rounds);
    const least = times.get(LOWEST) ?? [];
    await forgetPeak(coordinator.pid);
    const together = await atOnce(questions, CLIENTS, Math.ceil(rounds / 10));
    const peak = await residentMegabytes(coordinator.pid, "peak");
    const live = await fanOut(coordinator.url, redisUrl, FOLLOWERS, rounds);
    const pages = noBrowser ? [] : await inBrowser(coordinator.url, Math.min(9, rounds), ids.length);
    const afterwards = await residentMegabytes(coordinator.pid);
    await healthy(coordinator);
    return [
      memory("idle memory, coordinator", idle),
      memory("peak memory, coordinator while it makes its search index", peakOfFilling),
      memory(`peak memory, coordinator with ${CLIENTS} clients reading`, peak),
      memory("memory afterwards, coordinator", afterwards),
      { name: `search index made from the records, ${size}`, value: filled, unit: "s" },
      answers(`lowest: ${LOWEST}`, least),
      ...questions.map(({ name }) => answers(`${name}, ${size}`, times.get(name) ?? [], least)),
      answers(`all of these by ${CLIENTS} clients at once, ${size}`, together, least),
      live,
      ...pages,
    ];
  } finally {
    await Promise.all([coordinator.close(), lowest.close()]);
  }
}

async function flush(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl);
  await redis.flushall();
  redis.disconnect();
}

function answers(name: string, times: readonly number[], least?: readonly number[]): Row {
  const row = {
    name: `p95 of ${name}`,
    value: percentile(times, 0.95),
    unit: "ms",
    median: median(times),
    spread: spreadOf(times),
  };
  return least === undefined ? row : { ...row, peer: "lowest", ratio: row.value / percentile(least, 0.95) };
}

/** Resolves when the coordinator says of a search that nothing is missing from it. */
async function indexed({ url }: BenchCoordinator): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  for (;;) {
    const { text } = await ask(agent, `${url}/api/improvements?q=memory&limit=1`);
    if ((JSON.parse(text) as { filling?: boolean }).filling !== true) break;
    await wait(50);
  }
  agent.destroy();
}

/** A seed that the pipeline would not have written measures nothing: throws with what doctor found. */
async function healthy({ url }: BenchCoordinator): Promise<void> {
  const { text } = await ask(new Agent(), `${url}/api/doctor`);
  const { findings } = JSON.parse(text) as { findings: readonly unknown[] };
  if (findings.length > 0) throw new Error(`The seeded school is not sound: ${JSON.stringify(findings.slice(0, 3))}`);
}
