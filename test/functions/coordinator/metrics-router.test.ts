/** What Prometheus is told of the router: text it can read, and figures that are stated only where there are some. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { histogramText } from "../../../functions/coordinator/histogram-text.ts";
import { routerBook } from "../../../shared/pipeline/router-book.ts";
import type { RouterBook, TrainingRow } from "../../../shared/routing-ports.ts";
import { parseMetrics } from "../../support/prometheus-text.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
let book: RouterBook;
beforeAll(async () => {
  school = await startSchool({ env: { AB_TEST_PERCENTAGE: "0.1" } });
  book = routerBook(school.redis, school.keys);
});
afterAll(() => school.close());
beforeEach(() => school.redis.flushall());

const at = "2026-01-31T08:00:00.000Z";
const metrics = async () => parseMetrics((await school.call("nobody", "GET", "/metrics")).text);

function row(id: string, own: Partial<TrainingRow>): TrainingRow {
  const text = { title: "t", description: "d", implementation_notes: "", type: "technique" };
  return { id, source: "s", at, text, votes: [], reached: "verified", ...own };
}

test("a router that did nothing has zeros where it counts, and no figure where there is none", async () => {
  const found = await metrics();
  expect(found.value("cortex_activator_similarity_lookups_total", { result: "hit" })).toBe(0);
  expect(found.value("cortex_activator_similarity_latency_seconds_bucket", { le: "+Inf" })).toBe(0);
  expect(found.value("school_router_rollout_share")).toBe(0.1);
  for (const name of [
    "school_router_accuracy",
    "school_router_mean_confidence",
    "school_router_rag_hit_rate",
    "school_router_calibration_error",
    "school_router_model_age_seconds",
    "school_router_arm_share",
  ]) {
    expect(found.samples(name), name).toEqual([]);
  }
});

test("the founding platform's names, from what was counted", async () => {
  await book.count({
    "route_served:keywords:database:rules": 4,
    "route_served:keywords:security:learned": 1,
    "route_served:person:none:rules": 2,
    "route_confidence_sum:keywords": 4_000,
    "route_vote:neighbours:unknown": 3,
    "route_vote:keywords:decided": 5,
    "route_similarity:hit": 3,
    "route_similarity:miss": 1,
    "route_similarity:error": 3,
    "route_ms:neighbours:5": 2,
    "route_ms:neighbours:50": 1,
    "route_ms:neighbours:inf": 1,
    "route_ms_sum:neighbours": 12_345_000,
    "routing_stored:keywords": 5,
    "routing_outcome:true": 4,
    "routing_outcome:false": 1,
    "route_mode:no-model:complex": 2,
    "route_complexity:20": 3,
    "route_complexity:100": 1,
    route_complexity_sum: 140,
    "route_escalated:no-model": 2,
  });

  const found = await metrics();

  const query = (route_type: string, status: string) =>
    found.value("cortex_activator_queries_total", { route_type, layer: "reasoning", status });
  expect(query("keywords", "success")).toBe(5);
  expect(query("keywords", "failure")).toBe(0);
  expect(query("person", "failure")).toBe(2);
  expect(query("neighbours", "unknown")).toBe(3);
  expect(found.value("cortex_activator_similarity_lookups_total", { result: "error" })).toBe(3);
  const latency = (le: string) => found.value("cortex_activator_similarity_latency_seconds_bucket", { le });
  expect(["0.001", "0.005", "0.01", "0.05", "10", "+Inf"].map(latency)).toEqual([0, 2, 2, 3, 3, 4]);
  expect(found.value("cortex_activator_similarity_latency_seconds_count")).toBe(4);
  expect(found.value("cortex_activator_similarity_latency_seconds_sum")).toBeCloseTo(12.345);
  expect(found.value("cortex_activator_routing_stored_total", { route_type: "keywords" })).toBe(5);
  expect(found.value("cortex_activator_outcomes_stored_total", { success: "false" })).toBe(1);
  expect(found.value("cortex_activator_mode_decisions_total", { mode: "no-model", complexity: "complex" })).toBe(2);
  const complexity = (le: string) => found.value("cortex_activator_complexity_score_bucket", { le });
  expect(["10", "20", "90", "100", "+Inf"].map(complexity)).toEqual([0, 3, 3, 4, 4]);
  expect(found.value("cortex_activator_complexity_score_sum")).toBe(140);
  expect(found.value("cortex_activator_escalations_total", { reason: "no-model" })).toBe(2);
  expect(found.value("school_router_served_total", { tier: "keywords", arm: "learned" })).toBe(1);
  expect(found.value("school_router_arm_share", { arm: "rules" })).toBeCloseTo(6 / 7);
  expect(found.value("school_router_mean_confidence")).toBeCloseTo(0.8);
  expect(found.value("school_router_tier_confidence", { tier: "keywords" })).toBeCloseTo(0.8);
  expect(found.value("school_router_rag_hit_rate")).toBe(0.75);
  expect(found.value("school_router_latency_seconds_count", { tier: "neighbours" })).toBe(4);
  expect(found.value("school_router_votes_total", { tier: "keywords", result: "decided" })).toBe(5);
});

test("what is known of choices only later is there as soon as it is, and follows what people say", async () => {
  const own = { chosen: "database", arm: "rules", confidence: 0.75 } as const;
  await book.keepRow(row("a", { ...own, label: "database", right: true, by: "person" }));
  expect((await metrics()).value("school_router_accuracy", { arm: "rules" })).toBe(1);
  await book.keepRow(row("b", { ...own, label: "security", right: false, by: "expert" }));
  await book.keepRow(row("c", { ...own, label: "database", right: true, by: "outcome" }));
  const entry = { checksum: "0", bytes: 3, kind: "softmax", rows: 9, rowsHash: "0", figures: {}, because: "t" };
  await book.stage("router", { ...entry, version: "v1", at: new Date(0).toISOString() }, Buffer.from("abc"));
  await book.promote("router", "v1", "test");
  await book.setRollout({ share: 0.5, by: "school", because: "t", at });

  const found = await metrics();
  expect(found.value("school_router_accuracy", { arm: "all" })).toBe(0.5);
  expect(found.samples("school_router_accuracy").map(({ labels }) => labels["arm"])).toEqual(["rules", "all"]);
  expect(found.value("school_router_labelled", { by: "outcome" })).toBe(1);
  expect(found.value("school_router_calibration_error")).toBeCloseTo(0.25);
  expect(found.value("school_router_brier_score")).toBeCloseTo((0.0625 + 0.5625) / 2);
  expect(found.value("school_router_new_labels")).toBe(3);
  expect(found.value("school_router_rollout_share")).toBe(0.5);
  expect(found.value("school_router_model_age_seconds", { version: "v1" })).toBeGreaterThan(1e9);
});

test("a histogram's text escapes what labels and help may hold", () => {
  const histogram = { bounds: [1], counts: [2, 1], sum: 4, n: 3 };
  const text = histogramText("m", "one\ntwo \\ three", [[{ a: 'x"\\\n' }, histogram]]);
  const found = parseMetrics(text);
  expect(found.value("m_bucket", { a: 'x"\\\n', le: "1" })).toBe(2);
  expect(found.value("m_bucket", { a: 'x"\\\n', le: "+Inf" })).toBe(3);
  expect(text.split("\n")[0]).toBe("# HELP m one\\ntwo \\\\ three");
});
