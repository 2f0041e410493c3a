/** What serves is watched: a model, or the learned arm, that is worse than what it took the place of goes back. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { EXPERTS, type Expert, type Improvement } from "../../shared/domain/improvement.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { endedAt, HOUR, type Learner, learnerOn, type Model, saidAt } from "../support/learner.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { modelOf, rowsOf, textOf } from "../support/router-models.ts";

const keys = keysOf();
let server: TestRedis;
let redis: Redis;
let good: Model;
let bad: Model;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  good = await modelOf("good", rowsOf(60));
  bad = await modelOf("bad", rowsOf(60, 2));
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushall());

describe("what serves is watched", () => {
  async function serving(kept: Learner, ...models: Model[]) {
    for (const { entry, bytes } of models) {
      await kept.book.stage("router", entry, bytes);
      await kept.book.promote("router", entry.version, "won");
    }
    // Redis's clock is ahead of this test's.
    kept.clock.now = Date.parse((await kept.book.shelf("router")).current?.since ?? "");
  }
  const told = (kept: Learner, id: number, over: Partial<Improvement> = {}) => {
    const { title, description } = textOf(id, id + 500);
    kept.clock.now += 1_000;
    const label = EXPERTS[id % 6] as Expert;
    const said = saidAt(kept.clock.now, label);
    return endedAt(kept.clock.now, `w${id}`, { title, description, expert: label, ...said, ...over });
  };

  test("a model that loses against the one before steps back once, and people are told", async () => {
    const kept = learnerOn(redis);
    await serving(kept, good, bad);
    for (let i = 0; i < 12; i += 1) await kept.hear(told(kept, i));
    const { current, archive } = await kept.book.shelf("router");
    expect(current?.version).toBe("good");
    expect(archive).toMatchObject([{ version: "bad", because: expect.stringContaining("McNemar") as string }]);
    expect(await kept.whats()).toEqual(["stepped-back"]);
    expect(kept.notices).toMatchObject([
      { about: "router", text: expect.stringContaining("from bad to good") as string },
    ]);
  });

  test("without one before it the model the school came with is the measure, and serves again", async () => {
    const kept = learnerOn(redis);
    await serving(kept, bad);
    // Words the seed model knows.
    const seen = [
      "Rotate the TLS certificates",
      "NetworkPolicy that denies all traffic",
      "RBAC for the deployer",
      "Scan images for CVEs",
      "Secrets from a vault",
      "Pod Security restricted",
      "Sign images and verify signatures",
      "mTLS between services with trusted certificates",
      "Admission policies refuse privileged pods",
    ];
    for (const [i, title] of seen.entries())
      await kept.hear(told(kept, i, { title, expert: "security", ...saidAt(kept.clock.now + 1_000, "security") }));
    expect((await kept.book.shelf("router")).current).toBeUndefined();
    expect(kept.notices[0]?.text).toContain("from bad to seed");
  });

  test("a good model stays, as does one whose bytes are damaged: somebody else says so", async () => {
    const kept = learnerOn(redis);
    await serving(kept, bad, good);
    for (let i = 0; i < 12; i += 1) await kept.hear(told(kept, i));
    expect((await kept.book.shelf("router")).current?.version).toBe("good");
    await redis.set(keys.model("router", "good"), "damaged");
    await redis.hset(keys.modelShelf("router"), "current", JSON.stringify({ ...good.entry, checksum: "0" }));
    for (let i = 12; i < 20; i += 1) await kept.hear(told(kept, i));
    expect((await kept.book.shelf("router")).current?.version).toBe("good");
    expect(kept.notices).toEqual([]);
  });

  test("the learned arm stops serving when the rules are right more often; only a person lets it serve again", async () => {
    const kept = learnerOn(redis);
    const arms = (i: number) => ({
      arm: "learned" as const,
      share: 0.5,
      bucket: 0.1,
      tier: "classifier",
      expert: "monitoring" as const,
      confidence: 0.9,
      arms: {
        rules: { expert: "security" as const, tier: "keywords", confidence: 0.9 },
        learned: { expert: "monitoring" as const, tier: "classifier", confidence: 0.9 },
      },
      complexity: i,
      ms: 1,
      at: "t",
    });
    for (let i = 0; i < 10; i += 1) {
      await kept.hear(
        told(kept, i, { expert: "monitoring", routing_decision: arms(i), ...saidAt(kept.clock.now + i, "security") }),
      );
    }
    expect(await kept.book.rollout()).toMatchObject({ share: 0, by: "school" });
    expect(await kept.whats()).toEqual(["rollout"]);
    expect(kept.notices).toHaveLength(1);
    await kept.book.setRollout({
      share: 0.5,
      by: "person:ann",
      because: "b",
      at: new Date(kept.clock.now + HOUR).toISOString(),
    });
    await kept.hear(
      told(kept, 50, {
        expert: "monitoring",
        routing_decision: arms(1),
        ...saidAt(kept.clock.now + 2 * HOUR, "security"),
      }),
    );
    expect(await kept.book.rollout()).toMatchObject({ share: 0.5 });
  });
});
