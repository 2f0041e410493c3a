/** A bundle is not its sources: what it loads late must be whole when an error has to be logged. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { DIST } from "../../build/bundle/targets.ts";
import { bundle } from "../../build/bundle.ts";
import { startTestRedis } from "../support/redis.ts";

test("a bundled function logs that Redis went away, waits for it and goes on", { timeout: 60_000 }, async () => {
  await bundle(["route"]);
  const server = await startTestRedis({ appendOnly: true });
  const env = { PATH: process.env["PATH"], REDIS_URL: server.url, PORT: "0", LOG_LEVEL: "trace" };
  const child = spawn(process.execPath, [path.join(DIST, "route", "main.js")], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const logged: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => logged.push(line));
  try {
    const event = (id: string) => JSON.stringify({ specversion: "1.0", id, source: "/t", type: "unknown", data: {} });
    const redis = new Redis(server.url);
    redis.on("error", () => undefined);
    await redis.lpush("school:queue:route", event("before"));
    await expect.poll(() => redis.llen("school:queue:route:dead")).toBe(1);

    await server.kill();
    await expect
      .poll(() => logged.some((line) => line.includes("Redis is out of reach")), { timeout: 10_000 })
      .toBe(true);
    await server.start();
    await redis.lpush("school:queue:route", event("after"));
    await expect.poll(() => redis.llen("school:queue:route:dead"), { timeout: 10_000 }).toBe(2);
    redis.disconnect();
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(errors).toBe("");
  } finally {
    child.kill("SIGKILL");
    await server.close();
  }
});
