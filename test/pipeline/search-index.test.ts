import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Listing, listing } from "../../shared/pipeline/listing.ts";
import { findKey } from "../../shared/pipeline/search/index-keeper.ts";
import { wordsOf } from "../../shared/pipeline/search/words.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

let server: TestRedis;
let pipeline: ReturnType<typeof connectPipeline>;
let list: Listing;
beforeAll(async () => {
  server = await startTestRedis();
  pipeline = connectPipeline(server.url, "test:");
});
afterAll(async () => {
  pipeline.redis.disconnect();
  await server.close();
});
beforeEach(async () => {
  await pipeline.redis.flushall();
  list = listing(pipeline.redis, pipeline.keys);
});

async function found(text: string, from = list): Promise<string[]> {
  const { improvements } = await from.page({ statuses: [], facts: {}, text, limit: 1_000 });
  return improvements.map(({ id }) => id).toSorted();
}
const names = (count: number, head = "n") => Array.from({ length: count }, (_, n) => `${head}${n}`).toSorted();

describe("words", () => {
  test("are lower case, without accents, each once, and never empty", () => {
    expect(wordsOf("Set CPU-limits: réduire la mémoire, SET cpu!")).toEqual([
      "set",
      "cpu",
      "limits",
      "reduire",
      "la",
      "memoire",
    ]);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const words = wordsOf(text);
        expect(new Set(words).size).toBe(words.length);
        for (const word of words) expect(word).toMatch(/^[\p{L}\p{N}]+$/u);
        // The words of words are themselves: what is indexed can be asked for.
        expect(wordsOf(words.join(" ")).every((word) => words.includes(word))).toBe(true);
      }),
    );
  });

  test("of a text that wants to fill the index are bounded in number and length", () => {
    const words = wordsOf(Array.from({ length: 5_000 }, (_, n) => `${"x".repeat(100)}${n} y${n}`).join(" "));
    expect(words.length).toBeLessThanOrEqual(400);
    expect(Math.max(...words.map((word) => word.length))).toBeLessThanOrEqual(40);
  });
});

