/** What ingest's settles do beyond improvements, on a real Redis: listings, corroborations, watched sources. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { schoolServices } from "../../shared/pipeline/services.ts";
import { lookAtWatch, watchStates } from "../../shared/pipeline/watches.ts";
import type { AnyOutcome, SourceListed } from "../../shared/runtime/outcome.ts";
import { settlementFor } from "../../shared/runtime/settlement.ts";
import type { WatchedSource } from "../../shared/source-ports.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline, proposal } from "./support.ts";

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

const watched: WatchedSource = {
  name: "blog",
  kind: "feed",
  address: "https://blog.example.org/feed",
  everyMs: 3_600_000,
  dailyLimit: 3,
  options: {},
};

function listing(ids: readonly string[], over: Partial<SourceListed> = {}): SourceListed {
  return {
    kind: "source-listed",
    source: { id: "feed-1", title: "A blog", address: watched.address, watch: watched.name },
    entries: ids.map((id) => ({ id, address: `https://blog.example.org/${id}`, title: `Entry ${id}`, again: false })),
    validators: { etag: '"v1"', lastModified: "Sat, 31 Jan 2026 08:00:00 GMT" },
    dailyLimit: 100,
    because: `${ids.length} entries`,
    ...over,
  };
}

/** Claims one event of ingest's list (put there first, when `event` is given) and settles it so. */
async function settled(
  outcome: AnyOutcome,
  event?: string,
): Promise<{ results: string[]; again: () => Promise<string[]> }> {
  const queue = school.queue("ingest");
  if (event !== undefined)
    // Where the next claim finds it.
    await school.redis.rpush(
      school.keys.list("ingest"),
      JSON.stringify({ specversion: "1.0", id: event, source: "/t", type: "t", data: {} }),
    );
  const token = (await queue.claim(1)).leases[0]?.token ?? "";
  const settlement = settlementFor(token, outcome, undefined);
  const { results } = await queue.settle([settlement], 0);
  return { results, again: async () => (await queue.settle([settlement], 0)).results };
}
const waitingEvents = async () =>
  (await school.redis.lrange(school.keys.list("ingest"), 0, -1)).map((text) => JSON.parse(text)).reverse();
const sourceHash = (id: string) => school.redis.hgetall(school.keys.source(id));
const source = (id: string) =>
  schoolServices(school.redis, school.keys, school.scripts, {
    rollbacksPerHour: 3,
    commitsPerHour: 5,
    commitsPerDay: 20,
  }).history.source(id);

