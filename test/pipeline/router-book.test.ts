/** What the router has learned, on a real Redis: models move in one step, rows are counted and capped, nothing is half. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseEvent } from "../../shared/domain/events.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { LARGEST_MODEL } from "../../shared/pipeline/model-store.ts";
import { sendNotice } from "../../shared/pipeline/notices.ts";
import { MOST_ROWS, ROW_TEXT, routerBook } from "../../shared/pipeline/router-book.ts";
import { trainingTurns } from "../../shared/pipeline/training-turn.ts";
import type { ModelEntry, TrainingRow } from "../../shared/routing-ports.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

const prefix = "{t}:";
const keys = keysOf(prefix);
let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis({ appendOnly: true, sync: "always" });
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushall());

const book = () => routerBook(redis, keys);
const entry = (version: string): ModelEntry => ({
  version,
  at: "2026-05-01T10:00:00Z",
  checksum: "0".repeat(64),
  bytes: 3,
  kind: "softmax",
  rows: 7,
  rowsHash: "f".repeat(64),
  figures: {},
  because: "trained",
});
const bytes = (version: string) => new TextEncoder().encode(`bytes of ${version}`);
async function served(...versions: string[]): Promise<void> {
  for (const version of versions) {
    await book().stage("router", entry(version), bytes(version));
    await book().promote("router", version, `${version} won`);
  }
}
const blobs = async () =>
  (await redis.keys("*:model:router:*")).map((key) => key.split(":").at(-1)).filter((name) => name !== "archive");
async function versions() {
  const { current, previous, staging, archive } = await book().shelf("router");
  return [current?.version, previous?.version, staging?.version, archive.map(({ version }) => version).join(" ")];
}

describe("models", () => {
  test("a new store has none, and all its keys begin with the prefix", async () => {
    expect(await versions()).toEqual([undefined, undefined, undefined, ""]);
    await served("a", "b");
    await book().keepRow(row("x"));
    await book().note({ at: "t", what: "promoted", because: "b" });
    await book().trained(1);
    await trainingTurns(redis, keys).take(60_000);
    expect((await redis.keys("*")).filter((key) => !key.startsWith(prefix))).toEqual([]);
  });

  test("staging becomes current, current previous, previous goes to the archive and can come back", async () => {
    await served("a", "b", "c");
    expect(await versions()).toEqual(["c", "b", undefined, "a"]);
    expect((await book().shelf("router")).current).toMatchObject({ because: "c won", figures: {}, rows: 7 });
    await book().promote("router", "a", "by hand");
    expect(await versions()).toEqual(["a", "c", undefined, "b"]);
    expect(await book().bytes("router", "b")).toEqual(Buffer.from("bytes of b"));
  });

  test("stepping back makes the one before serve again, and without one the seed", async () => {
    await served("a", "b");
    await book().stepBack("router", "it got worse");
    expect(await versions()).toEqual(["a", undefined, undefined, "b"]);
    const { current, archive } = await book().shelf("router");
    expect(archive[0]).toMatchObject({ because: "it got worse" });
    expect(Date.parse(current?.since ?? "")).toBeGreaterThanOrEqual(Date.parse(archive[0]?.since ?? ""));
    expect(await book().stepBack("router", "twice", "b")).toBe(false);
    await book().stepBack("router", "this one too");
    expect(await versions()).toEqual([undefined, undefined, undefined, "a b"]);
    await expect(book().stepBack("router", "again")).rejects.toThrow("nothing to step back from");
  });

  test("what loses goes to the archive without its bytes; what was never judged, too", async () => {
    await served("a");
    await book().stage("router", entry("b"), bytes("b"));
    await book().discard("router", "lost: 3 of 40");
    await book().stage("router", entry("c"), bytes("c"));
    await book().stage("router", entry("d"), bytes("d"));
    expect(await versions()).toEqual(["a", undefined, "d", "c b"]);
    expect(new Set(await blobs())).toEqual(new Set(["a", "d"]));
    await expect(book().promote("router", "b", "by hand")).rejects.toThrow("the bytes of the model b are gone");
    await expect(book().promote("router", "z", "by hand")).rejects.toThrow("the model z is not in the store");
    await expect(book().promote("router", "a", "by hand")).rejects.toThrow("the model a is current already");
    await expect(book().stage("router", entry("a"), bytes("x"))).rejects.toThrow("the version a already");
    expect(await versions()).toEqual(["a", undefined, "d", "c b"]);
  });

  test("ten are archived; what falls out takes its bytes along", async () => {
    await served(...Array.from({ length: 14 }, (_, i) => `m${i}`));
    expect(await versions()).toEqual(["m13", "m12", undefined, "m11 m10 m9 m8 m7 m6 m5 m4 m3 m2"]);
    expect(await blobs()).toHaveLength(12);
  });

  test.each(["../x", "a:b", "archive", "", "x".repeat(81)])("the version %j is refused", async (version) => {
    await expect(book().stage("router", entry(version), bytes("a"))).rejects.toThrow("is no version");
  });

  test("8 MB are the most, and any byte comes back as it was", async () => {
    const all = Uint8Array.from({ length: LARGEST_MODEL }, (_, i) => i % 256);
    await book().stage("router", entry("big"), all);
    expect(Buffer.compare((await book().bytes("router", "big")) as Buffer, Buffer.from(all))).toBe(0);
    await expect(book().stage("router", entry("over"), new Uint8Array(LARGEST_MODEL + 1))).rejects.toThrow("8388609");
    await expect(book().stage("router", entry("none"), new Uint8Array())).rejects.toThrow("this one has 0");
  });

  test("two who move models at once both get through, one after the other", async () => {
    await served("a", "b", "c");
    await book().stage("router", entry("d"), bytes("d"));
    await Promise.all([book().promote("router", "d", "one"), book().promote("router", "a", "other")]);
    const [current, previous, staging, archive] = await versions();
    expect(new Set([current, previous])).toEqual(new Set(["a", "d"]));
    expect([staging, archive]).toEqual([undefined, "c b"]);
  });

  test("routers and forecasts stand on shelves of their own", async () => {
    await served("a");
    expect(await book().shelf("forecast")).toEqual({ archive: [] });
  });

  test("a key of another type is reported, and nothing is written", async () => {
    await served("a");
    await redis.set(keys.modelArchive("router"), "not a list");
    await expect(book().stage("router", entry("b"), bytes("b"))).rejects.toThrow("WRONGTYPE");
    await redis.del(keys.modelArchive("router"));
    await redis.lpush(keys.model("router", "b"), "a list");
    await expect(book().stage("router", entry("b"), bytes("b"))).rejects.toThrow("WRONGTYPE");
    expect(await versions()).toEqual(["a", undefined, undefined, ""]);
  });

  test("an entry nobody can read counts as absent, and makes room", async () => {
    await served("a");
    await redis.hset(keys.modelShelf("router"), "current", "{broken", "previous", '{"version":7}');
    expect(await versions()).toEqual([undefined, undefined, undefined, ""]);
    await served("b");
    expect(await versions()).toEqual(["b", undefined, undefined, ""]);
  });
});

const row = (id: string, over: Partial<TrainingRow> = {}): TrainingRow => ({
  id,
  source: "s",
  at: "2026-05-01T10:00:00Z",
  text: { title: id, description: "d", implementation_notes: "", type: "technique" },
  votes: [],
  reached: "verified",
  ...over,
});

describe("rows", () => {
  test("are found newest first; a row that comes again takes the place of the one before", async () => {
    await book().keepRow(row("old", { at: "2026-04-01T10:00:00Z" }));
    await book().keepRow(row("new"));
    await book().keepRow(row("old", { at: "2026-04-01T10:00:00Z", reached: "failed" }));
    expect((await book().rows()).map(({ id, reached }) => [id, reached])).toEqual([
      ["new", "verified"],
      ["old", "failed"],
    ]);
    expect((await book().rows(1)).map(({ id }) => id)).toEqual(["new"]);
    expect(await book().rows(0)).toEqual([]);
  });

  test("labels that come, change or go are counted; what came during a training is left over", async () => {
    const count = async () => (await book().sinceTraining()).labels;
    expect(await book().sinceTraining()).toEqual({ labels: 0, at: undefined });
    await book().keepRow(row("a"));
    expect(await count()).toBe(0);
    await book().keepRow(row("a", { label: "security" }));
    await book().keepRow(row("a", { label: "security", held: true }));
    expect(await count()).toBe(1);
    await book().keepRow(row("a", { label: "database" }));
    await book().keepRow(row("a", { right: false }));
    expect(await count()).toBe(3);
    await book().trained(5_000, 2);
    expect(await book().sinceTraining()).toEqual({ labels: 1, at: 5_000 });
    await book().trained(6_000);
    expect(await book().sinceTraining()).toEqual({ labels: 0, at: 6_000 });
  });

  test("long texts are cut, never in the middle of a sign", async () => {
    const title = `${"x".repeat(ROW_TEXT - 1)}😀 and more`;
    await book().keepRow(row("a", { text: { ...row("a").text, title } }));
    expect((await book().rows())[0]?.text.title).toBe("x".repeat(ROW_TEXT - 1));
  });

  test("10,000 are kept, the oldest go; rows nobody can read are passed over", async () => {
    const batch = redis.pipeline();
    for (let i = 0; i < MOST_ROWS; i += 1) {
      batch.hset(keys.routerRows, `r${i}`, JSON.stringify(row(`r${i}`)));
      batch.zadd(keys.routerRowTimes, Date.parse("2026-01-01T00:00:00Z") + i, `r${i}`);
    }
    await batch.exec();
    await redis.hset(keys.routerRows, "r9", "{broken");
    await book().keepRow(row("one"));
    await book().keepRow(row("more"));
    const rows = await book().rows();
    expect(rows).toHaveLength(MOST_ROWS - 1);
    expect(rows.slice(0, 2).map(({ id }) => id)).toEqual(["one", "more"]);
    expect(await redis.hexists(keys.routerRows, "r1")).toBe(0);
    expect(await redis.hlen(keys.routerRows)).toBe(MOST_ROWS);
  });

  test("a row without a time, or on a key of another type, is an error and changes nothing", async () => {
    await expect(book().keepRow(row("a", { at: "yesterday" }))).rejects.toThrow("has no time");
    await redis.set(keys.routerRowTimes, "no set");
    await expect(book().keepRow(row("a"))).rejects.toThrow("WRONGTYPE");
    expect(await redis.exists(keys.routerRows)).toBe(0);
  });
});

test("200 events, newest first", async () => {
  for (let i = 0; i < 205; i += 1) await book().note({ at: "t", what: "retrained", because: String(i) });
  expect((await book().events(1_000)).map(({ because }) => Number(because))).toEqual(
    Array.from({ length: 200 }, (_, i) => 204 - i),
  );
  expect(await book().events(0)).toEqual([]);
});

test("thresholds, the rollout and counts", async () => {
  expect(await book().threshold("lsa-1")).toBeUndefined();
  await book().keepThreshold("lsa-1", 0.65);
  expect(await book().threshold("lsa-1")).toBe(0.65);
  const override = { share: 0.5, by: "person:ann", because: "canary", at: "t" };
  await book().setRollout(override);
  expect(await book().rollout()).toEqual(override);
  await book().setRollout(undefined);
  expect(await book().rollout()).toBeUndefined();
  await book().count({ "route_served:keywords:security:rules": 1, other: 2 });
  await book().count({ other: 3 });
  expect(await redis.hgetall(keys.metrics)).toEqual({ "route_served:keywords:security:rules": "1", other: "5" });
});

test("one trains at a time; who lost the turn is told so and takes it from nobody", async () => {
  const turns = trainingTurns(redis, keys);
  const ask = (trained: number) => turns.ask({ by: "learn", text: "due", trained, labels: 3 }, 60_000);
  expect([await ask(0), await ask(0), await ask(7)]).toEqual([true, false, true]);
  expect(await redis.llen(keys.list("learn"))).toBe(2);
  const token = (await turns.take(60_000)) as string;
  expect(await turns.take(60_000)).toBeUndefined();
  expect(await turns.renew(token, 60_000)).toBe(true);
  await redis.del(keys.routerTraining);
  const next = (await turns.take(60_000)) as string;
  expect(await turns.renew(token, 60_000)).toBe(false);
  await turns.end(token);
  expect(await turns.renew(next, 60_000)).toBe(true);
  await turns.end(next);
  expect(await redis.exists(keys.routerTraining)).toBe(0);
});

test("a notice is an event its observer can read; too long a text is cut", async () => {
  await sendNotice(
    redis,
    keys,
    { about: "router", text: `stepped back\n${"x".repeat(700)}`, facts: { p: 0.01 } },
    "learn",
  );
  await sendNotice(redis, keys, { about: "retrain", text: "by hand", facts: {} });
  const [told] = await redis.lrange(keys.list("notify"), 0, -1);
  expect(parseEvent(told ?? "")).toMatchObject({
    event: { source: "/cortex-online-school/learn", data: { about: "router", facts: { p: 0.01 } } },
  });
  expect(await redis.llen(keys.list("learn"))).toBe(1);
});

test("all of it is there after Redis was killed", async () => {
  await served("a", "b");
  await book().keepRow(row("x", { label: "security" }));
  await server.restart({ hard: true });
  expect(await versions()).toEqual(["b", "a", undefined, ""]);
  expect(await book().bytes("router", "b")).toEqual(Buffer.from("bytes of b"));
  expect((await book().sinceTraining()).labels).toBe(1);
});
