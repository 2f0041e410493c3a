import { afterAll, beforeAll, expect, test } from "vitest";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

async function samples(): Promise<Map<string, number>> {
  const { text, type } = await school.call("nobody", "GET", "/metrics");
  expect(type).toContain("text/plain");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

test("a school that did nothing states no rates", async () => {
  const found = await samples();
  expect(found.get('cortex_school_improvements_total{stage="raw"}')).toBe(0);
  expect([...found.keys()].filter((name) => /approval_rate|rollback_rate/.test(name))).toEqual([]);
});

test("the founding metrics say what happened, a person's moves apart from the rule's", async () => {
  const reason = { reason: "r" };
  await school.stand("a", "approved");
  await school.stand("b", "pending_review", { review_stage: "validate", review_reason: "?" });
  await school.stand("c", "conflicts");
  await school.stand("d", "verified");
  await school.stand("e", "rolling_back");
  await school.call("reviewer", "POST", "/api/improvements/b/approve", reason);
  await school.call("reviewer", "POST", "/api/improvements/c/override", reason);
  await school.call("reviewer", "POST", "/api/improvements/d/rollback", reason);
  await school.stand("f", "dead");

  const found = await samples();

  expect(found.get('cortex_school_improvements_total{stage="raw"}')).toBe(6);
  expect(found.get('cortex_school_improvements{status="raw"}')).toBe(0);
  expect(found.get('cortex_school_improvements{status="rolling_back"}')).toBe(2);
  // a, d and e passed validate by themselves; b and c went on because a person said so.
  expect(found.get('cortex_rag_validations_total{result="pass"}')).toBe(3);
  expect(found.get('cortex_rag_validations_total{result="conflict"}')).toBe(1);
  expect(found.get("cortex_school_auto_approval_rate")).toBe(1);
  expect(found.get("cortex_worker_git_commits_total")).toBe(2);
  expect(found.get('cortex_health_checks_total{result="pass"}')).toBe(1);
  expect(found.get('cortex_health_checks_total{result="fail"}')).toBe(1);
  expect(found.get('cortex_rollbacks_total{reason="person"}')).toBe(1);
  expect(found.get("cortex_school_rollback_rate")).toBe(1);
  expect(found.get('cortex_school_stage_dead{stage="route"}')).toBe(1);
  expect(found.get('cortex_school_stage_waiting{stage="rollback"}')).toBe(2);
  expect(found.get('cortex_school_stage_settled_total{stage="route"}')).toBe(5);
  expect(found.get('cortex_school_processing_rate{stage="route"}')).toBeCloseTo(6 / 60);
  expect(found.get("cortex_school_breaker_open")).toBe(0);
});
