import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSigned, type SignedApproval } from "../../../shared/domain/approval-signature.ts";
import { changeSet, type Decision, verdictOf } from "../../../shared/domain/change-set.ts";
import type { Patch } from "../../../shared/domain/improvement.ts";
import type { Status } from "../../../shared/domain/lifecycle.ts";
import { SECRET, startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

let count = 0;
/** An improvement that stands in `status`; returns its id. */
async function standing(status: Status, patch: Patch = {}): Promise<string> {
  count += 1;
  await school.stand(`i${count}`, status, patch);
  return `i${count}`;
}

const planned = (decision: Decision): Patch => ({
  change_set: changeSet([{ path: "apps/shop/limits.yaml", before: null, after: "kind: LimitRange\n" }], [], "shop"),
  verdict: verdictOf([{ rule: `rule-${decision}`, decision, message: "it fired" }]),
  review_stage: "approve",
  review_reason: "relevance",
});
const asked = (stage: string): Patch => ({ review_stage: stage, review_reason: "it could not tell" });
const reason = "I have looked at it";

describe("approving a change set", () => {
  test.each<Decision>(["auto", "human"])(
    "whose verdict is %s signs exactly what was seen, for 72 hours",
    async (decision) => {
      const id = await standing("pending_review", planned(decision));

      const answer = await school.call("reviewer", "POST", `/api/improvements/${id}/approve`, { reason });

      expect(answer).toMatchObject({ status: 200, json: { id, status: "approved" } });
      const { approval, approval_rule: rule, change_set: change, review_stage: stage } = await school.record(id);
      expect(rule).toBe("person");
      expect(stage).toBeUndefined();
      const signed = approval as SignedApproval;
      expect(signed).toMatchObject({
        improvement: id,
        hash: change?.hash,
        verdict: decision,
        application: "shop",
        actor: "person:ruth",
        reason,
      });
      expect(signed.expiresAt - signed.approvedAt).toBe(72 * 3_600_000);
      expect(isSigned(signed, SECRET)).toBe(true);
      expect(isSigned({ ...signed, hash: "another" }, SECRET)).toBe(false);
      const { json } = await school.call("viewer", "GET", `/api/improvements/${id}/trail`);
      expect(json.trail.at(-1)).toMatchObject({
        from: "pending_review",
        to: "approved",
        by: "person:ruth",
        because: reason,
      });
      expect(await school.redis.llen(school.keys.list("implement"))).toBeGreaterThan(0);
    },
  );

  test("that policy denies is refused with the rules, for an operator too", async () => {
    const id = await standing("pending_review", planned("deny"));

    const answer = await school.call("operator", "POST", `/api/improvements/${id}/approve`, { reason });

    expect(answer).toMatchObject({ status: 409, json: { rules: [{ rule: "rule-deny", decision: "deny" }] } });
    expect((await school.record(id)).status).toBe("pending_review");
    expect((await school.record(id)).approval).toBeUndefined();
  });

  test("is refused when it is another one by now than the person looked at", async () => {
    const id = await standing("pending_review", planned("auto"));
    const { hash } = planned("auto").change_set as { hash: string };
    const path = `/api/improvements/${id}/approve`;

    const stale = await school.call("reviewer", "POST", path, { reason, hash: "sha256:of-the-one-before" });

    expect(stale).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining("another one than you looked at") },
    });
    expect((await school.record(id)).status).toBe("pending_review");
    expect((await school.call("reviewer", "POST", path, { reason, hash })).status).toBe(200);
  });

  test("that policy never judged is refused", async () => {
    const { verdict: _, ...unjudged } = planned("auto");
    const id = await standing("pending_review", unjudged);
    const answer = await school.call("reviewer", "POST", `/api/improvements/${id}/approve`, { reason });
    expect(answer.status).toBe(409);
    expect(answer.json.detail).toContain("never judged");
  });

  test("twice at the same moment approves once", async () => {
    const id = await standing("pending_review", planned("human"));
    const answers = await Promise.all(
      ["reviewer", "operator"].map((who) =>
        school.call(who as "reviewer", "POST", `/api/improvements/${id}/approve`, { reason }),
      ),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
  });
});

describe("approving before there is a change set lets the flow go on after the stage that asked", () => {
  test.each<[stage: string, body: object, to: Status]>([
    ["route", { expert: "database" }, "routed"],
    ["evaluate", {}, "categorized"],
    ["validate", {}, "validated"],
    ["plan", {}, "validated"],
  ])("%s", async (stage, body, to) => {
    const id = await standing("pending_review", asked(stage));
    const answer = await school.call("reviewer", "POST", `/api/improvements/${id}/approve`, { reason, ...body });
    expect(answer).toMatchObject({ status: 200, json: { status: to } });
    const record = await school.record(id);
    expect(record).toMatchObject({ status: to, ...body });
    expect(record.review_stage).toBeUndefined();
  });

  test.each<[name: string, patch: Patch, says: string]>([
    ["routing needs to know the expert", asked("route"), "name one"],
    ["the approval rule without a change set has nothing to approve", asked("approve"), "no change set"],
    ["nobody asked", {}, "no change set"],
  ])("%s", async (_name, patch, says) => {
    const id = await standing("pending_review", patch);
    const answer = await school.call("reviewer", "POST", `/api/improvements/${id}/approve`, { reason });
    expect(answer.status).toBe(409);
    expect(answer.json.detail).toContain(says);
  });

  test("an expert nobody knows is refused", async () => {
    const id = await standing("pending_review", asked("route"));
    const answer = await school.call("reviewer", "POST", `/api/improvements/${id}/approve`, {
      reason,
      expert: "astrology",
    });
    expect(answer).toMatchObject({ status: 422, json: { problems: [expect.stringContaining("expert")] } });
  });
});

