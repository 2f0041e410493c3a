import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startLegacy } from "../../functions/coordinator/loops/legacy.ts";
import { ingest } from "../../functions/ingest/handle.ts";
import { legacyLists, moveLegacy } from "../../shared/pipeline/legacy.ts";
import { operations } from "../../shared/pipeline/operations.ts";
import { understand } from "../../shared/repository/understand.ts";
import { perform } from "../../shared/runtime/work.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

const LEGACY = "youtube:improvements";
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
beforeEach(async () => {
  await school.redis.config("SET", "maxmemory", "0");
  await school.redis.flushall();
});

const log = pino({ level: "silent" });
const video = (id: string) =>
  JSON.stringify({
    video_id: id,
    title: "A talk",
    relevance: 0.95,
    // An empty list must come through as one: Redis's JSON library would make an object of it.
    improvements: {
      passive: [],
      active: [
        { category: "database", type: "implementation", description: "Back up every database", auto_approve: true },
      ],
    },
  });

/** Works off what is on the ingest list, as the stage does. */
async function ingestAll(): Promise<void> {
  const queue = school.queue("ingest");
  const stage = { name: "ingest", ports: () => ({}), handle: ingest } as unknown as Parameters<typeof perform>[0];
  const ports = {
    history: { source: async () => undefined },
    platform: async () =>
      understand("0".repeat(40), new Map(), { repository: "https://git.example/ops", branch: "main" }),
    sizeLimit: 1_000_000,
  };
  for (;;) {
    const { leases } = await queue.claim(10);
    if (leases.length === 0) return;
    for (const lease of leases) {
      const work = { lease, signal: new AbortController().signal, now: Date.now };
      const settlement = await perform(stage, ports, queue, log, work);
      if (settlement !== undefined) await queue.settle([settlement], 0);
    }
  }
}
const letters = () => operations(school.redis, school.keys, school.scripts).deadLetters("ingest");

describe("anybody may push onto the ingest list", () => {
  test("a record of the platform becomes improvements, and a source that says where they came from", async () => {
    await school.redis.lpush("school:queue:ingest", video("abc123def45"));
    await ingestAll();
    expect(await letters()).toEqual([]);
    const [id] = await school.redis.zrange("improvements:raw", 0, "-1");
    expect(await school.redis.hgetall(`improvement:${id}`)).toMatchObject({
      status: "raw",
      video_id: "abc123def45",
      source_title: "A talk",
      source_url: "https://www.youtube.com/watch?v=abc123def45",
    });
    // Whatever the producer says of approval: it begins where everything begins.
    expect(await school.redis.hexists(`improvement:${id}`, "approval")).toBe(0);
    expect(await school.places("ingest")).toMatchObject({ list: 0, leases: 0, leased: 0, attempts: 0, dead: 0 });
  });

  test("the worker gets the very text", async () => {
    const spaced = `  {"video_id":"x", "improvements" : [ ] , "n":1e3}\n`;
    await school.redis.lpush("school:queue:ingest", spaced);
    expect((await school.queue("ingest").claim(1)).leases[0]?.event).toBe(spaced);
  });

  test.each([
    ['{"hello":"world"}', /neither a CloudEvent nor a record of the platform/],
    ['{"video_id":"v","improvements":"none"}', /improvements is neither/],
    ['["a","b"]', /not a CloudEvent 1\.0/],
    ['{"specversion":null,"improvements":[]}', /not a CloudEvent 1\.0/],
    ['{"specversion":"1.0","improvements":[]}', /not a CloudEvent 1\.0/],
  ])("%s is a dead letter that says why and holds what came", async (element, reason) => {
    await school.redis.lpush("school:queue:ingest", element, video("abc123def45"));
    await ingestAll();
    const [letter, ...others] = await letters();
    expect(others).toEqual([]);
    expect(letter?.reason).toMatch(reason);
    expect(JSON.stringify(letter?.event)).toBe(element);
    expect(await school.redis.zcard("improvements:raw")).toBe(1);
  });

  test("a record whose worker dies comes back, and in the end says so; it can be tried again", async () => {
    await school.redis.lpush("school:queue:ingest", video("abc123def45"));
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const { leases } = await school.queue("ingest", { leaseMs: 0 }).claim(1);
      expect(leases[0]?.attempt).toBe(attempt);
    }
    expect((await school.queue("ingest").claim(1)).leases).toEqual([]);
    const [letter] = await letters();
    expect(letter?.reason).toMatch(/the worker died/);
    await operations(school.redis, school.keys, school.scripts).redrive(letter as NonNullable<typeof letter>, "p", "r");
    await ingestAll();
    expect(await school.redis.zcard("improvements:raw")).toBe(1);
  });

  test("no other stage takes one", async () => {
    await school.redis.lpush("school:queue:route", video("abc123def45"));
    expect((await school.queue("route").claim(1)).leases).toEqual([]);
    expect(await school.redis.llen("school:queue:route:dead")).toBe(1);
  });
});

