/** What people say of the router's choice: feedback that moves nothing, and sending it to another expert. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseEvent } from "../../../shared/domain/events.ts";
import type { Patch, RoutingDecision } from "../../../shared/domain/improvement.ts";
import { STATUSES, type Status } from "../../../shared/domain/lifecycle.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

const reason = "it is about backups of Postgres";
const chose = (expert: RoutingDecision["expert"]): Patch => {
  const arm = { expert, tier: "keywords", confidence: 0.8 };
  const arms = { rules: arm, learned: arm };
  const at = "2026-01-31T08:00:00.000Z";
  return { routing_decision: { arm: "rules", share: 0, bucket: 0.4, ...arm, arms, complexity: 20, ms: 3, at } };
};
const routed: Patch = { expert: "architecture", ...chose("architecture") };

let count = 0;
/** An improvement that was routed and stands in `status`; returns its id. */
async function standing(status: Status, patch: Patch = routed): Promise<string> {
  count += 1;
  const id = `f${count}`;
  if (status === "raw") await school.stand(id, "raw");
  else {
    await school.stand(id, "routed", patch);
    await school.stand(id, status);
  }
  return id;
}
const give = (id: string, body: unknown, headers = {}) =>
  school.call("reviewer", "POST", `/api/improvements/${id}/feedback`, body, headers);
const eventsFor = async (stage: string, id: string) =>
  (await school.redis.lrange(school.keys.list(stage), 0, -1)).filter((event) => event.includes(`"subject":"${id}"`));
const trailOf = async (id: string) => (await school.call("viewer", "GET", `/api/improvements/${id}/trail`)).json.trail;

describe("feedback", () => {
  const ended = ["verified", "failed", "rejected", "conflicts"];
  test.each(STATUSES.filter((status) => status !== "raw"))("is taken from %s, and moves nothing", async (status) => {
    const id = await standing(status);
    const before = await school.record(id);
    const told = await eventsFor("learn", id);

    const answer = await give(id, { right: false, expert: "database", reason });

    const routing_feedback = { right: false, expert: "database", by: "person:ruth", because: reason };
    expect(answer).toMatchObject({
      status: 200,
      json: { id, status, learns: ended.includes(status), routing_feedback },
    });
    const after = await school.record(id);
    expect(after).toEqual({
      ...before,
      routing_feedback: { ...routing_feedback, at: expect.stringMatching(/^20.*Z$/) },
    });
    expect((await trailOf(id)).at(-1)).toMatchObject({
      from: status,
      to: status,
      by: "person:ruth",
      because: `the architecture expert was wrong, the right one is database: ${reason}`,
    });
    const news = (await eventsFor("learn", id)).filter((event) => !told.includes(event));
    expect(news).toHaveLength(ended.includes(status) ? 1 : 0);
    for (const event of news) {
      expect(parseEvent(event)).not.toHaveProperty("problems");
      expect(JSON.parse(event)).toMatchObject({ type: `ai.cortex.school.improvement.${status}`, data: { id } });
    }
  });

  test("learn is given the improvement with the word in it", async () => {
    const id = await standing("verified");
    const queue = school.queue("learn");
    const taken = (await queue.claim(1_000)).leases.map(({ token }) => ({ kind: "done", token }) as const);
    await queue.settle(taken, 0);
    await give(id, { right: false, expert: "database", reason });
    const { leases } = await queue.claim(1_000);
    expect(leases.map(({ fields }) => [fields["id"], JSON.parse(fields["routing_feedback"] ?? "{}").expert])).toEqual([
      [id, "database"],
    ]);
  });

  test("that it was right names the expert it has; the newest word counts", async () => {
    const id = await standing("verified");
    await give(id, { right: false, reason });
    expect((await school.record(id)).routing_feedback).not.toHaveProperty("expert");
    await give(id, { right: true, reason: "it is about the number of replicas after all" });
    expect((await school.record(id)).routing_feedback).toMatchObject({ right: true, expert: "architecture" });
  });

  test.each<[name: string, patch: Patch, body: object, written: object]>([
    ["somebody else judged it", chose("networking"), { right: true }, { right: false, expert: "architecture" }],
    ["the router was right after all", chose("networking"), { right: false, expert: "networking" }, { right: true }],
    ["nobody was chosen by the router", chose(null), { right: true }, { right: true, expert: "architecture" }],
  ])("is about the router's choice: %s", async (_name, patch, body, written) => {
    const id = await standing("categorized", { ...patch, expert: "architecture" });
    expect((await give(id, { ...body, reason })).json.routing_feedback).toMatchObject(written);
    expect((await school.record(id)).routing_feedback).toMatchObject(written);
  });

  test.each<[name: string, status: Status, patch: Patch, body: object, says: string]>([
    ["nobody has routed it", "raw", {}, { right: true }, "nobody has chosen"],
    ["it has no expert", "pending_review", { expert: null }, { right: false, expert: "database" }, "has no expert"],
    ["right, but another one", "planned", routed, { right: true, expert: "database" }, "cannot be right"],
    ["wrong, but the same one", "planned", routed, { right: false, expert: "architecture" }, "name another"],
  ])("is refused where %s", async (_name, status, patch, body, says) => {
    const id = await standing(status, patch);
    const answer = await give(id, { ...body, reason });
    expect(answer.status).toBe(409);
    expect(answer.json.detail).toContain(says);
    expect(await school.record(id)).not.toHaveProperty("routing_feedback");
  });

  test.each<[name: string, body: unknown, says: string]>([
    ["no word at all", {}, "right: is needed"],
    ["a word that is none", { right: "yes", reason }, "right: is needed"],
    ["no reason", { right: true, reason: " " }, "say why"],
    ["an expert nobody knows", { right: false, expert: "astrology", reason }, "one of architecture"],
    ["what nobody reads", { right: true, reason, experts: "database" }, "experts"],
  ])("with %s is refused before anything is looked at", async (_name, body, says) => {
    const answer = await give("nobody", body);
    expect(answer.status).toBe(422);
    expect(answer.json.detail).toContain(says);
  });

  test("on what does not exist, or by a viewer, is refused", async () => {
    expect((await give("nobody", { right: true, reason })).status).toBe(404);
    const path = `/api/improvements/${await standing("planned")}/feedback`;
    expect((await school.call("viewer", "POST", path, { right: true, reason })).status).toBe(403);
    expect((await school.call("nobody", "POST", path, { right: true, reason })).status).toBe(401);
  });

  test("that is sent again with its key is written once", async () => {
    const id = await standing("verified");
    const before = (await trailOf(id)).length;
    const key = { "idempotency-key": `again-${id}` };
    const first = await give(id, { right: true, reason }, key);
    const second = await give(id, { right: true, reason }, key);
    expect(second.json).toEqual(first.json);
    expect((await trailOf(id)).length).toBe(before + 1);
  });

  test("survives words that are dangerous in JSON and in scripts", async () => {
    const id = await standing("failed");
    const odd = 'quotes " and \\ and \u2028 and }]], "by": "person:mallory"';
    await give(id, { right: false, reason: odd });
    expect((await school.record(id)).routing_feedback).toMatchObject({ because: odd, by: "person:ruth" });
  });
});

