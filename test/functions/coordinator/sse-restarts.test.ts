import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { EventSource } from "eventsource";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectPipeline } from "../../pipeline/support.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";
import { baseEnv, TOKENS } from "./support.ts";

const MAIN = path.resolve(import.meta.dirname, "../../../functions/coordinator/main.ts");
const CLIENTS = 200;
/** Below what the stream keeps, so that all of it can be compared in the end. */
const MOST_TRANSITIONS = 8_000;
const PATIENCE = { timeout: 100_000, interval: 50 };

let redis: TestRedis;
let pipeline: ReturnType<typeof connectPipeline>;
let port = "0";
let coordinator: ChildProcess | undefined;
const followers: Follower[] = [];

beforeAll(async () => {
  redis = await startTestRedis({ appendOnly: true, sync: "always" });
  pipeline = connectPipeline(redis.url);
  pipeline.redis.on("error", () => undefined);
});
afterAll(async () => {
  for (const { source } of followers) source.close();
  coordinator?.kill("SIGKILL");
  pipeline.redis.disconnect();
  await redis.close();
});

/** The first takes any port, those that follow the same one. */
async function startCoordinator(): Promise<void> {
  const env = { ...baseEnv, PATH: process.env["PATH"] ?? "", REDIS_URL: redis.url, PORT: port, LOG_LEVEL: "info" };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
  coordinator = child;
  let said = "";
  for (const output of [child.stdout, child.stderr]) {
    output.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  await expect.poll(() => said, PATIENCE).toContain("the coordinator listens");
  port = /"url":"http:\/\/[^"]*:(\d+)"/.exec(said)?.[1] ?? "";
}

async function killCoordinator(): Promise<void> {
  const killed = coordinator as ChildProcess;
  const gone = once(killed, "exit");
  killed.kill("SIGKILL");
  await gone;
}

interface Follower {
  readonly source: EventSource;
  /** What it was sent, in this order. */
  readonly ids: string[];
  readonly heard: Map<string, number>;
}

/** The client of the package `eventsource`, which does what browsers do, with the token in a header. */
function follow(): Follower {
  const source = new EventSource(`http://127.0.0.1:${port}/api/events`, {
    fetch: (url, init) =>
      fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${TOKENS.viewer}` } }),
  });
  const ids: string[] = [];
  const heard = new Map<string, number>();
  source.addEventListener("message", ({ lastEventId }) => ids.push(lastEventId));
  for (const name of ["open", "position", "gap", "outage", "resumed"]) {
    source.addEventListener(name, () => heard.set(name, (heard.get(name) ?? 0) + 1));
  }
  return { source, ids, heard };
}

const all = (check: (follower: Follower) => boolean) => () => followers.filter((one) => !check(one)).length;

/** Improvements enter the pipeline one handful after another, until it is stopped. */
function keepMoving() {
  let stopped = false;
  let made = 0;
  async function run(): Promise<void> {
    for (let round = 0; !stopped && made < MOST_TRANSITIONS; round += 1) {
      const ids = [0, 1, 2, 3, 4].map((i) => `moved-${round}-${i}`);
      // A command that was under way when Redis was killed may fail, or be carried out and fail: the stream says which.
      await pipeline.seed(ids).catch(() => undefined);
      made += ids.length;
      await pause(10);
    }
  }
  const ended = run();
  return {
    async stop() {
      stopped = true;
      await ended;
    },
  };
}

async function stream(): Promise<string[]> {
  return (await pipeline.redis.xrange(pipeline.keys.events, "-", "+")).map(([entry]) => entry);
}

test("200 clients, the coordinator killed, Redis killed: nobody misses a transition, nobody gets one twice", async () => {
  await startCoordinator();
  for (let i = 0; i < CLIENTS; i += 1) followers.push(follow());
  await expect
    .poll(
      all(({ heard }) => heard.has("position")),
      PATIENCE,
    )
    .toBe(0);
  const moving = keepMoving();
  await expect
    .poll(
      all(({ ids }) => ids.length > 50),
      PATIENCE,
    )
    .toBe(0);

  const seen = followers.map(({ ids }) => ids.length);
  await killCoordinator();
  const missedFrom = (await stream()).length;
  await expect.poll(async () => (await stream()).length, PATIENCE).toBeGreaterThan(missedFrom + 50);
  await startCoordinator();
  await expect
    .poll(
      all(({ heard }) => (heard.get("open") ?? 0) > 1),
      PATIENCE,
    )
    .toBe(0);
  await expect
    .poll(
      all(({ ids }) => ids.length > missedFrom + 50),
      PATIENCE,
    )
    .toBe(0);
  expect(followers.every(({ ids }, i) => ids.length > (seen[i] as number))).toBe(true);

  await redis.kill();
  await expect
    .poll(
      all(({ heard }) => heard.has("outage")),
      PATIENCE,
    )
    .toBe(0);
  await redis.start();
  await expect
    .poll(
      all(({ heard }) => heard.has("resumed")),
      PATIENCE,
    )
    .toBe(0);
  const back = (await stream()).length;
  await expect.poll(async () => (await stream()).length, PATIENCE).toBeGreaterThan(back + 50);
  await moving.stop();

  const happened = await stream();
  await expect
    .poll(
      all(({ ids }) => ids.at(-1) === happened.at(-1)),
      PATIENCE,
    )
    .toBe(0);
  for (const { ids, heard } of followers) {
    expect(ids).toEqual(happened);
    expect(heard.get("gap") ?? 0).toBe(0);
  }
}, 300_000);
