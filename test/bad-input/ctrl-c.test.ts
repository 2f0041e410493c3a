/**
 * Ctrl-C while a stage has work in its hands, for every stage, on one data directory as on one day: the school lets it
 * finish, goes, and goes on when it is started again.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type DemoClient, demoClient, type Line } from "../../build/local/demo/client.ts";
import { isMoving } from "../../shared/domain/lifecycle.ts";
import { STAGES, type StageName } from "../../shared/stages.ts";
import {
  isUp,
  type Launcher,
  launch,
  PATIENCE_MS,
  processesOf,
  runningSchool,
  until,
} from "../support/local-school.ts";
import { openLocks } from "../support/locks-opened.ts";
import { whatMoves } from "../support/what-moves.ts";

/**
 * One event at a time per process, so that a stage with several to do has one in its hands all the while. It takes as many
 * changes and rollbacks as it takes until a stage is met at work: budget and breaker, which stop everything, would be right.
 */
const PACE = {
  HEALTH_CHECK_DURATION: "4",
  VERIFY_INTERVAL: "1",
  SYNC_INTERVAL: "1",
  PER_POD: "1",
  BREAKER_ROLLBACKS_PER_HOUR: "1000",
  COMMITS_PER_HOUR: "1000",
  COMMITS_PER_DAY: "1000",
};
const ADVICE = [
  "Set memory limits on every container. You must set memory requests and limits on all pods.",
  "Put a default deny network policy into every namespace. Always start with a NetworkPolicy that denies all.",
  "You must back up every database every night. Always run a nightly backup job for Postgres with pg_dump.",
  "Always define a PodDisruptionBudget for every replicated workload.",
  "Every service needs a ServiceMonitor, so that Prometheus scrapes its metrics.",
  "You should give every container a readiness probe and a liveness probe.",
  "Enforce the restricted Pod Security Standard with labels on every namespace.",
  "Always scale stateless deployments with a HorizontalPodAutoscaler.",
  "You must run containers as non root with a security context that drops all capabilities.",
  "Every workload should have its own ServiceAccount, with no token mounted.",
  "Always alert on crash looping pods with a PrometheusRule.",
  "You should never deploy the latest tag: pin every image to a version.",
];
/** By one talk: the next goes on where it ended. */
const SAID_AT_ONCE = 4;
/** How long a stage is kept from settling what it holds: much longer than a signal takes, much shorter than its grace. */
const HELD_MS = 400;

let dataDir: string;
let launcher: Launcher;
let client: DemoClient;
let talks = 0;
const asked = new Set<string>();
const overridden = new Set<string>();
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "school-ctrl-c-"));
});
// One test's failure must not be the next one's.
afterEach(async () => {
  for (const pid of (await processesOf(dataDir)).keys()) process.kill(pid, "SIGKILL");
});
afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<void> {
  launcher = launch(dataDir, PACE, ["--port", "0"]);
  client = await isUp(launcher, dataDir);
}

async function withRedis<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis((await runningSchool(dataDir)).redis, { retryStrategy: () => null });
  redis.on("error", () => undefined);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

/** Something new to do: what is said again and stands already is no work for the later stages. */
async function submit(): Promise<void> {
  const said = Array.from({ length: SAID_AT_ONCE }, (_, i) => ADVICE[(talks * SAID_AT_ONCE + i) % ADVICE.length]);
  talks += 1;
  await client.submit({ title: `talk ${talks}`, content: [`This is talk number ${talks}.`, ...said].join("\n") });
}

