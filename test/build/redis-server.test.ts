import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { afterEach, expect, test } from "vitest";
import { launchRedis } from "../../build/local/redis-process.ts";
import { startRedis } from "../../build/local/redis-server.ts";
import { startTestRedis } from "../support/redis.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function client(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 3 });
  redis.on("error", () => {});
  cleanups.push(() => redis.disconnect());
  return redis;
}

/** The port of somebody who takes connections and says nothing. */
async function silent(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

test("the local Redis appends, never evicts, and keeps its data over a restart", async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "school-local-redis-"));
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));

  const first = await startRedis({ dataDir });
  const redis = client(first.url);
  expect(await redis.config("GET", "appendonly")).toEqual(["appendonly", "yes"]);
  expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
  await redis.set("kept", "yes");
  await first.close();

  const second = await startRedis({ dataDir });
  cleanups.push(() => second.close());
  expect(await client(second.url).get("kept")).toBe("yes");
});

test("a server that outlived its school is ended before another one opens the same files", async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "school-local-redis-"));
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
  const left = await startRedis({ dataDir });
  await client(left.url).set("kept", "yes");

  const next = await startRedis({ dataDir });
  cleanups.push(() => next.close());
  await left.gone;
  expect(await client(next.url).get("kept")).toBe("yes");
});

test("one that was stopped and answers nobody is ended, too, and what it had appended is there", async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), "school-local-redis-"));
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
  const left = await startRedis({ dataDir });
  await client(left.url).set("kept", "yes");
  const [, pid] = (await readFile(path.join(dataDir, "redis.port"), "utf8")).split(" ");
  process.kill(Number(pid), "SIGSTOP");

  const next = await startRedis({ dataDir });
  cleanups.push(() => next.close());
  await left.gone;
  expect(await client(next.url).get("kept")).toBe("yes");
}, 60_000);

test.each([
  ["of a process that is gone", (port: number) => `${port} 4194305 1`],
  ["without a process", (port: number) => `${port}`],
])(
  "somebody else who listens on the noted port and never answers keeps nobody waiting (a note %s)",
  async (_, note) => {
    const port = await silent();
    const dataDir = await mkdtemp(path.join(tmpdir(), "school-local-redis-"));
    cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
    await writeFile(path.join(dataDir, "redis.port"), `${note(port)}\n`);

    const redis = await startRedis({ dataDir, port });
    cleanups.push(() => redis.close());
    expect(redis.port).not.toBe(port);
    expect(await client(redis.url).ping()).toBe("PONG");
  },
);

test("a port that somebody silent took first is told as taken", async () => {
  const [port, dir] = [await silent(), await mkdtemp(path.join(tmpdir(), "school-local-redis-"))];
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  await expect(launchRedis({ port, dir, appendOnly: true })).rejects.toMatchObject({ portTaken: true });
});

test("a busy port leads to another one", async () => {
  const port = await silent();
  const dataDir = await mkdtemp(path.join(tmpdir(), "school-local-redis-"));
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));

  const redis = await startRedis({ dataDir, port });
  cleanups.push(() => redis.close());
  expect(redis.port).not.toBe(port);
  expect(await client(redis.url).ping()).toBe("PONG");
});

test("a test Redis comes back after kill -9 with what it had appended", async () => {
  const server = await startTestRedis({ appendOnly: true });
  cleanups.push(() => server.close());
  const redis = client(server.url);
  await redis.set("kept", "yes");
  await server.restart({ hard: true });
  expect(await redis.get("kept")).toBe("yes");
});
