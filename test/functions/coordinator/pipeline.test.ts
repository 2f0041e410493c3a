/** GET /api/pipeline: what moves, what is lost on the way and why, on a real Redis. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dropOffs, throughput } from "../../../functions/coordinator/pipeline-report.ts";
import { reasonKind } from "../../../functions/coordinator/reason-kind.ts";
import { type Move, recentMoves } from "../../../functions/coordinator/recent-moves.ts";
import { presence } from "../../../shared/pipeline/presence.ts";
import { STAGES } from "../../../shared/stages.ts";
import { startSchool, type TestSchool } from "./support.ts";

const NOW = Date.parse("2026-03-01T12:00:00.000Z");
const MINUTE = 60_000;

describe("a kind of reason", () => {
  test.each([
    ["p99 of shop/cart is 140 ms (limit 120)", "p99 of … is …"],
    ["duplicate: “Limits first” says the same; it verified", "duplicate: … says the same"],
    ["always-human-replicas: the number changes from 2 to 3", "always-human-replicas: the number changes from … to …"],
    ["commit 9f8e7d6c5b4a was reverted by https://git.example/a/b", "commit … was reverted by …"],
    ["HTTP 503 of http://prometheus:9090/api", "HTTP … of …"],
    ["  ", "no reason given"],
    ["17", "no reason given"],
    ["", "no reason given"],
  ])("%s", (because, kind) => {
    expect(reasonKind(because)).toBe(kind);
  });

  test("is short, however long the reason is", () => {
    for (const text of ["word ".repeat(10_000), "9".repeat(100_000), "/".repeat(100_000), "“".repeat(50_000)]) {
      const started = performance.now();
      expect(reasonKind(text).length).toBeLessThanOrEqual(90);
      expect(performance.now() - started).toBeLessThan(500);
    }
  });
});

describe("moves", () => {
  const move = (ago: number, stage: Move["stage"], reason?: string): Move => ({
    at: NOW - ago,
    to: reason === undefined ? "routed" : "rejected",
    stage,
    ...(reason === undefined ? {} : { reason }),
  });

  test("are counted for the minute they were made in, the present one last", () => {
    const moves = [move(60 * MINUTE, "route"), move(59.5 * MINUTE, "route"), move(MINUTE, "plan"), move(0, "route")];
    const { route, plan, learn } = throughput(moves, NOW);
    expect([route[0], route[59], route.length]).toEqual([1, 1, 60]);
    expect(plan[58]).toBe(1);
    expect(learn.every((count) => count === 0)).toBe(true);
  });

  test("by people belong to no stage, and to their reason", () => {
    const lost = dropOffs([move(10, undefined, "not now"), move(5, undefined, "not now"), move(3, "plan", "b")], 0);
    expect(lost.totals.rejected).toBe(3);
    expect(lost.reasons[0]).toEqual({ status: "rejected", stage: null, reason: "not now", count: 2 });
    expect(dropOffs([move(10, "plan", "old")], NOW).reasons).toEqual([]);
  });

  test("of too many kinds are counted together", () => {
    const moves = Array.from({ length: 40 }, (_, i) => move(0, "plan", `reason ${"x".repeat(i + 1)}`));
    const { reasons, others } = dropOffs(moves, 0);
    expect(reasons.length + others).toBe(40);
    expect(others).toBeGreaterThan(20);
  });
});

describe("GET /api/pipeline", () => {
  let school: TestSchool;
  beforeAll(async () => {
    school = await startSchool();
  });
  afterAll(() => school.close());
  const ask = async () => (await school.call("viewer", "GET", "/api/pipeline")).json;

  test("says of an empty school that nothing moves and nothing runs", async () => {
    const answer = await ask();
    expect(Object.keys(answer.stages)).toEqual(STAGES);
    expect(answer.stages.route).toMatchObject({ waiting: 0, workers: 0, settled: 0 });
    expect(answer.dropOffs.week.reasons).toEqual([]);
    expect(answer.oldest.pending_review).toBeNull();
    expect((await school.call("nobody", "GET", "/api/pipeline")).status).toBe(401);
  });

  test("counts what stages moved, what was lost and why, and who waits longest", async () => {
    await school.stand("first", "pending_review", { review_stage: "approve" });
    await school.stand("second", "pending_review", { review_stage: "approve" });
    await school.stand("third", "rejected");
    const answer = await ask();
    expect(answer.oldest.pending_review).toMatchObject({ id: "first", since: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(answer.dropOffs.day.totals).toMatchObject({ pending_review: 2, rejected: 1, dead: 0 });
    expect(answer.dropOffs.day.reasons.length).toBeGreaterThan(0);
    const routed = answer.stages.route.perMinute.reduce((sum: number, count: number) => sum + count, 0);
    expect(routed).toBe(3);
    expect(answer.stages.route.settled).toBe(3);

    await school.stand("fourth", "pending_review", { review_stage: "approve" });
    expect((await ask()).dropOffs.day.totals.pending_review).toBe(3);
  });

  test("knows which functions are warm", async () => {
    const worker = presence(school.redis, school.keys, "verify", "worker-1");
    worker.begin(1_200);
    await expect.poll(async () => (await ask()).stages.verify.workers).toBe(1);
    expect((await ask()).stages.verify.coldStarts).toBe(1);
    await worker.end();
    expect((await ask()).stages.verify.workers).toBe(0);
  });

  test("says how far back it reaches where the stream was trimmed, and begins anew with another Redis", async () => {
    const { redis, keys } = school;
    const recent = recentMoves(redis, keys);
    const whole = await recent(Date.now());
    expect(whole.moves.length).toBeGreaterThan(5);
    expect(Date.now() - whole.since).toBeGreaterThan(6 * 86_400_000);

    await redis.xtrim(keys.events, "MAXLEN", 2);
    const trimmed = await recentMoves(redis, keys)(Date.now());
    expect(trimmed.moves).toHaveLength(2);
    expect(Date.now() - trimmed.since).toBeLessThan(86_400_000);
    // Whoever read it before still knows.
    expect((await recent(Date.now())).moves).toHaveLength(whole.moves.length);

    await redis.del(keys.events);
    await redis.xadd(
      keys.events,
      "1-1",
      "improvement",
      "x",
      "from",
      "raw",
      "to",
      "routed",
      "by",
      "route",
      "because",
      "",
    );
    expect((await recent(Date.now())).moves).toHaveLength(0);
  });
});
