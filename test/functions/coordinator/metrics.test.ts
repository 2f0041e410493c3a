import { afterAll, beforeAll, expect, test } from "vitest";
import type { ModelCall } from "../../../shared/domain/model-call.ts";
import { countsOf, overBudgetCount } from "../../../shared/models/counts.ts";
import { modelLedger } from "../../../shared/pipeline/model-ledger.ts";
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

test("models: who asked and answered, what it cost, and what is left of no budget", async () => {
  const models = modelLedger(school.redis, school.keys);
  const call: ModelCall = {
    purpose: "evaluate/security",
    model: "anthropic:claude-sonnet-5-5",
    prompt: "evaluate/security@1",
    prompt_hash: "0",
    input: 1_000,
    output: 100,
    cache_read: 800,
    cache_write: 0,
    cost: 0.0016,
    priced: true,
    ms: 900,
    answered_by: "vendor",
  };
  await models.count(countsOf(call, true));
  await models.count(countsOf({ ...call, answered_by: "cache", cost: 0 }, true));
  await models.count(overBudgetCount("security", "nobody"));
  await models.reserve({ payer: "security", most: { micros: 250_000, tokens: 9 }, limits: {} });
  const found = await samples();
  const of = 'purpose="evaluate/security",model="anthropic:claude-sonnet-5-5"';
  expect(found.get(`school_model_calls_total{${of},answered_by="vendor"}`)).toBe(1);
  expect(found.get(`school_model_calls_total{${of},answered_by="cache"}`)).toBe(1);
  expect(found.get(`school_model_tokens_total{${of},kind="cache_read"}`)).toBe(800);
  expect(found.get(`school_model_tokens_total{${of},kind="input"}`)).toBe(1_000);
  expect(found.get(`school_model_tokens_saved_total{${of}}`)).toBe(1_100);
  expect(found.get(`school_model_cost_dollars_total{${of}}`)).toBe(0.0016);
  expect(found.get('school_model_over_budget_total{payer="security",asked="nobody"}')).toBe(1);
  expect(found.get('school_model_spent_dollars{payer="security"}')).toBe(0.25);
  expect(found.get('school_model_spent_dollars{payer="all"}')).toBe(0.25);
});
