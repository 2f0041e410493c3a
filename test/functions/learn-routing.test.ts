/** learn and the router: what it keeps of a route, and when it asks for a training. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LearnPorts, RoutingPorts } from "../../functions/learn/handle.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import type { RoutingExperience } from "../../shared/routing-ports.ts";
import { endedAt, HOUR, learnerOn, START, saidAt } from "../support/learner.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

const keys = keysOf();
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

const learner = (over: Partial<RoutingPorts> = {}, more: Partial<LearnPorts> = {}) => learnerOn(redis, over, more);
const ended = (id: string, over: Partial<Improvement> = {}) => endedAt(START, id, over);

describe("what is kept of a route", () => {
  test("the row says who was right; a word that comes later takes its place and counts as new", async () => {
    const kept = learner();
    await kept.hear(ended("a"));
    expect(await kept.book.rows()).toMatchObject([
      { id: "a", label: "security", by: "outcome", held: true, right: true },
    ]);
    await kept.hear(ended("a"));
    expect((await kept.book.sinceTraining()).labels).toBe(1);
    await kept.hear(ended("a", saidAt(START + HOUR, "database")));
    expect(await kept.book.rows()).toMatchObject([
      { id: "a", label: "database", by: "person", right: false, held: true },
    ]);
    expect((await kept.book.sinceTraining()).labels).toBe(2);
    expect(kept.outcomes.at(-1)).toMatchObject({ route_label: "database", route_right: "false", held: "true" });
    expect(kept.outcomes[0]).toMatchObject({ route_label: "security", route_labelled_by: "outcome" });
  });

  test("who was never routed leaves no row", async () => {
    const kept = learner();
    const { expert: _, routing: __, ...young } = ended("a", { status: "rejected" });
    await kept.hear(young);
    expect(await kept.book.rows()).toEqual([]);
  });

  test("a memory that is away costs neither outcome nor row, and none of the past either; it is tried again", async () => {
    const past: string[] = [];
    const stored: RoutingExperience[] = [];
    let isAway = true;
    const kept = learner(
      {},
      {
        past: { keep: async ({ id }) => void past.push(id) },
        memory: {
          async keep(experience) {
            if (isAway) throw new Error("Qdrant is away");
            stored.push(experience);
          },
        },
      },
    );
    await expect(kept.hear(ended("a"))).rejects.toThrow("the outcome is kept, but not indexed yet: Qdrant is away");
    await expect(kept.hear(ended("a"))).rejects.toMatchObject({ free: true });
    expect([kept.outcomes.length, past.length, (await kept.book.rows()).length]).toEqual([2, 2, 1]);
    isAway = false;
    expect((await kept.hear(ended("a"))).because).toContain("and indexed");
    expect(stored).toMatchObject([{ improvement: "a", expert: "security", held: true, routeRight: undefined }]);
    expect((await kept.book.sinceTraining()).labels).toBe(1);
  });
});

describe("a training is asked for", () => {
  const asked = async () => {
    const events = await redis.lrange(keys.list("learn"), 0, -1);
    return events.map((text) => (JSON.parse(text) as { data: unknown }).data);
  };

  test("once, when there are enough labels", async () => {
    const kept = learner({ rule: { labels: 3, afterMs: 24 * HOUR } });
    for (const id of ["a", "b"]) await kept.hear(ended(id));
    expect(await asked()).toEqual([]);
    for (const id of ["c", "d", "e"]) await kept.hear(ended(id));
    expect(await asked()).toMatchObject([{ about: "retrain", facts: { trained: 0, labels: 3 } }]);
  });

  test("with any label when the last one was long ago", async () => {
    const kept = learner();
    await kept.book.trained(START - 25 * HOUR);
    await kept.hear(ended("a", { status: "failed" }));
    expect(await asked()).toEqual([]);
    await kept.hear(ended("b"));
    expect(await asked()).toMatchObject([{ facts: { trained: START - 25 * HOUR } }]);
  });
});
