/** A function that is told to stop before it could begin: as process 1 of a container it hears only what it listens to. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import path from "node:path";
import { expect, test } from "vitest";
import { startTestRedis } from "../support/redis.ts";
import { startStage } from "../support/stage-process.ts";

test.each(["SIGTERM", "SIGINT"] as const)("%s ends it at once while Redis does not answer", async (signal) => {
  const silent = createServer();
  await once(silent.listen(0, "127.0.0.1"), "listening");
  const connected = once(silent, "connection");
  const { port } = silent.address() as AddressInfo;
  const one = startStage("approve", {
    REDIS_URL: `redis://127.0.0.1:${port}`,
    APPROVAL_SECRET: "a secret for tests only",
  });
  const [socket] = (await connected) as [{ destroy(): void }];
  one.kill(signal);
  // A code, not the signal: it ended by itself.
  expect(await one.exit).toBe(0);
  socket.destroy();
  silent.close();
});

test("a signal that comes while it makes itself ready is heard", async () => {
  const redis = await startTestRedis();
  const program = path.resolve(import.meta.dirname, "programs/told-at-start.mjs");
  const one = startStage("route", { REDIS_URL: redis.url }, program);
  expect(await one.exit).toBe(0);
  await redis.close();
});
