/** What the benchmark counts and reads by itself is what was said and sampled. */
import { Agent, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { startTestRedis } from "../support/redis.ts";
import { countingProxy } from "./cost/counting-proxy.ts";
import { stepsOf } from "./cost/trails.ts";
import { partsOf } from "./profile.ts";

test("requests on one connection are counted one by one, in bytes both ways", async () => {
  const server = createServer((_, response) => response.end("x".repeat(1_000)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = await countingProxy((server.address() as AddressInfo).port);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (let n = 0; n < 3; n += 1) {
      await new Promise<void>((resolve, reject) => {
        const url = `http://127.0.0.1:${proxy.port}/`;
        get(url, { agent }, (response) => response.resume().on("end", resolve)).on("error", reject);
      });
    }
    const { turns, asked, answered } = proxy.said();
    expect(turns).toBe(3);
    expect(asked).toBeGreaterThan(3 * 20);
    expect(answered).toBeGreaterThan(3_000);
    expect(answered).toBeLessThan(4_500);
  } finally {
    agent.destroy();
    await proxy.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("a pipeline of Redis is one round trip", async () => {
  const server = await startTestRedis();
  const proxy = await countingProxy(server.port);
  const redis = new Redis(proxy.port, { enableReadyCheck: false, disableClientInfo: true });
  try {
    await redis.ping();
    const before = proxy.said().turns;
    await redis.pipeline().set("a", "1").get("a").del("a").exec();
    expect(proxy.said().turns - before).toBe(1);
  } finally {
    redis.disconnect();
    await proxy.close();
    await server.close();
  }
});

test("a trail says how long a stage was waited for and how long it worked; people are no stage", async () => {
  const server = await startTestRedis();
  const redis = new Redis(server.port);
  const began = Date.UTC(2030, 0, 1);
  const entry = (ms: number, fields: Record<string, string>) =>
    redis.xadd("improvement:i:trail", `${began + ms}-0`, ...Object.entries(fields).flat());
  try {
    await entry(0, { from: "", to: "raw", by: "ingest" });
    await entry(500, { from: "raw", to: "routed", by: "route", taken_at: new Date(began + 200).toISOString() });
    await entry(900, { from: "routed", to: "rejected", by: "person:one" });
    expect(await stepsOf(redis, "i")).toEqual([{ stage: "route", waited: 200, worked: 300, endedAt: began + 500 }]);
  } finally {
    redis.disconnect();
    await server.close();
  }
});

test("a profile is read as time by function, without waiting", () => {
  const node = (id: number, functionName: string, url = "") => ({
    id,
    callFrame: { functionName, url, lineNumber: 4 },
  });
  const nodes = [node(1, "(idle)"), node(2, "parse", "file:///x/main.js"), node(3, "", "node:internal/a")];
  const parts = partsOf({ nodes, samples: [2, 1, 3, 2], timeDeltas: [1_000, 90_000, 5_000, 2_000] });
  expect(parts).toEqual(["5.0 ms  at the top of the module (node:internal/a)", "3.0 ms  parse (main.js:5)"]);
});
