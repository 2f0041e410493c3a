import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ChangeSet, changeSet, type Decision, verdictOf } from "../../../shared/domain/change-set.ts";
import type { Patch } from "../../../shared/domain/improvement.ts";
import { endDeferrals } from "../../../shared/pipeline/put-off.ts";
import { loadOperatorScripts } from "../../../shared/pipeline/scripts/load-operator.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

const reason = "I have looked at it";
const limits = {
  kind: "set-resource-limits",
  workload: { kind: "Deployment", namespace: "shop", name: "cart" },
  container: "cart",
  limits: { memory: "256Mi" },
};
function planned(after = "kind: LimitRange\n", decision: Decision = "human"): Patch & { change_set: ChangeSet } {
  return {
    change_set: changeSet([{ path: "apps/limits.yaml", before: null, after }], [], "shop"),
    verdict: verdictOf([{ rule: "some-rule", decision, message: "it fired" }]),
    intent: limits,
    review_stage: "approve",
    review_reason: "relevance",
  };
}
const ids = async (query = "") =>
  (await school.call("viewer", "GET", `/api/review${query}`)).json.rows.map(({ id }: { id: string }) => id);
const post = (who: "viewer" | "reviewer" | "operator", path: string, body: object) =>
  school.call(who, "POST", `/api/${path}`, body);

describe("the queue", () => {
  test("has what waits for people, what is wrong in the cluster first, and says why", async () => {
    await school.stand("q-pending", "pending_review", planned());
    await school.stand("q-held", "held", { title: "Held", held_from: "deployed" });
    await school.stand("q-raw", "raw");

    const { json } = await school.call("viewer", "GET", "/api/review");

    expect(json.rows.map(({ id }: { id: string }) => id)).toEqual(["q-held", "q-pending"]);
    expect(json.rows[1]).toMatchObject({ decision: "human", intent: "set-resource-limits", alike: [] });
    expect(json.rows[1].because).toContain("policy wants a person (some-rule)");
    expect(json).toMatchObject({ total: 2, read: 2, fitting: 2, deferred: 0 });
  });

  test("shows what asks for the same once, and keeps to its filters", async () => {
    await school.stand("a-1", "pending_review", { ...planned(), title: "Limits, please" });
    await school.stand("a-2", "pending_review", { ...planned(), title: "limits please!" });
    await school.stand("a-3", "pending_review", { title: "Another", review_stage: "route" });

    const { json } = await school.call("viewer", "GET", "/api/review?intent=set-resource-limits");
    expect(json.rows).toHaveLength(1);
    expect(json.rows[0].alike).toHaveLength(1);
    expect(await ids("?review_stage=route")).toEqual(["a-3"]);
    expect(await ids("?status=held,dead")).toEqual([]);
    expect((await school.call("viewer", "GET", "/api/review?status=verified")).status).toBe(400);
    expect((await school.call("nobody", "GET", "/api/review")).status).toBe(401);
  });

  test("passes over a damaged fact and a key of another type", async () => {
    await school.stand("d-1", "pending_review", planned());
    await school.redis.hset(school.keys.record("d-1"), "verdict", "{half", "forecast", "7");
    await school.redis.zadd(school.keys.byStatus("pending_review"), 1, "d-2");
    await school.redis.set(school.keys.record("d-2"), "a text");
    expect(await ids()).toEqual(["d-1"]);
  });

  test("reads a bounded number, however much waits", async () => {
    const batch = school.redis.pipeline();
    for (let n = 0; n < 3_000; n += 1) {
      batch.zadd(school.keys.byStatus("pending_review"), n, `m-${n}`);
      batch.hset(school.keys.record(`m-${n}`), { id: `m-${n}`, status: "pending_review", title: `number ${n}` });
    }
    await batch.exec();
    const { json } = await school.call("viewer", "GET", "/api/review?limit=20");
    expect(json).toMatchObject({ total: 3_000, read: 400, fitting: 400 });
    expect(json.rows).toHaveLength(20);
  });
});