describe("sending it to another expert", () => {
  const judged: Patch = {
    rag_check_passed: "false",
    validation: [{ check: "duplicate", result: "conflict", because: "it is there", evidence: [] }],
    conflicts_found: [{ check: "duplicate", result: "conflict", because: "it is there", evidence: [] }],
    intent: { kind: "set-resource-limits" },
    other_targets: ["shop/cart"],
    review_stage: "approve",
    review_reason: "relevance",
  };
  test.each<Status>(["pending_review", "conflicts"])("from %s has it judged anew", async (status) => {
    const id = await standing("routed");
    await school.stand(id, status, judged);

    const path = `/api/improvements/${id}/reroute`;
    const answer = await school.call("reviewer", "POST", path, { expert: "database", reason });

    expect(answer).toMatchObject({ status: 200, json: { id, status: "routed" } });
    const record = await school.record(id);
    expect(record).toMatchObject({
      status: "routed",
      expert: "database",
      routing_decision: { expert: "architecture" },
      routing_feedback: { right: false, expert: "database", by: "person:ruth", because: reason },
    });
    for (const field of Object.keys(judged)) expect(record).not.toHaveProperty(field);
    expect((await trailOf(id)).at(-1)).toMatchObject({
      from: status,
      to: "routed",
      by: "person:ruth",
      because: reason,
    });
    // The one of its first route and the one of now: the stage drops the stale one itself.
    expect((await eventsFor("evaluate", id)).length).toBeGreaterThan(0);
    await school.stand(id, "categorized");
  });

  test("back to the router's choice says that the router was right", async () => {
    const id = await standing("pending_review", { ...chose("networking"), expert: "architecture" });
    await school.call("reviewer", "POST", `/api/improvements/${id}/reroute`, { expert: "networking", reason });
    expect((await school.record(id)).routing_feedback).toMatchObject({ right: true, expert: "networking" });
  });

  test.each<[name: string, status: Status, body: object, code: number, says: string]>([
    ["the same expert", "pending_review", { expert: "architecture", reason }, 409, "name another one"],
    ["no expert", "pending_review", { reason }, 422, "expert: is needed"],
    ["an expert nobody knows", "conflicts", { expert: "astrology", reason }, 422, "expert: is needed"],
    ["one that is verified", "verified", { expert: "database", reason }, 409, "it is verified"],
    ["one that moves", "validated", { expert: "database", reason }, 409, "it is validated"],
  ])("%s is refused and changes nothing", async (_name, status, body, code, says) => {
    const id = await standing(status);
    const answer = await school.call("reviewer", "POST", `/api/improvements/${id}/reroute`, body);
    expect(answer.status).toBe(code);
    expect(answer.json.detail).toContain(says);
    expect(await school.record(id)).toMatchObject({ status, expert: "architecture" });
  });
});

test.each<[name: string, patch: Patch, right: boolean]>([
  ["another than the router's", chose("networking"), false],
  ["the router's own", chose("database"), true],
  ["the first, as the router had none", chose(null), true],
])("whoever answers the routing with an expert teaches the router: %s", async (_name, patch, right) => {
  count += 1;
  const id = `f${count}`;
  await school.stand(id, "pending_review", { ...patch, review_stage: "route", review_reason: "it could not tell" });
  await school.call("reviewer", "POST", `/api/improvements/${id}/approve`, { expert: "database", reason });
  expect(await school.record(id)).toMatchObject({
    status: "routed",
    expert: "database",
    routing_feedback: { right, expert: "database", by: "person:ruth", because: reason },
  });
});