describe("every other move by a person", () => {
  test.each<[action: string, from: Status, patch: Patch, to: Status, kept: object, gone?: string[]]>([
    ["reject", "pending_review", planned("human"), "rejected", {}],
    ["replan", "pending_review", planned("human"), "validated", {}, ["change_set", "verdict", "review_stage"]],
    ["accept", "held", {}, "verified", { verified_at: expect.any(String) }],
    [
      "extend",
      "held",
      { held_from: "deployed", verification: { startedAt: 1, endsAt: 2, extended: true, checks: {} } },
      "deployed",
      {},
      ["verification"],
    ],
    ["extend", "held", { held_from: "implementation" }, "implementation", {}],
    ["rollback", "held", {}, "rolling_back", { failure_reason: reason }],
    ["rollback", "verified", {}, "rolling_back", { failure_reason: reason }],
    ["rollback", "rollback_blocked", {}, "rolling_back", { failure_reason: reason }],
    ["close", "rollback_blocked", {}, "failed", { failed_at: expect.any(String) }],
    ["close", "dead", {}, "rejected", {}],
    ["override", "conflicts", {}, "validated", {}],
    ["retry", "dead", {}, "raw", {}, ["died_in", "dead_reason"]],
  ])("%s takes %s on", async (action, from, patch, to, kept, gone = []) => {
    const id = await standing(from, patch);
    const answer = await school.call("reviewer", "POST", `/api/improvements/${id}/${action}`, { reason });
    expect(answer).toMatchObject({ status: 200, json: { id, status: to } });
    const record = await school.record(id);
    expect(record).toMatchObject({ status: to, ...kept });
    for (const field of gone) expect(record).not.toHaveProperty(field);
  });

  test("retry works although the dead letter was discarded", async () => {
    const id = await standing("dead");
    await school.redis.del(school.keys.dead("route"));
    const answer = await school.call("reviewer", "POST", `/api/improvements/${id}/retry`, { reason });
    expect(answer.json).toEqual({ id, status: "raw" });
    expect((await school.record(id)).died_in).toBeUndefined();
  });

  const actions = ["approve", "reject", "replan", "accept", "extend", "rollback", "close", "override", "retry"];
  test.each(actions)("%s from a status where it makes no sense is refused and changes nothing", async (action) => {
    const id = await standing("raw");
    const answer = await school.call("operator", "POST", `/api/improvements/${id}/${action}`, { reason });
    expect(answer.status).toBe(409);
    expect(answer.json.detail).toContain("it is raw");
    expect((await school.record(id)).status).toBe("raw");
  });

  test.each(actions)("%s without a reason is refused", async (action) => {
    for (const body of [{}, { reason: "   " }, undefined]) {
      const answer = await school.call("operator", "POST", `/api/improvements/nobody/${action}`, body);
      expect(answer.status).toBe(422);
      expect(answer.json.detail).toContain("say why");
    }
  });
});

describe("who injected an improvement", () => {
  test("cannot be the one who approves it; somebody else can", async () => {
    const data = { id: "injected-1", improvement: { ...proposal(), title: "Set limits" } };
    const event = { specversion: "1.0", id: "e1", source: "/me", type: "ai.cortex.school.improvement.validated", data };
    expect((await school.call("operator", "POST", "/stages/plan", event)).status).toBe(202);
    const queue = school.queue("plan");
    const lease = (await queue.claim(100)).leases.find((one) => one.event.includes("injected-1"));
    await queue.admit(lease?.token ?? "", "injected-1", data.improvement);
    const patch = planned("human");
    const move = {
      kind: "move",
      token: lease?.token ?? "",
      id: "injected-1",
      from: "validated",
      to: "pending_review",
      because: "t",
      patch,
    } as const;
    expect((await queue.settle([move], 0)).results).toEqual(["ok"]);

    const own = await school.call("operator", "POST", "/api/improvements/injected-1/approve", { reason });
    const other = await school.call("reviewer", "POST", "/api/improvements/injected-1/approve", { reason });

    expect(own.status).toBe(409);
    expect(own.json.detail).toContain("somebody else");
    expect(other.status).toBe(200);
  });
});

function proposal() {
  return {
    title: "Set limits",
    description: "Set limits on every container",
    category: "architecture" as const,
    type: "technique",
    implementation_notes: "",
    relevance: 0.5,
    quotes: [],
    source_id: "by-hand",
    source_title: "By hand",
  };
}
