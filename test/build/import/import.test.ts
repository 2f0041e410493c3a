import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { importPlatform } from "../../../build/import/import.ts";
import { findDuplicate } from "../../../functions/validate/duplicates.ts";
import { records } from "../../../shared/pipeline/records.ts";
import { schoolServices } from "../../../shared/pipeline/services.ts";
import { connectPipeline } from "../../pipeline/support.ts";
import { knowing } from "../../support/knowledge/fake.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";
import { everything, failed, put, stored, verified } from "./support.ts";

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
let elsewhere: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url);
  elsewhere = new Redis(`${server.url}/1`);
});
afterAll(async () => {
  school.redis.disconnect();
  elsewhere.disconnect();
  await server.close();
});
beforeEach(() => school.redis.flushall());

const job = (over: Partial<Parameters<typeof importPlatform>[0]> = {}) =>
  importPlatform({
    from: school.redis,
    fromPrefix: "",
    to: school.redis,
    keys: school.keys,
    dryRun: false,
    stopped: new AbortController().signal,
    ...over,
  });

/** Everything in a Redis; sorted sets by member, so that what was added to one can be told from what was changed. */
async function contents(redis: Redis): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const key of await redis.keys("*")) {
    if ((await redis.type(key)) === "zset") {
      const flat = await redis.zrange(key, 0, "-1", "WITHSCORES");
      for (let i = 0; i < flat.length; i += 2) found.set(`${key} ${flat[i]}`, String(flat[i + 1]));
    } else found.set(key, ((await redis.dumpBuffer(key)) ?? Buffer.of()).toString("base64"));
  }
  return found;
}
const waiting = async () => (await school.redis.lrange("school:queue:ingest", 0, -1)).map((text) => JSON.parse(text));

describe("what becomes of the platform's records", () => {
  test("unproven ones begin at ingest, ended ones are history, the rest says why", async () => {
    await everything(school.redis);
    const report = await job();
    const line = ({ result, was, now, count }: (typeof report.lines)[number]) => `${result} ${count} ${was}: ${now}`;
    expect(report.lines.map(line).sort()).toEqual([
      "imported 1 approved: handed to ingest: every gate is ahead of it",
      "imported 1 categorized: handed to ingest: every gate is ahead of it",
      "imported 1 deployed: handed to ingest: every gate is ahead of it",
      "imported 1 failed: history: failed",
      "imported 1 pending_review: handed to ingest: every gate is ahead of it",
      "imported 1 raw: handed to ingest: every gate is ahead of it",
      "imported 1 unlisted: handed to ingest: every gate is ahead of it",
      // Called verified without a single check.
      "imported 1 verified: handed to ingest: every gate is ahead of it",
      "imported 2 verified: history: verified",
      "skipped 1 raw: it is larger than any record of the platform",
      "skipped 1 raw: its record is gone, only the list still names it",
      "skipped 2 raw: it has no description",
      "skipped 2 raw: it is no JSON object",
    ]);
    expect(report).toMatchObject({ imported: 10, known: 0, skipped: 6 });
    expect(report.notes.join()).toMatch(/youtube:improvements holds 2.*LEGACY_LIST=youtube:improvements/);
  });

  test("what goes to ingest carries no approval, no status and no relevance", async () => {
    await put(school.redis, "000000000001", stored("Add policies", { expert_evaluation: { a: 1 } }), "approved");
    await job();
    expect(await waiting()).toEqual([
      {
        video_id: "abc123def45",
        video_title: "Securing clusters",
        improvements: [
          {
            category: "security",
            type: "implementation",
            description: "Add policies",
            implementation_notes: "as said",
          },
        ],
      },
    ]);
    expect(await records(school.redis, school.keys).counts()).toMatchObject({ approved: 1, raw: 0 });
  });

  test("a verified one is a record of ours, found among the past, and nothing follows from it", async () => {
    await put(school.redis, "000000000006", verified("Add dashboards"), "verified");
    await job();
    const [record] = await records(school.redis, school.keys).many(["legacy-000000000006"]);
    expect(record).toMatchObject({
      id: "legacy-000000000006",
      status: "verified",
      title: "Add dashboards",
      category: "security",
      source_title: "Securing clusters",
      source_url: "https://www.youtube.com/watch?v=abc123def45",
      video_id: "abc123def45",
      git_commit: "0123456789abcdef0123456789abcdef01234567",
      verified_at: "2026-01-24T10:00:00.000Z",
      updated_at: "2026-01-24T10:00:00.000Z",
      created_at: "2026-01-23T10:00:00.000Z",
      quotes: [{ text: "Add dashboards" }],
    });
    expect(record).not.toHaveProperty("approval");
    for (const stage of ["ingest", "learn", "notify", "rollback"]) {
      expect(await school.redis.llen(`school:queue:${stage}`)).toBe(0);
    }
    expect(await records(school.redis, school.keys).idsByStatus("verified", 1)).toEqual(["legacy-000000000006"]);
    const trail = await records(school.redis, school.keys).trail("legacy-000000000006");
    expect(trail).toMatchObject([{ from: "", to: "verified", by: "import" }]);
    expect(trail[0]?.because).toContain("improvement:000000000006");
  });

  test("a failed one is a tombstone; its texts are one harmless line", async () => {
    await put(school.redis, "000000000007", failed("Add a mesh"), "failed");
    await job();
    const [record] = await records(school.redis, school.keys).many(["legacy-000000000007"]);
    expect(record).toMatchObject({ status: "failed", failure_reason: "pods [31m crashed --- kind: Secret" });
    // No rollback of this school's: the breaker does not count it.
    expect(await school.redis.exists("school:rollbacks", "improvements:rollback_log", "school:locks:app:")).toBe(0);
  });

  test.each([
    ["verified", verified, /is verified/],
    ["failed", failed, /was rolled back and is not tried again/],
  ])("the same advice, heard again, meets a %s one", async (status, record, how) => {
    await put(school.redis, "1", record("Add network policies to every namespace"), status);
    await job();
    const limits = { rollbacksPerHour: 3, commitsPerHour: 20, commitsPerDay: 100 };
    const { history } = schoolServices(school.redis, school.keys, school.scripts, limits);
    const heard = {
      id: "new",
      title: "Deny traffic by default",
      description: "You should add network policies to every namespace.",
      quotes: [{ text: "You should add network policies to every namespace." }],
      status: "categorized",
      created_at: new Date().toISOString(),
      relevance: 0.9,
    } as const;
    expect(await findDuplicate(heard, await history.recent(10), knowing([]))).toMatchObject({
      result: "conflict",
      because: expect.stringMatching(how),
    });
  });

  test("one that no list names is placed by what it says itself", async () => {
    await put(school.redis, "1", verified("A"));
    await put(school.redis, "2", failed("B"));
    await put(school.redis, "3", stored("C", { status: "verified" }));
    const { lines } = await job();
    expect(lines.map(({ was, now }) => `${was} ${now.split(":")[0]}`).sort()).toEqual([
      "failed history",
      "unlisted handed to ingest",
      "verified history",
    ]);
  });
});

