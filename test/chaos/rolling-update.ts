/**
 * The local school under load while every function and the coordinator is replaced, one process after the other, by bundles
 * of another build, as Deployments roll; then everything is counted: in records, trails, lists and Git.
 *
 * Usage: rolling-update.ts [--updates 6] [--improvements 400] [--replicas 2]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { DIST } from "../../build/bundle/targets.ts";
import { type DemoClient, demoClient, type Line } from "../../build/local/demo/client.ts";
import { type LocalSchool, startSchool } from "../../build/local/school.ts";
import { isMoving } from "../../shared/domain/lifecycle.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { redisNow } from "../../shared/pipeline/services.ts";
import { type AliveBuild, buildsAlive } from "../../shared/pipeline/upgrade/builds-alive.ts";
import { STAGES } from "../../shared/stages.ts";
import { runningSchool } from "../support/local-school.ts";
import { openLocks } from "../support/locks-opened.ts";
import { otherBuild } from "../support/other-build.ts";
import { whatMoves } from "../support/what-moves.ts";
import { type Counted, countAll, leftoversOf } from "./rolling-count.ts";
import { putIn } from "./rolling-load.ts";

const PACE = {
  HEALTH_CHECK_DURATION: "2",
  VERIFY_INTERVAL: "1",
  SYNC_INTERVAL: "1",
  COMMITS_PER_HOUR: "1000",
  COMMITS_PER_DAY: "1000",
  INDEX_INTERVAL: "600",
  ANOMALY_INTERVAL: "0",
  RATE_LIMIT_PER_MINUTE: "0",
};

export interface RollingOptions {
  /** How often everything is replaced, one build and another in turn. */
  readonly updates: number;
  /** Proposals put in beside those of the talks. */
  readonly improvements: number;
  /** Talks that are read. */
  readonly talks: number;
  /** Of a stage at most. */
  readonly replicas: number;
  /** Told as it goes on. */
  readonly log?: (line: string) => void;
}

interface Update {
  readonly seconds: number;
  /** Events settled meanwhile. */
  readonly settled: number;
  /** Processes there were when it began. */
  readonly replaced: number;
}

export interface RollingReport extends Counted {
  readonly updates: readonly Update[];
  /** Moments at which one stage had processes of both builds. */
  readonly mixed: number;
  /** Parts that were seen with more than one build. */
  readonly bothBuilds: readonly string[];
  readonly seconds: number;
}

interface Run {
  readonly school: LocalSchool;
  readonly client: DemoClient;
  readonly redis: Redis;
  readonly options: RollingOptions;
}