describe("a listing", () => {
  test("becomes events of ingest's own list, newest first, each once, and the bookmark is kept", async () => {
    const { results, again } = await settled(listing(["a", "b", "a"]), "e1");
    expect(results).toEqual(["ok"]);
    expect(await waitingEvents()).toMatchObject([
      { id: "source:a", data: { source: { address: "https://blog.example.org/a", listed_by: "feed-1" } } },
      { id: "source:b", type: "ai.cortex.school.source.submitted" },
    ]);
    expect(await again()).toEqual(["lost"]);
    await settled(listing(["a", "b"]), "e2");
    expect(await school.redis.llen(school.keys.list("ingest"))).toBe(2);
    expect(await sourceHash("a")).toMatchObject({ state: "waiting", title: "Entry a", listed_by: "feed-1" });
    expect(await sourceHash("feed-1")).toMatchObject({ state: "listed", because: "2 entries: 0 new, 2 known" });
    expect(await source("feed-1")).toMatchObject({
      validators: { etag: '"v1"', lastModified: "Sat, 31 Jan 2026 08:00:00 GMT" },
    });
    expect(await school.redis.hget(school.keys.metrics, "sources_new")).toBe("2");
  });

  test("passes over what is known, whatever became of it", async () => {
    for (const [i, state] of ["read", "nothing_found", "failed"].entries())
      await school.redis.hset(school.keys.source(`k${i}`), "state", state);
    await settled(listing(["k0", "n", "k1", "k2"]), "e1");
    expect((await waitingEvents()).map(({ id }) => id)).toEqual(["source:n"]);
  });

  test("gives no more than its daily limit; the others wait, and no bookmark hides them", async () => {
    const many = ["a", "b", "c", "d", "e"];
    await settled(listing(many, { dailyLimit: 3 }), "e1");
    expect((await waitingEvents()).map(({ id }) => id)).toEqual(["source:a", "source:b", "source:c"]);
    expect(await sourceHash("feed-1")).toMatchObject({
      because: "5 entries: 3 new, 0 known, 2 wait for the next day: at most 3 a day",
    });
    expect((await source("feed-1"))?.validators).toEqual({});
    await settled(listing(many, { dailyLimit: 3 }), "e2");
    expect(await school.redis.llen(school.keys.list("ingest"))).toBe(3);
    // Another day.
    await school.redis.hset(school.keys.watch("blog"), "day", "2020-01-01");
    await settled(listing(many, { dailyLimit: 3 }), "e3");
    expect((await waitingEvents()).map(({ id }) => id).slice(3)).toEqual(["source:d", "source:e"]);
    expect((await source("feed-1"))?.validators).toMatchObject({ etag: '"v1"' });
    const [state] = await watchStates(school.redis, school.keys, [watched]);
    expect(state).toMatchObject({ today: 2, limit: 3, result: "listed", looking: false });
  });

  test("gives fifty at a time and has the next look come at once; without a name the limit is its own", async () => {
    const many = Array.from({ length: 60 }, (_, i) => `n${i}`);
    await settled(listing(many), "e1");
    expect(await school.redis.llen(school.keys.list("ingest"))).toBe(50);
    expect((await sourceHash("feed-1"))["because"]).toBe("60 entries: 50 new, 0 known, 10 wait for the next look");
    expect(await lookAtWatch(school.scripts, watched)).toMatchObject({ asked: true });
    const nameless = listing(["x", "y"], {
      dailyLimit: 1,
      source: { id: "f2", title: "F", address: "https://f.example" },
    });
    await settled(nameless, "e2");
    await settled(nameless, "e3");
    expect((await sourceHash("f2"))["because"]).toContain("0 new, 1 known, 1 waits for the next day");
  });

  test("changes nothing when a key it needs is of another type, and the event comes back", async () => {
    await school.redis.set(school.keys.watch("blog"), "not a hash");
    const { results } = await settled(listing(["a"]), "e1");
    expect(results[0]).toMatch(/^error WRONGTYPE/);
    expect(await school.redis.exists(school.keys.source("a"))).toBe(0);
    expect(await school.redis.llen(school.keys.list("ingest"))).toBe(0);
    expect(await school.redis.zcard(school.keys.leases("ingest"))).toBe(1);
  });
});