/** A person wants it back: else nothing would ever be rolled back here. */
async function takeBack(lines: readonly Line[]): Promise<void> {
  const { url, tokens } = await runningSchool(dataDir);
  for (const { id } of lines.filter(({ status }) => status === "verified").slice(0, 1)) {
    const headers = { authorization: `Bearer ${tokens.operator}`, "content-type": "application/json" };
    const body = JSON.stringify({ reason: "we do not want it after all" });
    const answer = await fetch(`${url}/api/improvements/${id}/rollback`, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
  }
}

/** Lets everything run, approving what asks for it, until the stage holds an event that it cannot settle for a moment. */
async function untilHeldBy(stage: StageName): Promise<void> {
  await withRedis(async (redis) => {
    const leases = `school:queue:${stage}:leases`;
    let holds = false;
    const held = Promise.withResolvers<void>();
    // Told by Redis itself: many an event is settled within a few milliseconds.
    const subscriber = redis.duplicate();
    await redis.config("SET", "notify-keyspace-events", "Kz");
    await subscriber.subscribe(`__keyspace@0__:${leases}`);
    subscriber.on("message", (_channel, command) => {
      if (holds || command !== "zadd") return;
      const both = redis.pipeline().call("CLIENT", "PAUSE", String(HELD_MS), "WRITE").zcard(leases).exec();
      void both.then((replies) => {
        holds ||= Number(replies?.[1]?.[1]) > 0;
        if (holds) held.resolve();
        else void redis.call("CLIENT", "UNPAUSE");
      });
    });
    let lookAfter = 0;
    try {
      await until(
        `${stage} has an event in its hands`,
        async () => {
          if (holds) return true;
          if (performance.now() < lookAfter) return undefined;
          lookAfter = performance.now() + 300;
          const worked = workOn(stage).catch((error: unknown) => {
            // What it asked for last meets a school that is about to stop.
            if (!holds) throw error;
          });
          await Promise.race([worked, held.promise]);
          return holds ? true : undefined;
        },
        detail,
      );
    } finally {
      subscriber.disconnect();
    }
  });
}

/** One round of a person who approves everything and hands in another talk when nothing moves. */
async function workOn(stage: StageName): Promise<void> {
  const lines = await client.list();
  const moving = lines.some(({ status }) => isMoving(status));
  if (stage === "rollback" && !moving) await takeBack(lines);
  await openLocks(await runningSchool(dataDir), lines);
  for (const { id } of lines.filter(({ id, status }) => status === "pending_review" && !asked.has(id))) {
    asked.add(id);
    if ((await client.show(id)).change_set !== undefined) await client.approve(id, "the change is what we want");
  }
  if (moving) return;
  // Every talk but the first few repeats what was said: it is planned again only when a person asks for it.
  await wantAllTheSame(lines);
  await submit();
}

/** Told when patience ends. */
function detail(): Promise<unknown> {
  return withRedis(async (redis) => ({
    ...Object(await whatMoves(redis, client)),
    said: launcher.output().slice(-3000),
  }));
}

async function wantAllTheSame(lines: readonly Line[]): Promise<void> {
  for (const { id } of lines.filter(({ id, status }) => status === "conflicts" && !overridden.has(id))) {
    overridden.add(id);
    await client.override(id, "we want it all the same");
  }
}

async function interruptedWell(): Promise<void> {
  launcher.signal("SIGINT");
  expect(await launcher.exit).toBe(0);
  expect(launcher.output()).toContain("Stopping: functions finish what they hold");
  expect(launcher.output()).not.toContain("SIGKILL");
  expect(await processesOf(dataDir)).toEqual(new Map());
}

describe("Ctrl-C", { timeout: 3 * PATIENCE_MS }, () => {
  test.each(STAGES)("while %s works: it finishes or gives back, no process is left, exit code 0", async (stage) => {
    await start();
    await untilHeldBy(stage);
    await interruptedWell();
  });

  test("after all of that nothing is lost or doubled, and no attempt was counted", async () => {
    await start();
    const lines = await until(
      "everything has ended or waits for a person",
      async () => {
        const all = await client.list();
        if (all.length > 0 && all.every(({ status }) => !isMoving(status))) return all;
        await openLocks(await runningSchool(dataDir), all);
        return undefined;
      },
      detail,
    );
    expect(lines.filter(({ status }) => status === "dead")).toEqual([]);
    expect(await client.doctor()).toEqual([]);
    for (const { id } of lines) {
      // What is said again, or noted, leaves it where it is; what is held may be measured more than once.
      const moves = (await client.trail(id)).filter(({ from, to }) => from !== to && ![from, to].includes("held"));
      const steps = moves.map(({ from, to }) => `${from} → ${to}`);
      expect(new Set(steps).size, `${id}: ${steps.join(", ")}`).toBe(steps.length);
    }
    await withRedis(async (redis) => {
      for (const stage of STAGES) {
        // Observers and the index may still have something in their hands.
        await expect.poll(() => redis.zcard(`school:queue:${stage}:leases`), { timeout: PATIENCE_MS }).toBe(0);
        expect(await redis.llen(`school:queue:${stage}:dead`)).toBe(0);
      }
      const counters = await redis.hgetall("school:metrics");
      expect(Object.keys(counters).filter((name) => /^(expired|retried):/.test(name))).toEqual([]);
    });
  });

  test("a second time it ends at once, whoever still works; the next start goes on", async () => {
    await start();
    await submit();
    const stuck = await until(
      "a function runs",
      async () => {
        const all = [...(await processesOf(dataDir))];
        return all.find(([, command]) => /\/programs\/\d+\/(?!coordinator)\w+\/main\.js/.test(command))?.[0];
      },
      detail,
    );
    process.kill(stuck, "SIGSTOP");
    launcher.signal("SIGINT");
    await until("it says so", () => (launcher.output().includes("Stopping") ? true : undefined));
    launcher.signal("SIGINT");
    expect(await launcher.exit).toBe(130);
    process.kill(stuck, "SIGCONT");
    await until("nobody is left", async () => ((await processesOf(dataDir)).size === 0 ? true : undefined));

    await start();
    const title = `talk ${talks}`;
    await until("it is read", async () => ((await client.sourcesRead()).includes(title) ? true : undefined));
    await interruptedWell();
  });

  test("before the school is up: what has begun to run is ended, and the next start works", async () => {
    for (const after of [0, 300, 600, 900, 1_200]) {
      launcher = launch(dataDir, PACE, ["--port", "0"]);
      // Where in its start this is depends on the machine, and must not matter.
      await wait(after);
      launcher.signal("SIGINT");
      // So early that node itself ends, or in order.
      expect([0, "SIGINT"]).toContain(await launcher.exit);
      await until("nobody is left", async () => ((await processesOf(dataDir)).size === 0 ? true : undefined));
    }
    await start();
    expect((await demoClient(await runningSchool(dataDir)).list()).length).toBeGreaterThan(0);
    await interruptedWell();
  });
});