export async function rollingUpdate(options: RollingOptions): Promise<RollingReport> {
  const log = options.log ?? (() => undefined);
  const folder = await mkdtemp(path.join(tmpdir(), "school-rolling-"));
  const dataDir = path.join(folder, "data");
  const started = performance.now();
  let school: LocalSchool | undefined;
  let redis: Redis | undefined;
  try {
    const builds = [DIST, await otherBuild(folder)] as const;
    const env = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...PACE };
    school = await startSchool({ dataDir, port: 0, log, cooldownMs: 600_000, maxReplicas: options.replicas }, env);
    const client = demoClient(school);
    redis = new Redis((await redisOf(dataDir)).url);
    redis.on("error", () => undefined);
    const run: Run = { school, client, redis, options };
    const watching = watchBuilds(redis);
    const submitted = await putIn(client, school, options);
    log(`${submitted.length} proposals and ${options.talks} talks are in`);

    const updates: Update[] = [];
    const updateAll = async (upTo: number) => {
      while (updates.length < upTo) {
        updates.push(await update(run, builds[(updates.length + 1) % 2]));
        log(`update ${updates.length}: ${JSON.stringify(updates.at(-1))}`);
      }
    };
    // Half of them while sources are read and judged, half while changes are made, followed, watched and taken back.
    await updateAll(Math.ceil(options.updates / 2));
    const decided = await approveOnce(run);
    log(`${decided} changes were approved by a person`);
    const [takenBack] = await Promise.all([takeBack(run), updateAll(options.updates)]);
    log(`${takenBack} changes are taken back`);
    await untilAtRest(run);
    await until("nothing is left", async () => (await leftoversOf(run.redis)) === 0);
    const { mixed, bothBuilds } = await watching.stop();
    const counted = await countAll(school.repository, client, redis, submitted);
    return { ...counted, updates, mixed, bothBuilds, seconds: Math.round((performance.now() - started) / 1_000) };
  } finally {
    redis?.disconnect();
    await school?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Replaces everything in the middle of the work: what is replaced while nothing happens proves nothing. */
async function update(run: Run, build: string | undefined): Promise<Update> {
  const { school, redis } = run;
  const reached = (await settled(redis)) + 5;
  await until("work goes on", async () => (await settled(redis)) >= reached || (await atRest(run)));
  const [from, before, workers] = [performance.now(), await settled(redis), await alive(redis)];
  await school.upgrade(build);
  return {
    seconds: Math.round((performance.now() - from) / 100) / 10,
    settled: (await settled(redis)) - before,
    replaced: workers.reduce((sum, one) => sum + one.workers, 0),
  };
}

/** The first that are verified go back, so that this way of the school is at work, too. */
async function takeBack(run: Run): Promise<number> {
  const { client } = run;
  const { url, tokens } = run.school;
  let some: readonly Line[] = [];
  await until("something is verified", async () => {
    const resting = await atRest(run);
    some = (await client.list()).filter(({ status }) => status === "verified").slice(0, 2);
    return some.length > 1 || resting;
  });
  for (const { id } of some) {
    await until(`${id} is taken back`, async () => {
      const headers = { authorization: `Bearer ${tokens.reviewer}`, "content-type": "application/json" };
      const body = JSON.stringify({ reason: "we want it back" });
      const { ok } = await fetch(`${url}/api/improvements/${id}/rollback`, { method: "POST", headers, body });
      // The answer of a coordinator that is being replaced may be lost, and the second question refused.
      return ok || (await client.show(id)).status !== "verified";
    });
  }
  return some.length;
}

async function settled(redis: Redis): Promise<number> {
  const counters = await redis.hgetall(keysOf().metrics);
  return Object.entries(counters).reduce((sum, [name, n]) => sum + (name.startsWith("settled:") ? Number(n) : 0), 0);
}

async function alive(redis: Redis): Promise<readonly AliveBuild[]> {
  return buildsAlive(redis, keysOf(), await redisNow(redis));
}

/** Looks who is alive, again and again. */
function watchBuilds(redis: Redis): { stop(): Promise<{ mixed: number; bothBuilds: readonly string[] }> } {
  const builds = new Map<string, Set<string>>();
  let mixed = 0;
  let stopping = false;
  async function look(): Promise<void> {
    while (!stopping) {
      const now = await alive(redis).catch(() => []);
      for (const { part, build } of now) builds.set(part, (builds.get(part) ?? new Set()).add(build));
      if (STAGES.some((stage) => now.filter(({ part }) => part === stage).length > 1)) mixed += 1;
      await wait(100);
    }
  }
  const looking = look();
  return {
    async stop() {
      stopping = true;
      await looking;
      const both = [...builds].filter(([, seen]) => seen.size > 1);
      return { mixed, bothBuilds: both.map(([part]) => part).sort() };
    },
  };
}

/** Every source is read, and nothing moves any more that is not a person's. Who waits behind a person's is helped. */
async function atRest({ school, client, redis, options }: Run): Promise<boolean> {
  // Sources first: one that is read after the list was taken would be missed.
  const given = (await client.sourcesRead()).length + (await redis.llen(keysOf().dead("ingest")));
  if (given < options.talks) return false;
  const lines = await client.list();
  const resting = lines.every(({ status }) => !isMoving(status));
  if (!resting) await openLocks(school, lines);
  return resting;
}

function untilAtRest(run: Run): Promise<void> {
  const detail = () => whatMoves(run.redis, run.client);
  return until("everything rests", () => atRest(run), detail);
}

async function approveOnce(run: Run): Promise<number> {
  await untilAtRest(run);
  const { client } = run;
  let decided = 0;
  for (const { id } of (await client.list()).filter(({ status }) => status === "pending_review").slice(0, 40)) {
    const { change_set: changes } = await client.show(id);
    if (changes === undefined) continue;
    await client.approve(id, "the change is what we want");
    decided += 1;
  }
  return decided;
}

async function redisOf(dataDir: string): Promise<{ url: string }> {
  return { url: (await runningSchool(dataDir)).redis ?? "" };
}

const PATIENCE_MS = 15 * 60_000;

async function until(
  what: string,
  look: () => Promise<boolean>,
  detail: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await wait(250)) {
    // The address of a coordinator that is being replaced is silent for a moment.
    if (await look().catch(() => false)) return;
  }
  throw new Error(`waited in vain until ${what}: ${JSON.stringify(await detail())}`);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      updates: { type: "string", default: "6" },
      improvements: { type: "string", default: "400" },
      talks: { type: "string", default: "7" },
      replicas: { type: "string", default: "2" },
    },
  });
  const { updates, improvements, talks, replicas } = values;
  const [n, m, t, r] = [updates, improvements, talks, replicas].map(Number) as [number, number, number, number];
  const log = (line: string) => void process.stdout.write(`${line}\n`);
  const report = await rollingUpdate({ updates: n, improvements: m, talks: t, replicas: r, log });
  log(JSON.stringify(report, null, 2));
}