describe("the clock of a watched source", () => {
  const look = (forced = false, random = () => 0.5) => lookAtWatch(school.scripts, watched, { forced, random });

  test("is one event however many ask, and the next one when its time has come and the last has ended", async () => {
    const first = await look();
    expect(first).toMatchObject({ asked: true, nextMs: 3_780_000 });
    expect(await look()).toMatchObject({ asked: false });
    expect(await look(true)).toMatchObject({ asked: false, event: first.event });
    expect(await waitingEvents()).toMatchObject([
      { id: first.event, data: { source: { kind: "feed", address: watched.address, watch: "blog", again: false } } },
    ]);
    const because = "nothing new";
    expect((await settled({ kind: "source-known", because, watch: "blog" })).results).toEqual(["ok"]);
    expect(await look()).toMatchObject({ asked: false });
    expect(await watchStates(school.redis, school.keys, [watched])).toMatchObject([
      { result: "unchanged", because, looking: false, today: 0 },
    ]);
    expect(await look(true)).toMatchObject({ asked: true });
    expect(await school.redis.hget(school.keys.metrics, "look:blog:unchanged")).toBe("1");
  });

  test("catches up with one look, however long nobody looked", async () => {
    await school.redis.hset(school.keys.watch("blog"), "next", String(Date.now() - 30 * 86_400_000));
    expect(await look()).toMatchObject({ asked: true });
    expect(await look()).toMatchObject({ asked: false });
    expect(await school.redis.llen(school.keys.list("ingest"))).toBe(1);
  });

  test("does not wait for an event that was buried, nor for a clock that was set back", async () => {
    const [past, future] = [Date.now() - 2 * 3_600_000, Date.now() + 86_400_000];
    await school.redis.hset(
      school.keys.watch("blog"),
      "next",
      "1",
      "pending",
      "watch:blog:1",
      "pending_at",
      String(past),
    );
    expect(await look()).toMatchObject({ asked: true });
    await school.redis.hset(school.keys.watch("blog"), "next", String(future), "pending_at", String(future));
    expect(await look()).toMatchObject({ asked: true });
  });

  test("what failed or was read ends the look, with its reason", async () => {
    await look();
    const failed = { id: "feed-1", title: "A blog", watch: "blog" };
    await settled({ kind: "source-failed", source: failed, because: "there is no such page" });
    expect(await watchStates(school.redis, school.keys, [watched])).toMatchObject([
      { result: "failed", because: "there is no such page", looking: false },
    ]);
  });
});

describe("what another source says too", () => {
  const by = { source_id: "talk-2", source_title: "Another talk", quote: { text: "Set limits.", at: "00:01:00" } };
  const read = (over: object = {}) => ({
    kind: "source-read" as const,
    source: { id: "talk-2", title: "Another talk", contentHash: "h" },
    proposals: [],
    corroborates: [{ improvement: "one", by, ...over }],
    because: "said before",
  });
  const record = () => school.redis.hgetall(school.keys.record("one"));
  const trail = async () => (await school.redis.xrange(school.keys.trail("one"), "-", "+")).length;
  beforeEach(() => school.seed(["one"]));

  test("is added once with an entry in the trail, and raises relevance only as given", async () => {
    const before = await trail();
    await settled(read({ relevance: 0.93 }), "e1");
    await settled(read({ relevance: 0.99 }), "e2");
    const { corroborated_by: list = "", relevance, status } = await record();
    expect(JSON.parse(list)).toEqual([by]);
    expect([relevance, status]).toEqual(["0.93", "raw"]);
    expect(await trail()).toBe(before + 1);
    const other = { ...by, source_id: "talk-3", source_title: 'A "third"] talk' };
    await settled(read({ by: other, relevance: 0.5 }), "e3");
    expect(JSON.parse((await record())["corroborated_by"] ?? "")).toEqual([by, other]);
    expect((await record())["relevance"]).toBe("0.93");
    expect(await sourceHash("talk-2")).toMatchObject({ state: "read" });
  });

  test.each([
    ["its own source", async () => school.redis.hset(school.keys.record("one"), "source_id", "talk-2")],
    ["an improvement that has ended", async () => school.redis.hset(school.keys.record("one"), "status", "rejected")],
    ["a list nobody can read", async () => school.redis.hset(school.keys.record("one"), "corroborated_by", "{half")],
    ["an improvement that is gone", async () => school.redis.del(school.keys.record("one"))],
  ])("leaves %s as it is, and the source is read all the same", async (_what, prepare) => {
    await prepare();
    const before = await record();
    expect((await settled(read({ relevance: 0.99 }), "e1")).results).toEqual(["ok"]);
    expect(await record()).toEqual(before);
  });

  test("comes together with proposals of its own", async () => {
    const outcome = { ...read(), proposals: [{ id: "two", ...proposal("Two") }] };
    expect((await settled(outcome, "e1")).results).toEqual(["ok"]);
    expect(await school.redis.hget(school.keys.record("two"), "status")).toBe("raw");
    expect(JSON.parse((await record())["corroborated_by"] ?? "[]")).toHaveLength(1);
  });
});
