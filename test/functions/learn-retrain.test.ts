/** Training the router: who wins serves, who loses is archived, and whatever dies in the middle has learned nothing. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RoutingPorts } from "../../functions/learn/handle.ts";
import { learn } from "../../functions/learn/handle.ts";
import { EXPERTS, type Expert } from "../../shared/domain/improvement.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import type { RouterBook } from "../../shared/routing-ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { type Learner, learnerOn, type Model, START, trainerOf } from "../support/learner.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { modelOf, rowsOf, textOf, trainingRowOf } from "../support/router-models.ts";

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

const learner = (over: Partial<RoutingPorts> = {}) => learnerOn(redis, over);

const labelled = async (book: RouterBook, count: number) => {
  for (let i = 0; i < count; i += 1) {
    await book.keepRow(trainingRowOf(`x${i}`, { label: EXPERTS[i % 6] as Expert, text: textOf(i, i) }));
  }
};
describe("training", () => {
  test("who wins is staged while it is judged, then serves; all of it is told", async () => {
    const staged: unknown[] = [];
    const kept: Learner = learner({
      trainer: trainerOf(
        () => good,
        true,
        async () => void staged.push((await kept.book.shelf("router")).staging?.because),
      ),
    });
    await labelled(kept.book, 12);
    expect((await kept.retrain()).because).toMatch(/^trained r20260510100000000; it won/);
    expect(staged).toEqual(["it is being judged"]);
    const { current, staging } = await kept.book.shelf("router");
    expect(current).toMatchObject({
      version: "r20260510100000000",
      because: "won",
      figures: { accuracy: 0.9, frozen_rows: 9 },
    });
    expect(current?.figures).not.toHaveProperty("odd");
    expect(staging).toBeUndefined();
    expect(await kept.book.bytes("router", current?.version ?? "")).toEqual(Buffer.from(good.bytes));
    expect(await kept.book.sinceTraining()).toEqual({ labels: 0, at: START });
    expect(await kept.whats()).toEqual(["promoted", "retrained"]);
    expect(await redis.exists(keys.routerTraining)).toBe(0);
  });

  test("who loses goes to the archive without its bytes, and the labels count as learned from", async () => {
    const kept = learner({ trainer: trainerOf(() => bad, false) });
    await labelled(kept.book, 12);
    await kept.retrain();
    const { current, archive } = await kept.book.shelf("router");
    expect(current).toBeUndefined();
    expect(archive).toMatchObject([{ because: "lost" }]);
    expect(await kept.book.bytes("router", archive[0]?.version ?? "")).toBeUndefined();
    expect(await kept.whats()).toEqual(["lost", "retrained"]);
    expect((await kept.book.sinceTraining()).labels).toBe(0);
  });

  test("the same model again is not put beside itself", async () => {
    const kept = learner({ trainer: trainerOf(() => good) });
    await labelled(kept.book, 12);
    await kept.retrain();
    kept.clock.now += 1_000;
    expect((await kept.retrain()).because).toContain("serves already");
    expect((await kept.book.shelf("router")).current?.version).toBe("r20260510100000000");
  });

  test("without any label nothing is trained, and that is said", async () => {
    const kept = learner();
    expect((await kept.retrain()).because).toBe("there is no label to learn from");
    expect((await kept.book.events(1))[0]?.because).toContain("nobody has said yet");
  });

  test("a label that comes during the training is left for the next", async () => {
    const kept: Learner = learner({
      trainer: trainerOf(
        () => good,
        true,
        () => kept.book.keepRow(trainingRowOf("late")),
      ),
    });
    await labelled(kept.book, 12);
    await kept.retrain();
    expect((await kept.book.sinceTraining()).labels).toBe(1);
  });

  test("two learners train once: the other comes back, and finds it done", async () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let begun = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const one = learner({
      trainer: trainerOf(
        () => good,
        true,
        async () => {
          begun();
          await gate;
        },
      ),
    });
    const other = learner();
    await labelled(one.book, 12);
    const training = one.retrain({ trained: 0 });
    await started;
    await expect(other.retrain({ trained: 0 })).rejects.toMatchObject({ name: "RetryLater", free: true });
    go();
    await training;
    expect((await other.retrain({ trained: 0 })).because).toBe("the router was trained meanwhile");
  });

  test("killed in the middle: nothing counts as learned, and another one does it", async () => {
    const stop = new AbortController();
    const dying = learner({
      trainer: trainerOf(
        () => good,
        true,
        async () => stop.abort(new Error("the process is stopping")),
      ),
    });
    await labelled(dying.book, 12);
    const killed = dying.retrain({ trained: 0 }, stop.signal);
    await expect(killed).rejects.toThrow("the process is stopping");
    expect((await dying.book.sinceTraining()).labels).toBe(12);
    expect((await dying.book.shelf("router")).current).toBeUndefined();
    const later = learner({ trainer: trainerOf(() => good) });
    later.clock.now += 60_000;
    await later.retrain({ trained: 0 });
    const { current, staging, archive } = await dying.book.shelf("router");
    expect([current?.version, staging]).toEqual(["r20260510100100000", undefined]);
    expect(archive).toMatchObject([{ because: "r20260510100100000 came before it was judged" }]);
  });

  test("who has lost the turn writes nothing", async () => {
    const kept = learner({
      trainer: trainerOf(
        () => good,
        true,
        async () => void (await redis.set(keys.routerTraining, "somebody else")),
      ),
    });
    await labelled(kept.book, 12);
    await expect(kept.retrain()).rejects.toThrow(RetryLater);
    expect((await kept.book.shelf("router")).current).toBeUndefined();
    expect(await redis.get(keys.routerTraining)).toBe("somebody else");
    expect((await kept.book.sinceTraining()).labels).toBe(12);
  });

  test("a model that a person put in its place meanwhile stays; the candidate is judged anew", async () => {
    const kept: Learner = learner({
      trainer: trainerOf(
        () => good,
        true,
        async () => {
          await kept.book.stage("router", bad.entry, bad.bytes);
          await kept.book.promote("router", "bad", "by hand");
        },
      ),
    });
    await labelled(kept.book, 12);
    await expect(kept.retrain()).rejects.toThrow("another model was made to serve");
    expect((await kept.book.shelf("router")).current?.version).toBe("bad");
    expect((await kept.book.sinceTraining()).labels).toBe(12);
  });

  test("other notices teach nothing", async () => {
    const notice = { about: "anomaly", text: "t", facts: {} } as const;
    const outcome = await learn({ notice }, learner().ports, { now: () => START });
    expect(outcome.because).toBe("nothing to learn from a notice about anomaly");
  });
});