describe("the legacy list", () => {
  const all = async (key: string) => (await school.redis.lrange(key, 0, -1)).reverse();

  test("is moved oldest first, in batches, byte for byte", async () => {
    const elements = ["{}", video("1"), "not JSON", '{"a":[]}', "\u0000\ufffd"];
    await school.redis.lpush("school:queue:ingest", "before");
    await school.redis.lpush(LEGACY, ...elements);
    expect(await moveLegacy(school.scripts, LEGACY, 2)).toEqual({ kind: "moved", count: 2, left: 3 });
    expect(await moveLegacy(school.scripts, LEGACY, 9)).toEqual({ kind: "moved", count: 3, left: 0 });
    expect(await moveLegacy(school.scripts, LEGACY, 9)).toEqual({ kind: "moved", count: 0, left: 0 });
    expect(await all("school:queue:ingest")).toEqual(["before", ...elements]);
  });

  test("two coordinators and a producer at once: every element once", async () => {
    const other = connectPipeline(server.url);
    const ids = Array.from({ length: 300 }, (_, i) => String(i));
    const stopping: (() => Promise<void>)[] = [];
    for (const { scripts } of [school, other]) {
      const loop = startLegacy({ scripts, log }, [LEGACY], 1, () => undefined);
      stopping.push(() => loop.stop());
    }
    for (const id of ids) await school.redis.lpush(LEGACY, video(id));
    await expect.poll(() => school.redis.llen(LEGACY), { timeout: 10_000 }).toBe(0);
    await Promise.all(stopping.map((stop) => stop()));
    other.redis.disconnect();
    expect(await all("school:queue:ingest")).toEqual(ids.map(video));
  });

  test("with Redis out of memory nothing is lost, and it goes on afterwards", async () => {
    await school.redis.lpush(LEGACY, video("1"), video("2"));
    await school.redis.config("SET", "maxmemory", "1");
    await expect(moveLegacy(school.scripts, LEGACY, 9)).rejects.toThrow("OOM");
    expect(await school.redis.llen(LEGACY)).toBe(2);
    await school.redis.config("SET", "maxmemory", "0");
    expect(await moveLegacy(school.scripts, LEGACY, 9)).toMatchObject({ count: 2 });
  });

  test("a damaged ingest list keeps the elements where they are", async () => {
    await school.redis.lpush(LEGACY, video("1"));
    await school.redis.set("school:queue:ingest", "mine");
    await expect(moveLegacy(school.scripts, LEGACY, 9)).rejects.toThrow("WRONGTYPE");
    expect(await school.redis.llen(LEGACY)).toBe(1);
  });

  test("a key of another type is told once and left alone; the other lists go on, and so does it when it is a list", async () => {
    await school.redis.zadd(LEGACY, 1, "x");
    await school.redis.lpush("other:list", video("1"));
    const told: unknown[] = [];
    const woken: string[] = [];
    const noting = { warn: (facts: unknown) => told.push(facts), info() {} } as unknown as typeof log;
    const { scripts } = school;
    const loop = startLegacy({ scripts, log: noting }, [LEGACY, "other:list"], 1, (stage) => woken.push(stage));
    await expect.poll(() => school.redis.llen("school:queue:ingest"), { timeout: 10_000 }).toBe(1);
    await school.redis.lpush("other:list", video("2"));
    await expect.poll(() => school.redis.llen("school:queue:ingest"), { timeout: 10_000 }).toBe(2);
    expect(told).toEqual([{ list: LEGACY, type: "zset" }]);
    expect(woken).toEqual(["ingest", "ingest"]);
    expect(await school.redis.zscore(LEGACY, "x")).toBe("1");
    await school.redis.del(LEGACY);
    await school.redis.lpush(LEGACY, video("3"));
    await expect.poll(() => school.redis.llen("school:queue:ingest"), { timeout: 10_000 }).toBe(3);
    await loop.stop();
  });

  test("a setting names lists, each once, and never a key of the school", () => {
    expect(legacyLists(" a:b, ,c ,a:b", school.keys)).toEqual({ lists: ["a:b", "c"], problems: [] });
    expect(legacyLists("", school.keys)).toEqual({ lists: [], problems: [] });
    for (const name of ["school:queue:ingest", "improvements:raw", "improvements:rollback_log", "improvement:x"]) {
      expect(legacyLists(name, school.keys).problems).toEqual([expect.stringContaining(name)]);
    }
    const keys = { ...school.keys, prefix: "{c}:" };
    expect(legacyLists("improvements:raw", keys).problems).toEqual([]);
    expect(legacyLists("{c}:improvements:raw", keys).problems).toHaveLength(1);
  });
});
