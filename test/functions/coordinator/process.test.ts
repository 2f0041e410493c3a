import { spawn } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";
import { baseEnv } from "./support.ts";

const MAIN = path.resolve(import.meta.dirname, "../../../functions/coordinator/main.ts");

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.close());

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env["PATH"] ?? "", ...env } });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return { child, text: () => text, ended };
}

test.each<NodeJS.Signals>(["SIGTERM", "SIGINT"])("answers until %s, then goes with 0", async (signal) => {
  const { child, text, ended } = start({ ...baseEnv, REDIS_URL: redis.url, LOG_LEVEL: "info" });
  await expect.poll(text, { timeout: 20_000 }).toContain("the coordinator listens");
  const [, url] = /"url":"([^"]+)"/.exec(text()) ?? [];
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  expect(text()).not.toContain("operator-token");
  child.kill(signal);
  expect(await ended).toBe(0);
});

test("goes although Redis went away for good just before", async () => {
  const gone = await startTestRedis();
  const { child, text, ended } = start({ ...baseEnv, REDIS_URL: gone.url, LOG_LEVEL: "info" });
  await expect.poll(text, { timeout: 20_000 }).toContain("the coordinator listens");
  await gone.kill();
  await expect.poll(text, { timeout: 20_000 }).toContain("Redis is out of reach");
  child.kill("SIGTERM");
  await ended;
  await gone.close();
});

test("names every problem of its configuration and ends with 1", async () => {
  const { text, ended } = start({ REDIS_URL: "nowhere", PORT: "70000" });
  expect(await ended).toBe(1);
  for (const name of ["REDIS_URL", "PORT", "SCHOOL_TOKENS", "APPROVAL_SECRET"]) expect(text()).toContain(`- ${name}: `);
});

test("warms its compile cache up and ends, without any setting", async () => {
  const { text, ended } = start({ SCHOOL_WARMUP: "1" });
  expect(await ended).toBe(0);
  expect(text()).toBe("");
});