describe("the index", () => {
  test("goes on where another coordinator left off", async () => {
    await pipeline.seed(["n0"]);
    expect(await found("n0")).toEqual(["n0"]);
    await pipeline.seed(["n1"]);
    const other = listing(pipeline.redis, pipeline.keys);
    expect(await found("said", other)).toEqual(["n0", "n1"]);
    expect(await found("said")).toEqual(["n0", "n1"]);
  });

  test("filled and followed by two at once knows each improvement once", async () => {
    await pipeline.seed(names(40, "a"));
    const other = listing(pipeline.redis, pipeline.keys);
    await Promise.all([list.index.fill(), other.index.fill(), pipeline.seed(names(40, "b")), other.index.fill()]);
    await Promise.all([list.index.catchUp(), other.index.catchUp()]);
    expect(await found("said")).toEqual([...names(40, "a"), ...names(40, "b")]);
    const { generation } = await list.index.state();
    expect(await pipeline.redis.hlen(`${findKey(pipeline.keys)}:${generation}:docs`)).toBe(80);
    expect(await pipeline.redis.hlen(`${findKey(pipeline.keys)}:${generation}:ids`)).toBe(80);
  });

  test("made by two at once from nothing is one index, and whole", async () => {
    await pipeline.seed(names(40));
    const others = [list, listing(pipeline.redis, pipeline.keys), listing(pipeline.redis, pipeline.keys)];
    await Promise.all(others.map(({ index }) => index.fill()));
    expect((await list.index.state()).complete).toBe(true);
    expect(await found("said")).toEqual(names(40));
    const generations = (await pipeline.redis.keys(`${findKey(pipeline.keys)}:*:docs`)).length;
    expect(generations).toBe(1);
  });

  test("that fell behind the capped stream is made anew", async () => {
    await pipeline.seed(["n0"]);
    await list.index.fill();
    const before = (await list.index.state()).generation;
    await pipeline.seed(names(30, "late"));
    await pipeline.redis.xtrim(pipeline.keys.events, "MAXLEN", 5);

    expect(await list.index.catchUp()).toBe(false);
    expect((await list.index.state()).complete).toBe(false);
    await list.index.fill();

    expect(await found("said")).toEqual(["n0", ...names(30, "late")].toSorted());
    const after = (await list.index.state()).generation;
    expect(after).not.toBe(before);
    expect(await pipeline.redis.keys(`${findKey(pipeline.keys)}:${before}:*`)).toEqual([]);
  });

  test("of another version is made anew", async () => {
    await pipeline.seed(["n0"]);
    await pipeline.redis.hset(findKey(pipeline.keys), { generation: "0.old", checkpoint: "0-0", filled: "0.old" });
    expect(await found("n0")).toEqual(["n0"]);
    expect((await list.index.state()).generation).not.toBe("0.old");
  });

  test("counts what somebody else wrote as missing, and takes it in", async () => {
    await pipeline.seed(["n0"]);
    await list.index.fill();
    const foreign = { id: "foreign", status: "verified", title: "Written by hand", category: "security" };
    await pipeline.redis.hset(pipeline.keys.record("foreign"), foreign);
    await pipeline.redis.zadd(pipeline.keys.byStatus("verified"), 1_700_000_000_000, "foreign");
    expect(await list.index.missing()).toBe(1);
    expect(await found("hand")).toEqual([]);
    await list.index.fill();
    expect(await list.index.missing()).toBe(0);
    expect(await found("hand")).toEqual(["foreign"]);
  });

  test("passes over keys that are no records", async () => {
    await pipeline.seed(["n0"]);
    await pipeline.redis.set(pipeline.keys.record("odd"), "not a hash");
    await pipeline.redis.hset(pipeline.keys.record("hurt"), { id: "hurt", status: "raw", change_set: "{" });
    await pipeline.redis.zadd(pipeline.keys.byStatus("raw"), 1, "hurt", 2, "odd", 3, "gone");
    await list.index.fill();
    expect(await found("n0")).toEqual(["n0"]);
    expect(await found("hurt")).toEqual(["hurt"]);
  });

  test("gives up half-way when it is told to, and is not taken for complete", async () => {
    await pipeline.seed(names(30));
    await list.index.fill(() => false);
    expect((await list.index.state()).complete).toBe(false);
  });
});

test("what is rare among many is found, in order, though none of the newest fits", async () => {
  const day = 86_400_000;
  const start = Date.parse("2026-01-01T00:00:00Z");
  const batch = pipeline.redis.pipeline();
  // 6,000 of one category, all older than 2,000 of another.
  for (let n = 0; n < 8_000; n += 1) {
    const at = start + Math.floor((n / 8_000) * 40 * day);
    const old = n < 6_000;
    const record = {
      id: `m${n}`,
      status: "failed",
      title: "t",
      category: old ? "database" : "security",
      expert: n % 2 ? "a" : "b",
    };
    batch.hset(pipeline.keys.record(`m${n}`), { ...record, created_at: new Date(at).toISOString() });
    batch.zadd(pipeline.keys.byStatus("failed"), at, `m${n}`);
  }
  await batch.exec();
  await list.index.fill();
  const ids = async (limit: number, after?: { at: number; id: string }) =>
    list.page({ statuses: [], facts: { category: ["database"] }, limit, after });

  const first = await ids(100);
  expect(first.improvements.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, n) => `m${5_999 - n}`));
  const second = await ids(3, first.next ?? undefined);
  expect(second.improvements.map(({ id }) => id)).toEqual(["m5899", "m5898", "m5897"]);

  const created = { from: start + day, to: start + 2 * day - 1 };
  const inDay = await list.page({ statuses: ["failed"], facts: {}, created, limit: 1_000 });
  expect(inDay.improvements.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, n) => `m${399 - n}`));
  expect(inDay.next).toBeNull();
});
