/** learn and the router: what it keeps of a route, when it trains, what serves afterwards, and what it steps back from. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LearnPorts, learn, type RoutingPorts } from "../../functions/learn/handle.ts";
import type { Notice } from "../../shared/domain/events.ts";
import { EXPERTS, type Expert, type Improvement } from "../../shared/domain/improvement.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { routerBook } from "../../shared/pipeline/router-book.ts";
import { trainingTurns } from "../../shared/pipeline/training-turn.ts";
import type { Trainer } from "../../shared/routing/learning/trainer.ts";
import type { ModelEntry, RouterBook, RoutingExperience } from "../../shared/routing-ports.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { committedImprovement } from "../support/improvement.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";
import { modelOf, rowsOf, textOf, trainingRowOf } from "../support/router-models.ts";

const keys = keysOf();
const signal = new AbortController().signal;
const HOUR = 3_600_000;
let now = 0;
const when = { now: () => now, signal };
let server: TestRedis;
let redis: Redis;
let good: { readonly entry: ModelEntry; readonly bytes: Uint8Array };
let bad: typeof good;
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
beforeEach(async () => {
  await redis.flushall();
  now = Date.parse("2026-05-10T10:00:00Z");
});

const judgement = (promoted: boolean) => ({
  promoted,
  because: promoted ? "won" : "lost",
  figures: { frozen_rows: 9 },
});
/** Makes `model` of whatever rows it gets. */
const trainer = (model: () => typeof good, promoted = true, meanwhile = async () => {}): Trainer => ({
  async train(_job, found, stop) {
    const { bytes, entry } = model();
    await found({ ...entry, kind: "softmax", bytes, tookMs: 5, figures: { accuracy: 0.9, odd: Number.NaN } });
    await meanwhile();
    stop.throwIfAborted();
    return judgement(promoted);
  },
});
const never: Trainer = { train: async () => Promise.reject(new Error("nobody asked for a training")) };

interface Kept {
  readonly ports: LearnPorts & { readonly routing: RoutingPorts };
  readonly book: RouterBook;
  readonly notices: Notice[];
  readonly outcomes: Readonly<Record<string, string>>[];
}
function learner(over: Partial<RoutingPorts> = {}, more: Partial<LearnPorts> = {}): Kept {
  const book = routerBook(redis, keys);
  const notices: Notice[] = [];
  const outcomes: Readonly<Record<string, string>>[] = [];
  const routing: RoutingPorts = {
    router: book,
    turns: trainingTurns(redis, keys),
    notices: { send: async (notice) => void notices.push(notice) },
    trainer: never,
    rule: { labels: 50, afterMs: 24 * HOUR },
    ...over,
  };
  return {
    ports: { outcomes: { append: async (row) => void outcomes.push(row) }, ...more, routing },
    book,
    notices,
    outcomes,
  };
}
const ended = (id: string, over: Partial<Improvement> = {}): Improvement =>
  committedImprovement("c0ffee", [], {
    id,
    source_id: `talk-${id}`,
    status: "verified",
    expert: "security",
    verified_at: new Date(now).toISOString(),
    routing: [{ tier: "classifier", expert: "security", confidence: 0.8, because: "b" }],
    ...over,
  });
const feedback = (expert: Expert, at = now) => ({
  routing_feedback: { right: false, expert, by: "person:ann", because: "b", at: new Date(at).toISOString() },
});
const hear = ({ ports }: Kept, improvement: Improvement) =>
  learn({ improvement, reached: improvement.status }, ports, when);
const retrain = ({ ports }: Kept, facts: Notice["facts"] = {}) =>
  learn({ notice: { about: "retrain", text: "due", facts } }, ports, when);
const whats = async (book: RouterBook) => (await book.events(50)).map(({ what }) => what);

describe("what is kept of a route", () => {
  test("the row says who was right; a word that comes later takes its place and counts as new", async () => {
    const kept = learner();
    await hear(kept, ended("a"));
    expect(await kept.book.rows()).toMatchObject([
      { id: "a", label: "security", by: "outcome", held: true, right: true },
    ]);
    await hear(kept, ended("a"));
    expect((await kept.book.sinceTraining()).labels).toBe(1);
    await hear(kept, ended("a", feedback("database", now + HOUR)));
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
    await hear(kept, young);
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
    await expect(hear(kept, ended("a"))).rejects.toThrow("the outcome is kept, but not indexed yet: Qdrant is away");
    await expect(hear(kept, ended("a"))).rejects.toMatchObject({ free: true });
    expect([kept.outcomes.length, past.length, (await kept.book.rows()).length]).toEqual([2, 2, 1]);
    isAway = false;
    expect((await hear(kept, ended("a"))).because).toContain("and indexed");
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
    for (const id of ["a", "b"]) await hear(kept, ended(id));
    expect(await asked()).toEqual([]);
    for (const id of ["c", "d", "e"]) await hear(kept, ended(id));
    expect(await asked()).toMatchObject([{ about: "retrain", facts: { trained: 0, labels: 3 } }]);
  });

  test("with any label when the last one was long ago", async () => {
    const kept = learner();
    await kept.book.trained(now - 25 * HOUR);
    await hear(kept, ended("a", { status: "failed" }));
    expect(await asked()).toEqual([]);
    await hear(kept, ended("b"));
    expect(await asked()).toMatchObject([{ facts: { trained: now - 25 * HOUR } }]);
  });
});

