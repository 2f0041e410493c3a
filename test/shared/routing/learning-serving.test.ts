/** Which classifier serves when the store holds damaged, missing, older or unreadable models: always one, and it says so. */
import { createHash } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { keysOf } from "../../../shared/pipeline/keys.ts";
import { routerBook } from "../../../shared/pipeline/router-book.ts";
import { servingClassifier } from "../../../shared/routing/learning/serving.ts";
import type { ModelEntry, RouterBook } from "../../../shared/routing-ports.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";
import { modelOf, rowsOf, textOf } from "../../support/router-models.ts";

const keys = keysOf();
let server: TestRedis;
let redis: Redis;
let models: { readonly entry: ModelEntry; readonly bytes: Uint8Array }[];
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  models = [await modelOf("m1", rowsOf(60)), await modelOf("m2", rowsOf(60, 1))];
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushall());

const warned: string[] = [];
const log = { warn: (_: object, text: string) => void warned.push(text) };
async function withBoth(): Promise<RouterBook> {
  const book = routerBook(redis, keys);
  for (const { entry, bytes } of models) {
    await book.stage("router", entry, bytes);
    await book.promote("router", entry.version, "won");
  }
  return book;
}
const seen = async (book: RouterBook, clock?: () => number) => {
  const { classifier, note } = await servingClassifier(book, log, clock);
  return { version: classifier?.version, note };
};
const damaged = async (book: RouterBook) => (await book.events(9)).filter(({ what }) => what === "damaged");
/** As the model file has it: two bytes after its four letters; the file's own checksum made to fit. */
function ofFormat(bytes: Uint8Array, format: number): Buffer {
  const content = Buffer.from(bytes.slice(0, -32));
  content.writeUInt16LE(format, 4);
  return Buffer.concat([content, createHash("sha256").update(content).digest()]);
}

test("nothing in the store: the model the school came with, and nothing is wrong", async () => {
  expect(await seen(routerBook(redis, keys))).toEqual({ version: "seed", note: undefined });
});

test("the current one serves, with what it was taught", async () => {
  const book = await withBoth();
  const { classifier } = await servingClassifier(book, log);
  expect(classifier?.version).toBe("m2");
  expect(classifier?.predict(textOf(0, 999))[0]?.expert).toBe("integration");
});

test.each<[string, (version: "m1" | "m2") => Promise<unknown>, RegExp]>([
  [
    "with one bit turned",
    async (version) => redis.setrange(keys.model("router", version), 2_000, "x"),
    /has not the checksum/,
  ],
  ["cut short", async (version) => redis.set(keys.model("router", version), "CRTM"), /checksum|cut short/],
  ["gone", async (version) => redis.del(keys.model("router", version)), /its bytes are gone/],
  [
    "of an older format, kept with its own checksum",
    async (version) => {
      const model = models.find(({ entry }) => entry.version === version);
      const bytes = ofFormat(model?.bytes ?? new Uint8Array(), 0);
      const entry = { ...model?.entry, checksum: createHash("sha256").update(bytes).digest("hex") };
      const place = version === "m2" ? "current" : "previous";
      await redis.set(keys.model("router", version), bytes);
      await redis.hset(keys.modelShelf("router"), place, JSON.stringify(entry));
    },
    /an older format/,
  ],
])(
  "a model %s: the one before serves, then the seed; said once by all processes together",
  async (_what, damage, why) => {
    const book = await withBoth();
    await damage("m2");
    const first = await seen(book);
    expect(first.version).toBe("m1");
    expect(first.note).toMatch(why);
    expect((await seen(routerBook(redis, keys))).version).toBe("m1");
    const events = await damaged(book);
    expect(events).toHaveLength(1);
    expect(events[0]?.because).toContain("the model m2");
    await damage("m1");
    expect(await seen(routerBook(redis, keys))).toMatchObject({
      version: "seed",
      note: expect.stringContaining("m1") as string,
    });
    expect(await damaged(book)).toHaveLength(2);
  },
);

test("an entry nobody can read: the one before serves", async () => {
  const book = await withBoth();
  await redis.hset(keys.modelShelf("router"), "current", "{");
  expect(await seen(book)).toMatchObject({ version: "m1", note: expect.stringContaining("cannot be read") as string });
});

test("the pointer is looked at every five seconds, a model is loaded once, and what is back serves again", async () => {
  const book = await withBoth();
  let now = 0;
  let loads = 0;
  const counting: RouterBook = {
    ...book,
    bytes: (name, version) => {
      loads += 1;
      return book.bytes(name, version);
    },
  };
  const at = (ms: number) => {
    now = ms;
    return seen(counting, () => now);
  };
  expect((await at(0)).version).toBe("m2");
  await book.stepBack("router", "worse");
  expect((await at(4_999)).version).toBe("m2");
  expect((await at(5_000)).version).toBe("m1");
  expect((await at(10_000)).version).toBe("m1");
  expect(loads).toBe(2);
  await book.promote("router", "m2", "again");
  await redis.del(keys.model("router", "m2"));
  expect((await at(15_000)).version).toBe("m1");
  await redis.set(keys.model("router", "m2"), Buffer.from(models[1]?.bytes ?? []));
  expect((await at(20_000)).version).toBe("m2");
});

test("a store that is away: what was loaded goes on, the seed serves where nothing was", async () => {
  const book = await withBoth();
  let isAway = false;
  const failing: RouterBook = {
    ...book,
    shelf: async (name) => {
      if (isAway) throw new Error("Redis is away");
      return book.shelf(name);
    },
  };
  let now = 0;
  const clock = () => now;
  expect((await seen(failing, clock)).version).toBe("m2");
  isAway = true;
  now = 6_000;
  expect(await seen(failing, clock)).toEqual({
    version: "m2",
    note: "the models' store cannot be read: Redis is away",
  });
  expect(await seen({ ...failing })).toMatchObject({
    version: "seed",
    note: expect.stringContaining("away") as string,
  });
});

test("many who ask at once look once", async () => {
  const book = await withBoth();
  let looks = 0;
  const counting: RouterBook = {
    ...book,
    shelf: (name) => {
      looks += 1;
      return book.shelf(name);
    },
  };
  await Promise.all(Array.from({ length: 20 }, () => servingClassifier(counting, log)));
  expect(looks).toBe(1);
});