describe("putting off", () => {
  test("takes it out of the queue until then; it comes back and is told of once", async () => {
    await school.stand("p-1", "pending_review", planned());
    const until = new Date(Date.now() + 3_600_000).toISOString();

    const answer = await post("reviewer", "improvements/p-1/defer", { until, reason });

    expect(answer).toMatchObject({
      status: 200,
      json: { status: "pending_review", deferred: { until, by: "person:ruth" } },
    });
    expect(await ids()).toEqual([]);
    expect(await ids("?deferred=yes")).toEqual(["p-1"]);
    const { json } = await school.call("viewer", "GET", "/api/improvements/p-1/trail");
    expect(json.trail.at(-1)).toMatchObject({
      to: "pending_review",
      by: "person:ruth",
      because: `put off until ${until}: ${reason}`,
    });

    // As if the hour were over.
    await school.redis.zadd(school.keys.deferred, 1, "p-1");
    const told = await school.redis.llen(school.keys.list("notify"));
    const scripts = loadOperatorScripts(school.redis, school.keys.prefix);
    await Promise.all([endDeferrals(scripts), endDeferrals(scripts)]);
    expect(await ids()).toEqual(["p-1"]);
    expect(await school.redis.llen(school.keys.list("notify"))).toBe(told + 1);
    expect((await school.record("p-1")).deferred).toBeUndefined();
  });

  test("ends with any decision", async () => {
    await school.stand("p-2", "pending_review", planned());
    await post("reviewer", "improvements/p-2/defer", { minutes: 60, reason });
    expect((await post("reviewer", "improvements/p-2/reject", { reason })).status).toBe(200);
    await school.redis.zadd(school.keys.deferred, 1, "p-2");
    const told = await school.redis.llen(school.keys.list("notify"));
    await endDeferrals(loadOperatorScripts(school.redis, school.keys.prefix));
    expect(await school.redis.llen(school.keys.list("notify"))).toBe(told);
  });

  test.each<[who: "viewer" | "reviewer", body: object, status: number]>([
    ["viewer", { minutes: 60, reason }, 403],
    ["reviewer", { minutes: 60 }, 422],
    ["reviewer", { reason }, 422],
    ["reviewer", { minutes: 60, until: "2026-01-31T08:00:00Z", reason }, 422],
    ["reviewer", { minutes: 10_000_000, reason }, 422],
    ["reviewer", { until: "2020-01-31T08:00:00Z", reason }, 422],
  ])("by a %s with %j is answered %i", async (who, body, status) => {
    await school.stand("p-3", "pending_review", planned());
    expect((await post(who, "improvements/p-3/defer", body)).status).toBe(status);
    expect((await school.record("p-3")).deferred).toBeUndefined();
  });

  test("is for what waits for a person", async () => {
    await school.stand("p-4", "planned");
    expect((await post("reviewer", "improvements/p-4/defer", { minutes: 5, reason })).status).toBe(409);
  });
});

describe("never again", () => {
  test("rejects with a tombstone, which an operator takes away", async () => {
    await school.stand("n-1", "conflicts", { title: "Move to another mesh" });
    expect(await post("reviewer", "improvements/n-1/never", { reason })).toMatchObject({
      json: { status: "rejected" },
    });
    expect(await school.record("n-1")).toMatchObject({ tombstone: `person:ruth: ${reason}` });
    expect(await school.redis.zscore(school.keys.tombstones, "n-1")).not.toBeNull();

    expect((await post("reviewer", "improvements/n-1/allow-again", { reason })).status).toBe(403);
    expect((await post("operator", "improvements/n-1/allow-again", { reason })).json).toEqual({
      id: "n-1",
      status: "rejected",
    });
    expect(await school.redis.zscore(school.keys.tombstones, "n-1")).toBeNull();
    expect((await school.record("n-1")).tombstone).toBeUndefined();
    expect((await post("operator", "improvements/n-1/allow-again", { reason })).status).toBe(409);
  });
});

