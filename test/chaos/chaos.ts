/**
 * Kills processes at random while improvements travel through three stages, restarts Redis in between, and then counts:
 * nothing may be lost, no transition may happen twice, the indexes must agree with the records.
 */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { examine, type Finding } from "../../shared/pipeline/doctor.ts";
import { records } from "../../shared/pipeline/records.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { startTestRedis } from "../support/redis.ts";

const stages = ["route", "evaluate", "validate"] as const;
const expected = ["raw", "routed", "categorized", "validated"];

export interface ChaosOptions {
  readonly items: number;
  readonly processesPerStage: number;
  readonly killEveryMs: number;
  readonly redisRestarts: number;
  /** Handlers that throw, in percent. */
  readonly errorPercentage: number;
}

export interface ChaosReport {
  readonly done: number;
  /** Improvements whose trail is not exactly raw, routed, categorized, validated. */
  readonly wrongTrails: readonly string[];
  readonly findings: readonly { readonly kind: string; readonly id: string; readonly problem: string }[];
  /** What the doctor, mending all the while, took for a difference; there never was one. */
  readonly misread: readonly { readonly kind: string; readonly id: string; readonly problem: string }[];
  /** Entries left in list, leases, leased, delayed, dead and attempts of the three stages. */
  readonly leftovers: number;
  /** Events waiting for the stage after the last, and how many of them are different improvements. */
  readonly emitted: number;
  readonly distinct: number;
  readonly kills: number;
  readonly redisRestarts: number;
  readonly seconds: number;
}

export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const { items, processesPerStage, killEveryMs, errorPercentage } = options;
  const server = await startTestRedis({ appendOnly: true });
  const school = connectPipeline(server.url);
  school.redis.on("error", () => undefined);
  const children = new Map<string, ChildProcess>();
  const misread: Finding[] = [];
  let stopping = false;
  let kills = 0;
  let restarts = 0;

  function launch(slot: string, stage: string): void {
    const script = path.join(import.meta.dirname, "../support/noop-stage.ts");
    // Small steps keep a run long enough to be shot at; a lease of one second makes the dead come back soon.
    const env = {
      REDIS_URL: server.url,
      PORT: "0",
      PER_POD: "2",
      LEASE_SECONDS: "1",
      MAX_ATTEMPTS: "100",
      LOG_LEVEL: "fatal",
    };
    const child = spawn(process.execPath, [script, stage, String(errorPercentage)], { env, stdio: "ignore" });
    children.set(slot, child);
    child.once("exit", () => {
      if (!stopping) launch(slot, stage);
    });
  }
  const done = () => school.redis.zcard(school.keys.byStatus("validated"));

  try {
    for (let from = 0; from < items; from += 500) {
      await school.seed(Array.from({ length: Math.min(500, items - from) }, (_, k) => `i${from + k}`));
    }
    // One in ten is announced twice, as a careless producer would.
    for (let i = 0; i < items; i += 10) {
      const event = {
        specversion: "1.0",
        id: `twin-${i}`,
        source: "/chaos",
        type: "ai.cortex.school.improvement.raw",
        data: { id: `i${i}` },
      };
      await school.redis.lpush(school.keys.list("route"), JSON.stringify(event));
    }
    const started = performance.now();
    for (const stage of stages) for (let i = 0; i < processesPerStage; i += 1) launch(`${stage}-${i}`, stage);
    while ((await done()) < items) {
      await wait(killEveryMs);
      const slots = [...children.keys()];
      children.get(slots[Math.floor(Math.random() * slots.length)] as string)?.kill("SIGKILL");
      kills += 1;
      // With everybody at work: what it mends now would be an event doubled or an index broken.
      if (kills % 10 === 0) misread.push(...(await examine(school.redis, school.keys, school.scripts, true)));
      if (restarts < options.redisRestarts && (await done()) > (items * (restarts + 1)) / (options.redisRestarts + 1)) {
        await server.restart({ hard: true });
        restarts += 1;
      }
    }
    const seconds = (performance.now() - started) / 1_000;
    // Duplicates and stale events may still be on the way to being dropped.
    while ((await leftovers()) > 0) await wait(50);
    stopping = true;
    for (const child of children.values()) child.kill("SIGKILL");
    return { ...(await count()), misread, kills, redisRestarts: restarts, seconds };
  } finally {
    stopping = true;
    for (const child of children.values()) child.kill("SIGKILL");
    school.redis.disconnect();
    await server.close();
  }

  async function leftovers(): Promise<number> {
    const places = await Promise.all(stages.map((stage) => school.places(stage)));
    return places.flatMap((place) => Object.values(place)).reduce((sum, size) => sum + size, 0);
  }

  async function count(): Promise<Omit<ChaosReport, "misread" | "kills" | "redisRestarts" | "seconds">> {
    const read = records(school.redis, school.keys);
    const wrongTrails: string[] = [];
    for (let i = 0; i < items; i += 1) {
      const steps = (await read.trail(`i${i}`)).map(({ to }) => to);
      if (steps.join() !== expected.join()) wrongTrails.push(`i${i}: ${steps.join(" → ")}`);
    }
    const events = await school.redis.lrange(school.keys.list("plan"), 0, -1);
    const ids = new Set(events.map((event) => (JSON.parse(event) as { data: { id: string } }).data.id));
    return {
      done: await done(),
      wrongTrails,
      findings: await examine(school.redis, school.keys, school.scripts),
      leftovers: await leftovers(),
      emitted: events.length,
      distinct: ids.size,
    };
  }
}
