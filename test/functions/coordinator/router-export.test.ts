/** The router's decisions as a file, over HTTP and a real Redis. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Expert, RoutingDecision, RoutingVote } from "../../../shared/domain/improvement.ts";
import { routerBook } from "../../../shared/pipeline/router-book.ts";
import { routingDecisions } from "../../../shared/pipeline/routing-decisions.ts";
import type { RouterBook, TrainingRow } from "../../../shared/routing-ports.ts";
import { startSchool, type TestSchool, TOKENS } from "./support.ts";

let school: TestSchool;
let book: RouterBook;
beforeAll(async () => {
  school = await startSchool({ env: { AB_TEST_PERCENTAGE: "0.25" } });
  book = routerBook(school.redis, school.keys);
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

const reason = "a week of shadow looks well";
const at = "2026-01-31T08:00:00.000Z";
function decisionOf(expert: Expert | null, learned: Expert | null = expert): RoutingDecision {
  const rules = { expert, tier: "keywords", confidence: 0.8 };
  const arms = { rules, learned: { expert: learned, tier: "classifier", confidence: 0.9 } };
  return { arm: "rules", share: 0.25, bucket: 0.5, ...rules, arms, complexity: 20, ms: 3, at };
}
function row(id: string, own: Partial<TrainingRow>): TrainingRow {
  const text = { title: "t", description: "d", implementation_notes: "", type: "technique" };
  return { id, source: "s", at, text, votes: [], reached: "verified", ...own };
}
describe("the export", () => {
  const lines = async () => {
    const answer = await school.call("viewer", "GET", "/api/router/decisions?format=jsonl");
    expect(answer).toMatchObject({ status: 200, type: "application/x-ndjson" });
    return answer.text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  };

  test("has what the founding platform logs of a decision, and what became of it", async () => {
    const votes: RoutingVote[] = [{ tier: "keywords", expert: "database", confidence: 0.8, because: "backup", ms: 1 }];
    const decided = {
      expert: "database",
      routing: votes,
      routing_decision: decisionOf("database", "security"),
    } as const;
    await school.stand("a", "routed", decided);
    await school.stand("a", "verified");
    const feedback = { right: false, expert: "security", reason } as const;
    await school.call("reviewer", "POST", "/api/improvements/a/feedback", feedback);
    await school.stand("b", "pending_review", { routing_decision: decisionOf(null) });
    await school.stand("c", "routed", decided);
    await book.keepRow(row("c", { label: "database", right: true, by: "outcome" }));
    await school.stand("old", "routed", { expert: "database" });

    const found = (await lines()).toSorted((one, other) => (one.task_id < other.task_id ? -1 : 1));
    expect(found).toMatchObject([
      {
        timestamp: at,
        task_id: "a",
        method: "rule-based",
        selected_master: "database",
        confidence: 0.8,
        ab_test_group: "control",
        arm: "rules",
        tier: "keywords",
        votes: [{ tier: "keywords", expert: "database", confidence: 0.8 }],
        complexity: 20,
        label: "security",
        label_by: "person:ruth",
        right: false,
        outcome: "verified",
      },
      { task_id: "b", selected_master: null, label: null, label_by: null, right: null, outcome: null },
      { task_id: "c", label: "database", label_by: "outcome", right: true, outcome: null },
    ]);
  });

  test("names a record that cannot be read, and goes on", async () => {
    await school.stand("a", "routed", { routing_decision: decisionOf("database") });
    await school.stand("b", "routed", { routing_decision: decisionOf("database") });
    await school.redis.hset(school.keys.record("b"), "routing_decision", "{");
    await school.redis.sadd(school.keys.categorySet("database"), "c");
    await school.redis.set(school.keys.record("c"), "a text");
    const found = await lines();
    expect(found).toHaveLength(3);
    expect(found).toContainEqual({ task_id: "b", damaged: expect.stringContaining("JSON") });
    expect(found).toContainEqual({ task_id: "c", damaged: expect.stringContaining("WRONGTYPE") });
  });

  test("of 5,000 decisions comes in many pieces, each of them once, and asks Redis for few at a time", async () => {
    const decision = JSON.stringify(decisionOf("database"));
    const batch = school.redis.pipeline();
    for (let i = 0; i < 5_000; i += 1) {
      const id = `big-${i}`;
      batch.hset(school.keys.record(id), { id, status: "verified", expert: "database", routing_decision: decision });
      batch.sadd(school.keys.categorySet(i % 2 === 0 ? "database" : "security"), id);
    }
    await batch.exec();
    const response = await fetch(`${school.coordinator.url}/api/router/decisions`, {
      headers: { authorization: `Bearer ${TOKENS.viewer}` },
    });
    expect(response.headers.get("transfer-encoding")).toBe("chunked");
    const ids = new Set<string>();
    let text = "";
    let count = 0;
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece, { stream: true });
      const parts = text.split("\n");
      text = parts.pop() ?? "";
      for (const line of parts) ids.add((JSON.parse(line) as { task_id: string }).task_id);
      count += parts.length;
    }
    expect(text).toBe("");
    expect([count, ids.size]).toEqual([5_000, 5_000]);
  });

  test("reads a batch when the one before was taken, however many there are", async () => {
    const decision = JSON.stringify(decisionOf("database"));
    const batch = school.redis.pipeline();
    for (let i = 0; i < 2_000; i += 1) {
      batch.hset(school.keys.record(`some-${i}`), { id: `some-${i}`, status: "routed", routing_decision: decision });
      batch.sadd(school.keys.categorySet("database"), `some-${i}`);
    }
    await batch.exec();
    await school.redis.config("RESETSTAT");
    const batches = routingDecisions(school.redis, school.keys);
    const first = await batches.next();
    const [, calls = ""] = /cmdstat_hmget:calls=(\d+)/.exec(await school.redis.info("commandstats")) ?? [];
    expect(first.value?.length).toBeLessThan(500);
    expect(Number(calls)).toBeLessThan(500);
    await batches.return(undefined);
  });

  test("whoever goes away in the middle leaves a coordinator that goes on", async () => {
    await school.stand("a", "routed", { routing_decision: decisionOf("database") });
    const leaving = new AbortController();
    const response = await fetch(`${school.coordinator.url}/api/router/decisions`, {
      headers: { authorization: `Bearer ${TOKENS.viewer}` },
      signal: leaving.signal,
    });
    leaving.abort();
    await expect(response.text()).rejects.toThrow();
    expect(await lines()).toHaveLength(1);
  });

  test("another format is refused, and so is nobody", async () => {
    expect((await school.call("viewer", "GET", "/api/router/decisions?format=csv")).json.detail).toContain("jsonl");
    expect((await school.call("nobody", "GET", "/api/router/decisions")).status).toBe(401);
  });
});
