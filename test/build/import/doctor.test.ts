import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { importPlatform } from "../../../build/import/import.ts";
import { examine } from "../../../shared/pipeline/doctor.ts";
import { connectPipeline } from "../../pipeline/support.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";
import { put, stored, verified } from "./support.ts";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;

beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url);
});
afterAll(async () => {
  school.redis.disconnect();
  await server.close();
});
beforeEach(() => school.redis.flushall());

const job = () =>
  importPlatform({
    from: school.redis,
    fromPrefix: "",
    to: school.redis,
    keys: school.keys,
    dryRun: false,
    stopped: new AbortController().signal,
  });

describe("the doctor beside the platform's keys", () => {
  const problems = async () => (await examine(school.redis, school.keys, school.scripts)).map(({ problem }) => problem);

  test("says what to do, and nothing any more once it is done", async () => {
    await put(school.redis, "1", stored("A"), "raw");
    await put(school.redis, "2", verified("B"), "verified");
    expect(await problems()).toEqual([
      expect.stringContaining("`school import` takes it in"),
      expect.stringContaining("`school import` takes it in"),
    ]);
    await job();
    expect(await problems()).toEqual([]);
  });

  test("repairs our indexes and leaves the platform's entries in them", async () => {
    await put(school.redis, "1", stored("A"), "raw");
    await school.seed(["ours"]);
    await school.redis.zadd("improvements:raw", 5, "ghost");
    await examine(school.redis, school.keys, school.scripts, true);
    expect((await school.redis.zrange("improvements:raw", 0, "-1")).sort()).toEqual(["improvement:1", "ours"]);
  });

  test("a note of another type is named, and hides nothing", async () => {
    await school.redis.set("school:imported", "mine");
    await put(school.redis, "1", stored("A"));
    expect(await problems()).toEqual([
      expect.stringContaining("`school import` takes it in"),
      "the key school:imported holds a string, not a hash",
    ]);
    await expect(job()).rejects.toThrow("WRONGTYPE");
    expect(await school.redis.exists("school:queue:ingest")).toBe(0);
  });

  test("many of them are a short list", async () => {
    for (let i = 0; i < 50; i += 1) await put(school.redis, `h${i}`, stored("A"));
    const told = await problems();
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toBe("30 more keys hold a string like that");
  });
});
