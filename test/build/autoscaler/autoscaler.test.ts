import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Autoscaler, startAutoscaler } from "../../../build/local/autoscaler/autoscaler.ts";
import { readTriggers } from "../../../build/local/autoscaler/trigger.ts";
import { deployment } from "../../../build/manifests/deployment.ts";
import { scaledObject } from "../../../build/manifests/scaled-object.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";

const worker = path.join(import.meta.dirname, "programs/worker.mjs");
const list = "school:queue:approve";
let server: TestRedis;
let redis: Redis;
let dir: string;
let running: Autoscaler | undefined;
let messages: string[];

beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  redis.on("error", () => {});
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(async () => {
  await redis.flushall();
  dir = await mkdtemp(path.join(tmpdir(), "school-autoscaler-"));
  messages = [];
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  await rm(dir, { recursive: true, force: true });
});

/** The generated manifests of `approve`, its grace shortened so that SIGKILL is near. */
async function start({ behaviour = "drain", grace = 30, cooldownMs = 0, pollingIntervalMs = 20 } = {}) {
  const pod = deployment("approve", "1.0.0") as { spec: { template: { spec: Record<string, unknown> } } };
  pod.spec.template.spec["terminationGracePeriodSeconds"] = grace;
  await writeFile(
    path.join(dir, "approve.yaml"),
    `${JSON.stringify(scaledObject("approve"))}\n---\n${JSON.stringify(pod)}\n`,
  );
  running = await startAutoscaler({
    manifestsDir: dir,
    redis: server.url,
    env: () => ({ BEHAVIOUR: behaviour }),
    logsDir: path.join(dir, "logs"),
    pollingIntervalMs,
    cooldownMs,
    command: () => ({ program: process.execPath, args: [worker] }),
    log: (message) => messages.push(message),
  });
  return running;
}
const state = () => running?.replicas().get("approve");
const log = () => readFile(path.join(dir, "logs/approve.log"), "utf8").catch(() => "");
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 30_000, interval: 10 });
const isUp = (count: number) => until(async () => expect((await log()).match(/^ready/gm) ?? []).toHaveLength(count));

test("a waiting event starts one process, more start more, and everything empty ends them all by SIGTERM", async () => {
  await start();
  expect(state()).toMatchObject({ wanted: 0, running: 0 });

  await redis.lpush(list, ...Array.from({ length: 17 }, (_, i) => String(i)));
  await isUp(3);
  expect(state()).toMatchObject({ wanted: 3, running: 3, active: true });

  await redis.del(list);
  await until(() => expect(state()).toMatchObject({ wanted: 0, running: 0, active: false }));
  expect((await log()).match(/^SIGTERM/gm)).toHaveLength(3);
});

test("what a lost node takes along is replaced at once, however often; who ends by itself waits", async () => {
  await start();
  await redis.lpush(list, "1");
  await isUp(1);
  for (let times = 1; times <= 4; times += 1) {
    expect(running?.lose("approve")).toBe(1);
    await isUp(1 + times);
  }
  expect(messages.join()).not.toMatch(/next start in/);
  expect((await log()).match(/^SIGTERM/gm)).toBeNull();
  expect(running?.lose("nobody")).toBe(0);
});

test("what is leased keeps its process although nothing waits", async () => {
  await start();
  await redis.zadd(`${list}:leases`, Date.now(), "token");
  await isUp(1);
  const polls = await pollsUntil(20);
  expect(polls).toBeGreaterThanOrEqual(20);
  expect(state()).toMatchObject({ wanted: 1, running: 1 });
});

/** Waits until Redis has answered this many more readings. */
async function pollsUntil(count: number): Promise<number> {
  const evals = async () => Number(/cmdstat_eval:calls=(\d+)/.exec(await redis.info("commandstats"))?.[1] ?? 0);
  const before = await evals();
  return until(async () => {
    const polls = ((await evals()) - before) / 3;
    expect(polls).toBeGreaterThanOrEqual(count);
    return polls;
  });
}

test("who ignores SIGTERM is killed when its grace is over", async () => {
  await start({ behaviour: "stubborn", grace: 0 });
  await redis.lpush(list, "event");
  await isUp(1);
  await redis.del(list);
  await until(() => expect(state()).toMatchObject({ wanted: 0, running: 0 }));
  expect(messages.join("\n")).toContain("SIGKILL");
});

test("a crashing process is started again, later and later", async () => {
  await start({ behaviour: "crash" });
  await redis.lpush(list, "event");
  await until(() => expect(messages.filter((message) => message.includes("exit code 3"))).toHaveLength(2));
  expect(messages.join("\n")).toMatch(/next start in 1 s[^]*next start in 2 s/);
  expect(state()).toMatchObject({ wanted: 1, running: 0 });
});

test("a wake-up brings a cold stage up at once and leaves a warm one alone", async () => {
  const autoscaler = await start({ cooldownMs: 600_000, pollingIntervalMs: 600_000 });
  let changes = 0;
  const unsubscribe = autoscaler.onChange(() => {
    changes += 1;
  });
  autoscaler.wake("approve");
  autoscaler.wake("approve");
  await isUp(1);
  expect(state()).toMatchObject({ wanted: 1, running: 1 });
  expect(changes).toBeGreaterThan(0);
  unsubscribe();

  expect(autoscaler.scale("cortex-approve", 2)).toBe(true);
  await isUp(2);
  expect(autoscaler.scale("cortex-nobody", 1)).toBe(false);
});

test("closing ends every process before it resolves", async () => {
  const autoscaler = await start({ cooldownMs: 600_000, pollingIntervalMs: 600_000 });
  autoscaler.scale("cortex-approve", 2);
  await isUp(2);
  await autoscaler.close();
  const pids = [...(await log()).matchAll(/^ready (\d+)/gm)].map(([, pid]) => Number(pid));
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("an outage of Redis takes nobody away and is named", async () => {
  await start();
  await redis.lpush(list, "event");
  await isUp(1);
  await server.kill();
  await until(() => expect(state()?.problem).toBeDefined());
  expect(state()).toMatchObject({ wanted: 1, running: 1 });
  await server.start();
  await until(() => expect(state()).toMatchObject({ wanted: 0, running: 0 }));
});

test("lengths are read by the type of the key, as KEDA's redis scaler does", async () => {
  await redis.lpush("list", "a", "b");
  await redis.zadd("zset", 1, "a", 2, "b", 3, "c");
  await redis.sadd("set", "a");
  await redis.hset("hash", { a: 1, b: 2, c: 3, d: 4 });
  await redis.set("string", "x");
  const reader = await readTriggers(server.url, "");
  const read = (...keys: string[]) =>
    reader.read({ triggers: keys.map((key) => ({ name: key, key })) } as unknown as Parameters<typeof reader.read>[0]);

  expect(await read("list", "zset", "set", "hash", "none")).toEqual({
    values: { list: 2, zset: 3, set: 1, hash: 4, none: 0 },
  });
  expect(await read("list", "string")).toMatchObject({ error: expect.stringContaining("string") });
  reader.close();
});
