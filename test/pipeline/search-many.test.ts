/** Searches among so many improvements that none is looked through whole: every way gives what comparing all would give. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { examine } from "../../shared/pipeline/doctor.ts";
import { type Listing, type ListingQuery, listing } from "../../shared/pipeline/listing.ts";
import { seedSchool } from "../bench/seed.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

const COUNT = 5_000;
const DAY_MS = 86_400_000;
const START = Date.now();

interface Known {
  readonly id: string;
  readonly status: string;
  readonly category: string;
  readonly text: string;
  readonly createdAt: number;
  readonly movedAt: number;
}

let server: TestRedis;
let school: ReturnType<typeof connectPipeline>;
let list: Listing;
let all: Known[];
beforeAll(async () => {
  server = await startTestRedis();
  school = connectPipeline(server.url);
  const ids = await seedSchool(server.url, COUNT);
  list = listing(school.redis, school.keys);
  await list.index.fill();
  all = await Promise.all(ids.map(known));
}, 60_000);
afterAll(async () => {
  school.redis.disconnect();
  await server.close();
});

async function known(id: string): Promise<Known> {
  const { redis, keys } = school;
  const fields = ["status", "category", "created_at", "updated_at", "title", "type", "description", "source_title"];
  const [status, category, created, moved, ...texts] = await redis.hmget(keys.record(id), ...fields);
  const text = texts.join(" ").toLowerCase();
  const times = { createdAt: Date.parse(created ?? ""), movedAt: Date.parse(moved ?? "") };
  return { id, status: status ?? "", category: category ?? "", text, ...times };
}

const daysAgo = (days: number) => START - days * DAY_MS;
/** Whole days, as the API reads dates. */
const until = (days: number) => Math.ceil(daysAgo(days) / DAY_MS) * DAY_MS - 1;
const none: ListingQuery = { statuses: [], facts: {}, limit: 700 };

async function everyPage(query: ListingQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let after = query.after; ; ) {
    const { improvements, next, filling } = await list.page({ ...query, after });
    expect(filling).toBe(false);
    ids.push(...improvements.map(({ id }) => id));
    if (next === null) return ids;
    after = next;
  }
}

test("the seeded school is one that doctor finds nothing in", async () => {
  expect(all).toHaveLength(COUNT);
  expect(await examine(school.redis, school.keys, school.scripts)).toEqual([]);
});

test.each<[what: string, query: Partial<ListingQuery>, fits: (one: Known) => boolean]>([
  ["old creations, most of all", { created: { to: until(60) } }, ({ createdAt }) => createdAt <= until(60)],
  [
    "a month long ago",
    { created: { from: daysAgo(380), to: until(350) } },
    ({ createdAt }) => createdAt >= daysAgo(380) && createdAt <= until(350),
  ],
  [
    "old creations that moved lately",
    { created: { to: until(60) }, updated: { from: daysAgo(61) } },
    ({ createdAt, movedAt }) => createdAt <= until(60) && movedAt >= daysAgo(61),
  ],
  [
    "many of one category and status",
    { statuses: ["rejected", "verified"], facts: { category: ["security", "database"] } },
    ({ status, category }) => /rejected|verified/.test(status) && /security|database/.test(category),
  ],
  [
    "few of one category and status",
    { statuses: ["failed"], facts: { category: ["knowledge"] } },
    ({ status, category }) => status === "failed" && category === "knowledge",
  ],
  ["a word that all have", { text: "the" }, ({ text }) => /(^|[^\p{L}\p{N}])the/u.test(text)],
  [
    "a word that many have, in old creations",
    { text: "memo", created: { to: until(100) } },
    ({ text, createdAt }) => /(^|[^\p{L}\p{N}])memo/u.test(text) && createdAt <= until(100),
  ],
])("%s", async (_, query, fits) => {
  const wanted = all.filter(fits).sort((a, b) => b.movedAt - a.movedAt || (a.id < b.id ? 1 : -1));
  expect(wanted.length).toBeGreaterThan(0);
  expect(await everyPage({ ...none, ...query })).toEqual(wanted.map(({ id }) => id));
});
