/** A real Prometheus scrapes a real coordinator: every panel has something to show, every alert can be judged. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { alerts } from "../../../build/monitoring/alerts.ts";
import { dashboard } from "../../../build/monitoring/dashboard.ts";
import { decodeImprovement } from "../../../shared/domain/improvement-fields.ts";
import { modelLedger } from "../../../shared/pipeline/model-ledger.ts";
import { presence } from "../../../shared/pipeline/presence.ts";
import { type AnyOutcome, moveTo } from "../../../shared/runtime/outcome.ts";
import { settlementFor } from "../../../shared/runtime/settlement.ts";
import type { StageName } from "../../../shared/stages.ts";
import { startSchool, type TestSchool } from "../../functions/coordinator/support.ts";
import { noPrometheus, startPrometheus, type TestPrometheus } from "../../support/prometheus.ts";
import { asAsked, dataPanels, SchoolDashboard } from "./dashboard-schema.ts";

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

describe.skipIf(noPrometheus)("scraped by Prometheus", () => {
  let school: TestSchool;
  let prometheus: TestPrometheus;
  beforeAll(async () => {
    school = await startSchool();
    prometheus = await startPrometheus(new URL(school.coordinator.url).host, "cortex-coordinator");
    await seen("cortex_school_breaker_open");
    // Only now: what grew must have been scraped before.
    await work();
    await seen('cortex_school_improvements_total{stage="verified"} > 0');
  }, 60_000);
  afterAll(async () => {
    await prometheus[Symbol.asyncDispose]();
    await school.close();
  });

  async function seen(expr: string): Promise<void> {
    await vi.waitFor(async () => expect(await ask(expr)).toHaveLength(1), { timeout: 20_000, interval: 200 });
  }

  async function ask(expr: string): Promise<readonly Result[]> {
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const { status, data, error } = (await answer.json()) as {
      status: string;
      data?: { result: readonly Result[] };
      error?: string;
    };
    if (status !== "success") throw new Error(`${expr}: ${error}`);
    return data?.result ?? [];
  }

  /** What a stage does with the one event that waits for it. */
  async function act(stage: StageName, outcome: AnyOutcome): Promise<void> {
    const queue = school.queue(stage);
    const { leases } = await queue.claim(1);
    const { token, fields } = leases[0] as (typeof leases)[number];
    const { results } = await queue.settle([settlementFor(token, outcome, decodeImprovement(fields))], 0);
    expect(results).toEqual(["ok"]);
  }

  async function work(): Promise<void> {
    const finding = { check: "contradiction", result: "conflict", because: "b", evidence: [] } as const;
    await school.stand("kept", "verified");
    await school.stand("back", "deployed");
    await act("verify", moveTo("rolling_back", {}, "errors"));
    await act("rollback", moveTo("rollback_blocked", {}, "conflict"));
    await school.stand("conflict", "categorized");
    await act("validate", moveTo("conflicts", { validation: [finding], rag_check_passed: "false" }, "said otherwise"));
    await school.stand("routed", "raw");
    await act("route", moveTo("routed", { expert: "security" }, "keywords"));
    // Names the expert again: that is no second routing.
    await act("evaluate", moveTo("categorized", { expert: "security" }, "judged"));
    await school.stand("asks", "pending_review", { review_stage: "validate", review_reason: "?" });
    await school.stand("dead", "dead");
    presence(school.redis, school.keys, "route", "w1").begin(420);
    await modelLedger(school.redis, school.keys).count({ "model_seconds|llmd|2": 3, "model_ms_sum|llmd": 4_200 });
  }

  const panels = dataPanels(SchoolDashboard.parse(dashboard()));
  test.each(panels.map(({ title, targets }) => [title, targets] as const))("%s has data", async (_title, targets) => {
    for (const { expr } of targets) {
      const found = async () => (await ask(asAsked(expr))).filter(({ value }) => Number.isFinite(Number(value[1])));
      await expect.poll(async () => (await found()).length, { message: expr, timeout: 15_000 }).toBeGreaterThan(0);
    }
  });

  test("failures are named, newest first", async () => {
    const found = await ask("sort_desc(cortex_school_recent_failure_timestamp_seconds)");
    expect(found.map(({ metric }) => `${metric["improvement"]} ${metric["status"]}`)).toEqual([
      "dead dead",
      "back rollback_blocked",
    ]);
  });

  test.each(alerts.map(({ name, expr }) => [name, expr] as const))("%s can be judged", async (_name, expr) => {
    await ask(expr);
    const metrics = [...expr.matchAll(/\b(?:cortex|school)_\w+|\bup\b/g)].map(([metric]) => metric);
    expect(metrics.length).toBeGreaterThan(0);
    // A name that is not there would never fire.
    for (const metric of metrics) expect(await ask(`count(${metric})`), metric).toHaveLength(1);
  });

  test("the alerts of what just happened fire, and no others", async () => {
    const firing: string[] = [];
    for (const { name, expr } of alerts) if ((await ask(expr)).length > 0) firing.push(name);
    // Nobody runs the functions here, so what waits is not picked up.
    expect(firing).toEqual(["CortexLayerDoesNotStart", "CortexDeadLetters", "CortexRollbackBlocked"]);
  });

  test("what was counted came through as it was", async () => {
    const value = async (expr: string) => Number((await ask(expr))[0]?.value[1]);
    expect(await value('cortex_rag_conflicts_total{type="architectural"}')).toBe(1);
    expect(await value("cortex_moe_llmd_requests_total")).toBe(3);
    expect(await value("cortex_moe_llmd_latency_seconds_sum")).toBe(4.2);
    expect(await value('cortex_activator_cold_starts_total{stage="route"}')).toBe(1);
    expect(await value('cortex_activator_layer_up{stage="route"}')).toBe(1);
    expect(await value('cortex_activator_layer_up{stage="plan"}')).toBe(0);
    expect(await value("cortex_rollback_duration_seconds_count")).toBe(1);
    expect(await value('cortex_moe_routing_total{expert="security"}')).toBe(1);
    expect(await value("cortex_school_implementation_success_rate")).toBe(0.5);
  });
});
