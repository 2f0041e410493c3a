/** Backup and restore of Redis as the operations guide has them: its commands, a real Redis, a school that goes on afterwards. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Redis } from "ioredis";
import { expect, test, vi } from "vitest";
import { freePort } from "../../build/local/ports.ts";
import { launchRedis } from "../../build/local/redis-process.ts";
import { examine } from "../../shared/pipeline/doctor.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { root } from "../repo/imports.ts";
import { temporaryDirectory } from "../support/directory.ts";

const run = promisify(execFile);
const noCli = await run("redis-cli", ["--version"]).then(
  () => false,
  () => true,
);

/** Every key with what it holds; sets and hashes have no order. */
async function everything(redis: Redis): Promise<Record<string, unknown>> {
  const keys = (await redis.keys("*")).sort();
  const values = await Promise.all(keys.map(async (key) => valueOf(redis, key, await redis.type(key))));
  return Object.fromEntries(keys.map((key, i) => [key, values[i]]));
}

async function valueOf(redis: Redis, key: string, type: string): Promise<unknown> {
  if (type === "string") return redis.get(key);
  if (type === "list") return redis.lrange(key, 0, -1);
  if (type === "hash") return redis.hgetall(key);
  if (type === "set") return (await redis.smembers(key)).sort();
  if (type === "zset") return redis.zrange(key, "0", "-1", "WITHSCORES");
  if (type === "stream") return redis.xrange(key, "-", "+");
  throw new Error(`${key} is a ${type}, which this test does not compare`);
}

test("the guide says what is tried here", async () => {
  const guide = await readFile(path.join(root, "build/docs/operations.md"), "utf8");
  for (const said of ["--rdb school.rdb", "`--appendonly no`", "CONFIG SET appendonly yes", "`dump.rdb`"])
    expect(guide).toContain(said);
});

test.skipIf(noCli)(
  "what was copied from a running school is all there after a restore, and its work goes on",
  async () => {
    const before = { port: await freePort(), dir: await temporaryDirectory(), appendOnly: true };
    const server = await launchRedis(before);
    const school = connectPipeline(`redis://127.0.0.1:${before.port}`);
    await school.seed(Array.from({ length: 50 }, (_, i) => `i${i}`));
    // One is in somebody's hands while the copy is made.
    const { leases } = await school.queue("route").claim(1);
    expect(leases).toHaveLength(1);
    const after = { port: await freePort(), dir: await temporaryDirectory() };
    await run("redis-cli", ["-u", `redis://127.0.0.1:${before.port}`, "--rdb", path.join(after.dir, "dump.rdb")]);
    const kept = await everything(school.redis);
    expect(Object.keys(kept).length).toBeGreaterThan(50);
    school.redis.disconnect();
    await server.kill();

    let restored = await launchRedis({ ...after, appendOnly: false });
    const url = `redis://127.0.0.1:${after.port}`;
    let again = connectPipeline(url);
    expect(await everything(again.redis)).toEqual(kept);
    await again.redis.config("SET", "appendonly", "yes");
    await vi.waitFor(async () => expect(await again.redis.info("persistence")).toMatch(/aof_rewrite_in_progress:0/), {
      timeout: 20_000,
    });
    again.redis.disconnect();
    await restored.stop();

    restored = await launchRedis({ ...after, appendOnly: true });
    again = connectPipeline(url);
    try {
      expect(await everything(again.redis)).toEqual(kept);
      expect(await examine(again.redis, again.keys, again.scripts)).toEqual([]);
      const rest = await again.queue("route").claim(100);
      expect(rest.leases).toHaveLength(49);
    } finally {
      again.redis.disconnect();
      await restored.stop();
    }
  },
);