describe("editing the intent", () => {
  const edited = { ...limits, limits: { memory: "512Mi" } };

  test("has it planned again with that; whoever wrote it cannot approve it", async () => {
    await school.stand("e-1", "pending_review", planned());
    const { hash } = planned().change_set;

    expect(await post("reviewer", "improvements/e-1/edit", { intent: edited, reason, hash })).toMatchObject({
      status: 200,
      json: { status: "validated" },
    });
    const record = await school.record("e-1");
    expect(record).toMatchObject({ edited_intent: { intent: edited, by: "person:ruth", because: reason } });
    expect([record.change_set, record.intent, record.verdict]).toEqual([undefined, undefined, undefined]);

    await school.stand("e-2", "pending_review", { ...planned(), edited_intent: record.edited_intent ?? null });
    const own = await post("reviewer", "improvements/e-2/approve", { reason });
    expect(own).toMatchObject({ status: 409, json: { detail: expect.stringContaining("wrote its intent") } });
    expect((await post("operator", "improvements/e-2/approve", { reason })).status).toBe(200);
  });

  test.each<[what: string, intent: object, says: string]>([
    ["a wrong field", { ...limits, container: 7 }, "intent.container"],
    ["an unknown field", { ...limits, replicas: 3 }, "replicas"],
    ["another kind", { kind: "pin-image" }, "must stay set-resource-limits"],
    ["no kind", {}, "kind"],
  ])("with %s is refused by field", async (_what, intent, says) => {
    await school.stand("e-3", "pending_review", planned());
    const answer = await post("reviewer", "improvements/e-3/edit", { intent, reason });
    expect(answer.status).toBe(422);
    expect(answer.json.problems.join()).toContain(says);
    expect((await school.record("e-3")).status).toBe("pending_review");
  });

  test("of another change set than was read, before there is a plan, or by a viewer is refused", async () => {
    await school.stand("e-4", "pending_review", planned());
    await school.stand("e-5", "pending_review", { review_stage: "route" });
    expect((await post("reviewer", "improvements/e-4/edit", { intent: edited, reason, hash: "old" })).status).toBe(409);
    expect((await post("reviewer", "improvements/e-5/edit", { intent: edited, reason })).status).toBe(409);
    expect((await post("viewer", "improvements/e-4/edit", { intent: edited, reason })).status).toBe(403);
  });
});

describe("several together", () => {
  const item = (id: string, hash = planned().change_set.hash) => ({ id, hash, reason: `${reason}: ${id}` });

  test("are decided each by itself, with its own reason, bound to its own hash", async () => {
    await school.stand("b-1", "pending_review", planned());
    await school.stand("b-2", "pending_review", planned("kind: Other\n"));
    await school.stand("b-3", "pending_review", { ...planned(), category: "security" });
    await school.stand("b-4", "pending_review", planned(undefined, "deny"));

    const items = [item("b-1"), item("b-2"), item("b-3"), item("b-4"), item("b-5")];
    const { status, json } = await post("reviewer", "review/decide", { action: "approve", items });

    expect(status).toBe(200);
    expect(json.decided).toEqual([{ id: "b-1", status: "approved" }]);
    expect(json.refused.map(({ id, because }: { id: string; because: string }) => `${id} ${because}`)).toEqual([
      expect.stringContaining("b-2 its change set is another one"),
      expect.stringContaining("b-3 security is decided one by one"),
      expect.stringContaining("b-4 policy denies it"),
      expect.stringContaining("b-5 There is no improvement"),
    ]);
    expect((await school.record("b-1")).approval).toMatchObject({ reason: `${reason}: b-1` });
  });

  test.each<[what: string, body: object, status: number]>([
    ["21", { action: "reject", items: Array.from({ length: 21 }, (_, n) => item(`x-${n}`)) }, 422],
    ["one twice", { action: "reject", items: [item("b-6"), item("b-6")] }, 422],
    ["another action", { action: "rollback", items: [item("b-6")] }, 422],
    ["no reason", { action: "reject", items: [{ ...item("b-6"), reason: " " }] }, 422],
    ["two kinds", { action: "reject", items: [item("b-6"), item("b-7")] }, 409],
  ])("%s is refused as a whole", async (_what, body, status) => {
    await school.stand("b-6", "pending_review", planned());
    await school.stand("b-7", "pending_review", { ...planned(), intent: { kind: "pin-image" } });
    expect((await post("reviewer", "review/decide", body)).status).toBe(status);
    expect((await school.record("b-6")).status).toBe("pending_review");
  });

  test("is not for viewers", async () => {
    expect((await post("viewer", "review/decide", { action: "reject", items: [item("b-8")] })).status).toBe(403);
  });
});