const labelled = async (book: RouterBook, count: number) => {
  for (let i = 0; i < count; i += 1) {
    await book.keepRow(trainingRowOf(`x${i}`, { label: EXPERTS[i % 6] as Expert, text: textOf(i, i) }));
  }
};

describe("training", () => {
  test("who wins is staged while it is judged, then serves; all of it is told", async () => {
    const staged: unknown[] = [];
    const kept: Kept = learner({
      trainer: trainer(
        () => good,
        true,
        async () => void staged.push((await kept.book.shelf("router")).staging?.because),
      ),
    });
    await labelled(kept.book, 12);
    expect((await retrain(kept)).because).toMatch(/^trained r20260510100000000; it won/);
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
    expect(await kept.book.sinceTraining()).toEqual({ labels: 0, at: now });
    expect(await whats(kept.book)).toEqual(["promoted", "retrained"]);
    expect(await redis.exists(keys.routerTraining)).toBe(0);
  });

  test("who loses goes to the archive without its bytes, and the labels count as learned from", async () => {
    const kept = learner({ trainer: trainer(() => bad, false) });
    await labelled(kept.book, 12);
    await retrain(kept);
    const { current, archive } = await kept.book.shelf("router");
    expect(current).toBeUndefined();
    expect(archive).toMatchObject([{ because: "lost" }]);
    expect(await kept.book.bytes("router", archive[0]?.version ?? "")).toBeUndefined();
    expect(await whats(kept.book)).toEqual(["lost", "retrained"]);
    expect((await kept.book.sinceTraining()).labels).toBe(0);
  });

  test("the same model again is not put beside itself", async () => {
    const kept = learner({ trainer: trainer(() => good) });
    await labelled(kept.book, 12);
    await retrain(kept);
    now += 1_000;
    expect((await retrain(kept)).because).toContain("serves already");
    expect((await kept.book.shelf("router")).current?.version).toBe("r20260510100000000");
  });

  test("without any label nothing is trained, and that is said", async () => {
    const kept = learner();
    expect((await retrain(kept)).because).toBe("there is no label to learn from");
    expect((await kept.book.events(1))[0]?.because).toContain("nobody has said yet");
  });

  test("a label that comes during the training is left for the next", async () => {
    const kept: Kept = learner({
      trainer: trainer(
        () => good,
        true,
        () => kept.book.keepRow(trainingRowOf("late")),
      ),
    });
    await labelled(kept.book, 12);
    await retrain(kept);
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
      trainer: trainer(
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
    const training = retrain(one, { trained: 0 });
    await started;
    await expect(retrain(other, { trained: 0 })).rejects.toMatchObject({ name: "RetryLater", free: true });
    go();
    await training;
    expect((await retrain(other, { trained: 0 })).because).toBe("the router was trained meanwhile");
  });

  test("killed in the middle: nothing counts as learned, and another one does it", async () => {
    const stop = new AbortController();
    const dying = learner({
      trainer: trainer(
        () => good,
        true,
        async () => stop.abort(new Error("the process is stopping")),
      ),
    });
    await labelled(dying.book, 12);
    const notice: Notice = { about: "retrain", text: "due", facts: { trained: 0 } };
    const killed = learn({ notice }, dying.ports, { now: () => now, signal: stop.signal });
    await expect(killed).rejects.toThrow("the process is stopping");
    expect((await dying.book.sinceTraining()).labels).toBe(12);
    expect((await dying.book.shelf("router")).current).toBeUndefined();
    now += 60_000;
    await retrain(learner({ trainer: trainer(() => good) }), { trained: 0 });
    const { current, staging, archive } = await dying.book.shelf("router");
    expect([current?.version, staging]).toEqual(["r20260510100100000", undefined]);
    expect(archive).toMatchObject([{ because: "r20260510100100000 came before it was judged" }]);
  });

  test("who has lost the turn writes nothing", async () => {
    const kept = learner({
      trainer: trainer(
        () => good,
        true,
        async () => void (await redis.set(keys.routerTraining, "somebody else")),
      ),
    });
    await labelled(kept.book, 12);
    await expect(retrain(kept)).rejects.toThrow(RetryLater);
    expect((await kept.book.shelf("router")).current).toBeUndefined();
    expect(await redis.get(keys.routerTraining)).toBe("somebody else");
    expect((await kept.book.sinceTraining()).labels).toBe(12);
  });

  test("a model that a person put in its place meanwhile stays; the candidate is judged anew", async () => {
    const kept: Kept = learner({
      trainer: trainer(
        () => good,
        true,
        async () => {
          await kept.book.stage("router", bad.entry, bad.bytes);
          await kept.book.promote("router", "bad", "by hand");
        },
      ),
    });
    await labelled(kept.book, 12);
    await expect(retrain(kept)).rejects.toThrow("another model was made to serve");
    expect((await kept.book.shelf("router")).current?.version).toBe("bad");
    expect((await kept.book.sinceTraining()).labels).toBe(12);
  });

  test("other notices teach nothing", async () => {
    const { ports } = learner();
    const outcome = await learn({ notice: { about: "anomaly", text: "t", facts: {} } }, ports, when);
    expect(outcome.because).toBe("nothing to learn from a notice about anomaly");
  });
});

describe("what serves is watched", () => {
  async function serving(kept: Kept, ...models: (typeof good)[]) {
    for (const { entry, bytes } of models) {
      await kept.book.stage("router", entry, bytes);
      await kept.book.promote("router", entry.version, "won");
    }
    // Redis's clock is ahead of this test's.
    now = Date.parse((await kept.book.shelf("router")).current?.since ?? "");
  }
  const told = (id: number, over: Partial<Improvement> = {}) => {
    const { title, description } = textOf(id, id + 500);
    now += 1_000;
    const label = EXPERTS[id % 6] as Expert;
    return ended(`w${id}`, { title, description, expert: label, ...feedback(label), ...over });
  };

  test("a model that loses against the one before steps back once, and people are told", async () => {
    const kept = learner();
    await serving(kept, good, bad);
    for (let i = 0; i < 12; i += 1) await hear(kept, told(i));
    const { current, archive } = await kept.book.shelf("router");
    expect(current?.version).toBe("good");
    expect(archive).toMatchObject([{ version: "bad", because: expect.stringContaining("McNemar") as string }]);
    expect(await whats(kept.book)).toEqual(["stepped-back"]);
    expect(kept.notices).toMatchObject([
      { about: "router", text: expect.stringContaining("from bad to good") as string },
    ]);
  });

  test("without one before it the model the school came with is the measure, and serves again", async () => {
    const kept = learner();
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
      await hear(kept, told(i, { title, expert: "security", ...feedback("security") }));
    expect((await kept.book.shelf("router")).current).toBeUndefined();
    expect(kept.notices[0]?.text).toContain("from bad to seed");
  });

  test("a good model stays, as does one whose bytes are damaged: somebody else says so", async () => {
    const kept = learner();
    await serving(kept, bad, good);
    for (let i = 0; i < 12; i += 1) await hear(kept, told(i));
    expect((await kept.book.shelf("router")).current?.version).toBe("good");
    await redis.set(keys.model("router", "good"), "damaged");
    await redis.hset(keys.modelShelf("router"), "current", JSON.stringify({ ...good.entry, checksum: "0" }));
    for (let i = 12; i < 20; i += 1) await hear(kept, told(i));
    expect((await kept.book.shelf("router")).current?.version).toBe("good");
    expect(kept.notices).toEqual([]);
  });

  test("the learned arm stops serving when the rules are right more often; only a person lets it serve again", async () => {
    const kept = learner();
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
      await hear(kept, told(i, { expert: "monitoring", routing_decision: arms(i), ...feedback("security", now + i) }));
    }
    expect(await kept.book.rollout()).toMatchObject({ share: 0, by: "school" });
    expect(await whats(kept.book)).toEqual(["rollout"]);
    expect(kept.notices).toHaveLength(1);
    await kept.book.setRollout({ share: 0.5, by: "person:ann", because: "b", at: new Date(now + HOUR).toISOString() });
    await hear(
      kept,
      told(50, { expert: "monitoring", routing_decision: arms(1), ...feedback("security", now + 2 * HOUR) }),
    );
    expect(await kept.book.rollout()).toMatchObject({ share: 0.5 });
  });
});
