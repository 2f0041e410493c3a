import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";
import { schoolCommand, startSchoolCommand } from "./school.ts";

let server: TestRedis;
let redis: Redis;
let directory: string;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  directory = await mkdtemp(path.join(tmpdir(), "school-import-"));
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await redis.flushall();
  const record = { title: "T", category: "security", type: "tool", description: "Add policies", source_video: "v" };
  await redis.set("improvement:0123456789ab", JSON.stringify(record));
  await redis.set("improvement:bad", "\u001b[31mred");
  await redis.zadd("improvements:raw", 1_769_248_800, "improvement:0123456789ab");
});

describe("import", () => {
  test("says what it would do, does it, and does it once", async () => {
    const env = { REDIS_URL: server.url };
    const dry = await schoolCommand(["import", "--dry-run"], env);
    expect(dry).toMatchObject({ code: 0, err: "" });
    expect(dry.out).toMatch(/would import\s+1\s+raw\s+handed to ingest/);
    expect(dry.out).toContain("1 would be imported, 0 known, 1 skipped");
    expect(await redis.exists("school:queue:ingest", "school:imported")).toBe(0);

    const done = await schoolCommand(["import", "--json"], env);
    expect(JSON.parse(done.out)).toMatchObject({ imported: 1, known: 0, skipped: 1, dryRun: false, stopped: false });
    expect(await redis.llen("school:queue:ingest")).toBe(1);
    expect((await schoolCommand(["import"], env)).out).toContain("0 imported, 1 known, 1 skipped");
  });

  test("into the local school that runs here, under its prefix, from a Redis named by hand", async () => {
    await writeFile(
      path.join(directory, "school.json"),
      JSON.stringify({
        url: "http://127.0.0.1:1",
        tokens: { operator: "t" },
        pid: process.pid,
        redis: `${server.url}/2`,
        keyPrefix: "mine:",
      }),
    );
    const { code, out } = await schoolCommand(["import", "--redis", server.url], { SCHOOL_DATA_DIR: directory });
    expect([code, out]).toEqual([0, expect.stringContaining("1 imported")]);
    expect(await redis.exists("school:queue:ingest")).toBe(0);
    await redis.select(2);
    expect((await redis.keys("*")).sort()).toEqual(["mine:school:imported", "mine:school:queue:ingest"]);
    await redis.select(0);
  });

  test("killed in the middle, the next run does the rest and nothing twice", async () => {
    const many = 3_000;
    const fill = redis.pipeline();
    for (let i = 0; i < many; i += 1) {
      const checks = i % 2 === 0 ? [] : [{ ok: true }];
      const record = { type: "tool", description: `Add policy ${i}`, health_monitoring: { checks } };
      fill.set(`improvement:h${i}`, JSON.stringify(record)).zadd("improvements:verified", i + 1, `improvement:h${i}`);
    }
    await fill.exec();
    const env = { REDIS_URL: server.url };
    const running = startSchoolCommand(["import"], env);
    await expect.poll(() => redis.hlen("school:imported"), { interval: 1, timeout: 30_000 }).toBeGreaterThan(0);
    running.signal("SIGKILL");
    await running.ended;
    const before = await redis.hlen("school:imported");

    const { out } = await schoolCommand(["import", "--json"], env);
    expect(JSON.parse(out)).toMatchObject({ imported: many + 1 - before, known: before });
    expect(await redis.llen("school:queue:ingest")).toBe(many / 2 + 1);
    expect(await redis.zcount("improvements:verified", "-inf", "+inf")).toBe(many + many / 2);
    expect(await redis.scard("improvements:status:verified")).toBe(many / 2);
  });

  test("an empty Redis is no mistake", async () => {
    await redis.flushall();
    const { code, out } = await schoolCommand(["import"], { REDIS_URL: server.url });
    expect([code, out]).toEqual([0, "no improvement of the founding platform was found\n"]);
  });

  test.each<[string, string[], Record<string, string>, number, RegExp]>([
    ["no Redis", [], { SCHOOL_URL: "http://school.example" }, 1, /set REDIS_URL/],
    [
      "a Redis that is not there",
      [],
      { REDIS_URL: "redis://u:secret@127.0.0.1:1" },
      1,
      /127\.0\.0\.1:1 does not let us in.*ECONNREFUSED/,
    ],
    ["an address that is none", ["--redis", "http://u:secret@x"], {}, 2, /--redis must be redis:/],
  ])("%s is said in a sentence, without a password", async (_name, args, env, code, text) => {
    const answer = await schoolCommand(["import", ...args], env, { cwd: directory });
    expect(answer.code).toBe(code);
    expect(answer.err).toMatch(text);
    expect(answer.err).not.toContain("secret");
  });
});
