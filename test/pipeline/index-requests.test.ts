/** Requests to the index on a real Redis, and what becomes of their events. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { requestIndex } from "../../shared/pipeline/index-requests.ts";
import { knowledgeBook } from "../../shared/pipeline/knowledge-book.ts";
import { loadOperatorScripts } from "../../shared/pipeline/scripts/load-operator.ts";
import { schoolServices } from "../../shared/pipeline/services.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { connectPipeline } from "./support.ts";

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

const scripts = () => loadOperatorScripts(school.redis, "");
const ask = (source: "gitops" | "docs" | "all" = "gitops") =>
  requestIndex(school.redis, scripts(), { source, because: "a push", by: "webhook" });
const list = () => school.redis.lrange(school.keys.list("index"), 0, -1);

describe("a request", () => {
  test("is one event in the list, which index takes", async () => {
    const { event, isNew } = await ask();
    expect(isNew).toBe(true);
    const { leases } = await school.queue("index").claim(5);
    expect(leases.map((lease) => JSON.parse(lease.event))).toMatchObject([
      { id: event, type: "ai.cortex.school.repository.changed", data: { source: "gitops", because: "a push" } },
    ]);
  });

  test("is folded into one that waits, also into one for everything, and not into one that is at work", async () => {
    const { event } = await ask();
    expect(await ask()).toMatchObject({ event, isNew: false });
    expect(await list()).toHaveLength(1);
    expect(await ask("docs")).toMatchObject({ isNew: true });
    expect(await ask("all")).toMatchObject({ isNew: true });
    expect(await ask("docs")).toMatchObject({ isNew: false });
    await school.queue("index").claim(5);
    expect(await ask()).toMatchObject({ isNew: true });
  });

  test("makes one that waits for its retry due now", async () => {
    await ask();
    const queue = school.queue("index");
    const [lease] = (await queue.claim(1)).leases;
    const token = lease?.token ?? "";
    await queue.settle([{ kind: "retry", token, delayMs: 60_000, counts: false, reason: "Qdrant is away" }], 0);
    expect((await queue.claim(1)).leases).toEqual([]);
    expect(await ask()).toMatchObject({ isNew: false });
    expect((await queue.claim(1)).leases).toHaveLength(1);
  });

  test("is not confused by what else lies in the list", async () => {
    await school.redis.lpush(school.keys.list("index"), "no JSON", "[]", '{"id":"x","data":{"source":7}}', '"all"');
    expect(await ask()).toMatchObject({ isNew: true });
    expect(await list()).toHaveLength(5);
  });
});

test("an event that goes on is taken again at once, before all that waits, and counts as settled", async () => {
  const { event } = await ask("docs");
  await ask("gitops");
  const queue = school.queue("index");
  const [lease] = (await queue.claim(1)).leases;
  const settled = await queue.settle([{ kind: "later", token: lease?.token ?? "", delayMs: 0 }], 1);
  expect(settled.results).toEqual(["ok"]);
  const [next] = settled.claims?.leases ?? [];
  expect(JSON.parse(next?.event ?? "{}")).toMatchObject({ id: event });
  expect(next?.attempt).toBe(1);
  expect(await school.redis.hget(school.keys.metrics, "settled:index")).toBe("1");
  expect(await queue.settle([{ kind: "later", token: lease?.token ?? "", delayMs: 0 }], 0)).toEqual({
    results: ["lost"],
  });
});

describe("the book", () => {
  const book = () => knowledgeBook(school.redis, school.keys);
  const state = { corpus: "documents", source: "docs", state: "ready", at: "2026-05-01T10:00:00.000Z" } as const;

  test("keeps states, ledgers, runs and fits apart", async () => {
    const kept = book();
    await kept.note(state);
    await kept.note({ ...state, source: "gitops", state: "failed", because: "away" });
    await kept.keepLedger("documents", "docs", {
      collection: "c",
      leftOut: { "a.md": "why" },
      redacted: { "b.md": 2 },
    });
    await kept.keepFit({ id: "lsa-1", chunks: 200, changed: 3 });
    await kept.keepRun("docs", 5.4);
    expect((await kept.states()).map(({ source }) => source)).toEqual(["docs", "gitops"]);
    expect(await kept.ledger("documents", "docs")).toMatchObject({ leftOut: { "a.md": "why" } });
    expect([await kept.fit(), await kept.lastRun("docs"), await kept.lastRun("all")]).toEqual([
      { id: "lsa-1", chunks: 200, changed: 3 },
      5,
      undefined,
    ]);
    await kept.forget("documents", "docs");
    expect(await kept.ledger("documents", "docs")).toBeUndefined();
    expect((await kept.states()).map(({ source }) => source)).toEqual(["gitops"]);
  });

  test("keeps the bytes of embedders as they are, the newest and the one before", async () => {
    const kept = book();
    const bytes = Uint8Array.from({ length: 300 }, (_, n) => n % 256);
    await kept.keepModel({ id: "lsa-1", bytes });
    await kept.keepModel({ id: "lsa-2", bytes: Uint8Array.of(0, 255, 10) });
    expect((await kept.model())?.id).toBe("lsa-2");
    expect(Uint8Array.from((await kept.model("lsa-1"))?.bytes ?? [])).toEqual(bytes);
    await kept.keepOnlyModel("lsa-2");
    expect(await kept.model("lsa-1")).toBeUndefined();
    expect(Uint8Array.from((await kept.model())?.bytes ?? [])).toEqual(Uint8Array.of(0, 255, 10));
  });

  test("takes a damaged entry for none", async () => {
    const kept = book();
    await kept.note(state);
    await school.redis.hset(school.keys.knowledge, "issues/issues", "{half");
    expect(await kept.states()).toEqual([state]);
  });

  test("counts questions where the metrics are", async () => {
    await book().count("issues", "hit");
    await book().count("issues", "hit");
    expect(await school.redis.hget(school.keys.metrics, "rag:issues:hit")).toBe("2");
  });
});

test("a row of the outcomes is appended once, however often it comes", async () => {
  const limits = { rollbacksPerHour: 3, commitsPerHour: 5, commitsPerDay: 20 };
  const { outcomes } = schoolServices(school.redis, school.keys, scripts(), limits);
  for (const row of ["a", "b", "a"]) await outcomes.append({ row, reached: "verified" });
  await outcomes.append({ reached: "failed" });
  const rows = await school.redis.xrange(school.keys.outcomes, "-", "+");
  expect(rows.map(([, fields]) => fields)).toEqual([
    ["row", "a", "reached", "verified"],
    ["row", "b", "reached", "verified"],
    ["reached", "failed"],
  ]);
});
