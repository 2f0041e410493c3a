import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { DIST } from "../../../build/bundle/targets.ts";
import { startCoordinator } from "../../../build/local/coordinator-process.ts";
import { freePort } from "../../../build/local/ports.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";

let server: TestRedis;
let folder: string;
beforeAll(async () => {
  server = await startTestRedis();
  folder = await mkdtemp(path.join(tmpdir(), "school-coordinators-"));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (name: string, port: number, env: Record<string, string> = {}) =>
  startCoordinator({
    port,
    program: () => ({ main: path.join(DIST, "coordinator/main.js"), env: {} }),
    token: `token-of-${name}`,
    env: {
      REDIS_URL: server.url,
      SCHOOL_TOKENS: `operator:${name}:token-of-${name}`,
      APPROVAL_SECRET: "a-secret-for-this-test-only",
      SCHOOL_WAKE: "off",
      ...env,
    },
    logFile: path.join(folder, `${name}.log`),
    log: () => undefined,
  });

test("coordinators that want the same port at the same moment each get one and never take the other for themselves", async () => {
  const port = await freePort();
  const names = ["ada", "ben", "cleo"];
  const started = await Promise.all(names.map((name) => start(name, port)));
  expect(new Set(started.map(({ url }) => url)).size).toBe(3);
  for (const [i, { url }] of started.entries()) {
    const headers = { authorization: `Bearer token-of-${names[i]}` };
    expect((await fetch(`${url}/api/status`, { headers })).status).toBe(200);
  }
  await Promise.all(started.map((coordinator) => coordinator.close()));
});

test("one that cannot run says why", async () => {
  await expect(start("dora", await freePort(), { APPROVAL_SECRET: "short" })).rejects.toThrow(
    /does not start.*APPROVAL_SECRET/s,
  );
});

test("one that a lost node took along is there again on the same port, each time", async () => {
  const coordinator = await start("eve", await freePort());
  const headers = { authorization: "Bearer token-of-eve" };
  const answers = () =>
    fetch(`${coordinator.url}/api/status`, { headers })
      .then(({ ok }) => ok)
      .catch(() => false);
  for (let times = 0; times < 3; times += 1) {
    coordinator.lose();
    await vi.waitFor(async () => expect(await answers()).toBe(false), { interval: 5, timeout: 30_000 });
    await vi.waitFor(async () => expect(await answers()).toBe(true), { timeout: 30_000 });
  }
  await coordinator.close();
  expect(await answers()).toBe(false);
});
