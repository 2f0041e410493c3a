/** A rare deed among many is found by the index of its book, and is the same a look through all of them finds. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { audit } from "../../shared/pipeline/audit.ts";
import { allDeeds, type Deed, type DeedCursor, type DeedQuery, deedPage } from "../../shared/pipeline/audit-log.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

const keys = keysOf("{t}:");
let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushall());

const book = () => ({ redis, keys });
const PEOPLE = ["anna", "bert", "cleo"];
const ACTIONS = ["flag.set", "flag.clear", "session.begin", "flags.other"];

/** `count` entries of each book, some seconds apart from `start` on: of every third transition a person is the mover. */
async function seed(count: number, start = 1_000_000): Promise<void> {
  const batch = redis.pipeline();
  for (let n = 0; n < count; n += 1) {
    const actor = n % 7 === 0 ? "nobody" : `person:${PEOPLE[n % 3]}`;
    const facts = n % 5 === 0 ? { holder: `i-${n % 11}` } : n % 5 === 1 ? { improvement: `i-${n % 11}` } : { of: "x" };
    const told = ["actor", actor, "by", "token", "action", ACTIONS[n % 4] ?? "", "subject", `i-${n % 13}`];
    batch.xadd(keys.audit, `${start + n * 2_000}-1`, ...told, "reason", "r", "facts", JSON.stringify(facts));
    const by = n % 3 === 0 ? `person:${PEOPLE[n % 2]}` : "route";
    const moved = ["improvement", `i-${n % 11}`, "from", "raw", "to", n % 2 === 0 ? "rejected" : "routed", "by", by];
    batch.xadd(keys.events, `${start + n * 2_000}-1`, ...moved, "because", "b");
  }
  for (const [error] of (await batch.exec()) ?? []) if (error !== null) throw error;
}
/** Page after page, as the dashboard asks. */
async function paged(query: DeedQuery, limit = 7): Promise<string[]> {
  const found: string[] = [];
  let after: DeedCursor | undefined;
  for (;;) {
    const { deeds, next } = await deedPage(book(), { ...query, after, limit });
    expect(deeds.length).toBeLessThanOrEqual(limit);
    found.push(...deeds.map(({ entry }) => entry));
    if (next === null) return found;
    after = next;
  }
}
async function everything(): Promise<Deed[]> {
  const all: Deed[] = [];
  for await (const batch of allDeeds(book(), {})) all.push(...batch);
  return all;
}
const fitting = async (test: (deed: Deed) => boolean) => (await everything()).filter(test).map(({ entry }) => entry);

describe("every filter finds what a look through all finds, page by page", () => {
  const cases: readonly [string, DeedQuery, (deed: Deed) => boolean][] = [
    ["a person", { actors: ["anna"] }, ({ actor }) => actor === "person:anna"],
    ["nobody", { actors: ["nobody"] }, ({ actor }) => actor === "nobody"],
    ["an action", { actions: ["flag.set"] }, ({ action }) => action === "flag.set"],
    ["what stands before the dot", { actions: ["flag"] }, ({ action }) => action.startsWith("flag.")],
    ["a decision", { actions: ["improvement.rejected"] }, ({ action }) => action === "improvement.rejected"],
    [
      "both, within a time",
      { actors: ["bert", "cleo"], actions: ["session"], from: 1_100_000, to: 1_400_000 },
      ({ actor, action, at }) =>
        /bert|cleo/.test(actor) &&
        action.startsWith("session.") &&
        Date.parse(at) >= 1_100_000 &&
        Date.parse(at) <= 1_400_000,
    ],
    ["what never was", { actions: ["nothing"] }, () => false],
  ];
  test.each(cases)("%s", async (_name, query, fits) => {
    await seed(300);
    // Of each book what was seeded: every entry of the audit, and of the transitions every third.
    expect(await everything()).toHaveLength(300 + 100);
    const wanted = await fitting(fits);
    expect(await paged(query)).toEqual(wanted);
    if (_name !== "what never was") expect(wanted.length).toBeGreaterThan(3);
  });

  test("an improvement, as a subject, a holder or otherwise named", async () => {
    await seed(300);
    const inAudit = await fitting(
      ({ entry, subject, improvement }) => entry.startsWith("audit:") && (subject === "i-3" || improvement === "i-3"),
    );
    expect(inAudit.length).toBeGreaterThan(20);
    expect(await paged({ improvement: "i-3" })).toEqual(inAudit);
  });
});

test("what is written after the first look is found at the next one", async () => {
  await seed(20);
  expect(await paged({ actions: ["breaker.close"] })).toEqual([]);
  await audit(book(), { name: "anna" }, "breaker.close", "", "it is over");
  expect(await paged({ actions: ["breaker.close"] })).toHaveLength(1);
});

test("what the book let go of is not found, and an emptied book begins anew, also at an earlier time", async () => {
  await seed(50);
  const before = await paged({ actors: ["anna"] });
  await redis.xtrim(keys.audit, "MAXLEN", 20);
  const trimmed = await paged({ actors: ["anna"] });
  expect(trimmed).toEqual(await fitting(({ actor }) => actor === "person:anna"));
  expect(trimmed.length).toBeLessThan(before.length);
  await redis.flushall();
  expect(await paged({ actors: ["anna"] })).toEqual([]);
  await seed(10, 1_000);
  expect(await paged({ actors: ["anna"] })).toEqual(await fitting(({ actor }) => actor === "person:anna"));
});

test("more than one script looks at", async () => {
  await seed(2_300);
  const wanted = await fitting(({ actor }) => actor === "person:cleo");
  expect(await paged({ actors: ["cleo"] }, 500)).toEqual(wanted);
});