describe("the platform's keys", () => {
  test("in the same Redis: none is changed, whatever lies there, and a second run does nothing at all", async () => {
    await everything(school.redis);
    const before = await contents(school.redis);
    expect((await job({ dryRun: true })).imported).toBe(10);
    expect(await contents(school.redis)).toEqual(before);

    await job();
    const after = await contents(school.redis);
    for (const [key, value] of before) expect([key, after.get(key)]).toEqual([key, value]);

    expect(await job()).toMatchObject({ imported: 0, known: 10, skipped: 6 });
    expect(await contents(school.redis)).toEqual(after);
    expect(await job({ dryRun: true })).toMatchObject({ imported: 0, known: 10 });
  });

  test("in another Redis, behind a prefix: it is only read", async () => {
    await everything(elsewhere);
    for (const key of await elsewhere.keys("*")) await elsewhere.rename(key, `old*:${key}`);
    const before = await contents(elsewhere);
    const other = connectPipeline(server.url, "{c}:");
    const report = await job({ from: elsewhere, fromPrefix: "old*:", keys: other.keys });
    expect(report).toMatchObject({ imported: 10, skipped: 6 });
    expect(await contents(elsewhere)).toEqual(before);
    expect(await school.redis.llen("{c}:school:queue:ingest")).toBe(7);
    expect(await school.redis.zcard("{c}:improvements:verified")).toBe(2);
    expect((await school.redis.keys("*")).filter((key) => !key.startsWith("{c}:"))).toEqual([]);
    other.redis.disconnect();
  });

  test("a key of ours that is taken stays as it is", async () => {
    await put(school.redis, "1", verified("A"), "verified");
    await school.redis.set("improvement:legacy-1", "mine");
    expect((await job()).lines.map(({ now }) => now)).toContain("its place is taken by a string, which was left alone");
    expect(await school.redis.get("improvement:legacy-1")).toBe("mine");
  });

  test("a list of another type is named and not read; the records are", async () => {
    await put(school.redis, "1", stored("A"));
    await school.redis.lpush("improvements:raw", "renamed");
    await school.redis.lpush("improvements:deployed", "renamed");
    const report = await job();
    expect(report.notes.join("\n")).toMatch(/improvements:deployed holds a list.*\n.*improvements:raw holds a list/);
    expect(report.imported).toBe(1);
  });
});

describe("while others work", () => {
  test("two importers at once take each record once", async () => {
    for (let i = 0; i < 300; i += 1)
      await put(school.redis, `h${i}`, i % 2 === 0 ? stored(`A ${i}`) : verified(`B ${i}`));
    const other = connectPipeline(server.url);
    const [one, two] = await Promise.all([job(), job({ from: other.redis, to: other.redis })]);
    other.redis.disconnect();
    expect(one.imported + two.imported).toBe(300);
    expect(one.known + two.known).toBe(300);
    expect(await school.redis.llen("school:queue:ingest")).toBe(150);
    expect(await school.redis.zcard("improvements:verified")).toBe(150);
  });

  test("stopped in between, the next run does the rest and nothing twice", async () => {
    for (let i = 0; i < 250; i += 1) await put(school.redis, `h${i}`, stored(`A ${i}`));
    const stopping = new AbortController();
    // The signal comes while the first batch is at work.
    const from = new Proxy(school.redis, {
      get: (redis, name: keyof Redis) => {
        if (name === "scanStream" && redis.status === "ready") setImmediate(() => stopping.abort());
        const value = redis[name];
        return typeof value === "function" ? (value as () => unknown).bind(redis) : value;
      },
    });
    const first = await job({ from, stopped: stopping.signal });
    expect(first.stopped).toBe(true);
    expect(first.imported).toBeLessThan(250);
    const second = await job();
    expect(first.imported + second.imported).toBe(250);
    expect(await school.redis.llen("school:queue:ingest")).toBe(250);
  });

  test("a Redis that is out of memory takes all of a record or nothing", async () => {
    await put(school.redis, "1", verified("A"), "verified");
    await put(school.redis, "2", stored("B"), "raw");
    const before = await contents(school.redis);
    await school.redis.config("SET", "maxmemory", "1");
    await expect(job()).rejects.toThrow("OOM");
    await school.redis.config("SET", "maxmemory", "0");
    expect(await contents(school.redis)).toEqual(before);
    expect((await job()).imported).toBe(2);
  });
});
