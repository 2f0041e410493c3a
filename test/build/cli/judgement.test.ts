/** What `school show` prints of the experts: records of today, and those from before there were models. */
import { expect, test } from "vitest";
import { judgement, modelCalls } from "../../../build/cli/judgement.ts";
import type { Evaluation } from "../../../shared/domain/evaluation.ts";
import type { ModelCall } from "../../../shared/domain/model-call.ts";
import { committedImprovement } from "../../support/improvement.ts";

const said = (value: "high" | "low") => ({ value, evidence: `seen [S1], ${value}` });
const old: Evaluation = {
  expert: "security",
  by: "rules",
  feasibility: said("high"),
  impact: said("high"),
  effort: said("low"),
  priority: said("high"),
  risks: [{ risk: "locked out", mitigated: true, evidence: "watched" }],
};
const shown = (evaluation: Evaluation) =>
  judgement(committedImprovement("c", [], { expert_evaluation: evaluation })).join("\n");

test("a record from before there were models", () => {
  expect(shown(old)).toBe(
    [
      "security, rule-based",
      "feasibility: high (seen [S1], high)",
      "impact: high (seen [S1], high)",
      "effort: low (seen [S1], low)",
      "priority: high (seen [S1], high)",
      "risk, mitigated: locked out (watched)",
    ].join("\n"),
  );
});

test("who passed it on, and who says that it is not its field", () => {
  const passed_on = { from: "architecture", because: "backups are asked for [F1]" } as const;
  const lines = shown({ ...old, passed_on, out_of_scope: { better: "database", because: "[Q1]" } }).split("\n");
  expect(lines.slice(0, 3)).toEqual([
    "passed on by the architecture expert: backups are asked for [F1]",
    "security, rule-based",
    "not its field, but database: [Q1]",
  ]);
  expect(shown({ ...old, out_of_scope: { because: "[Q1]" } })).toContain("not its field: [Q1]");
});

test("a model's judgement with all it rests on, and both opinions", () => {
  const text = shown({
    ...old,
    by: "anthropic:m",
    complexity: said("low"),
    risks: [{ risk: "doors open", mitigated: false, evidence: "e", severity: "high" }],
    recommendations: [{ text: "begin with the cart", evidence: "[F1]" }],
    dependencies: [{ text: "Service shop/db", evidence: "env" }],
    doubt: "the rules cannot judge impact",
    notes: ["the index is away"],
    sources: [
      { label: "S1", corpus: "documents", path: "adr/1.md", place: "Limits", from: 3, to: 9 },
      { label: "S2", corpus: "improvements", path: "feed", place: "Earlier", from: 1, to: 4, outcome: "rolling_back" },
    ],
    second_opinion: { because: "security is judged by two", opinions: [old, { ...old, expert: "networking" }] },
  });
  for (const line of [
    "security, by anthropic:m",
    "complexity: low (seen [S1], low)",
    "risk, high: doors open (e)",
    "recommends: begin with the cart ([F1])",
    "depends on: Service shop/db (env)",
    "in doubt: the rules cannot judge impact",
    "note: the index is away",
    "  S1  documents: adr/1.md:3-9, Limits",
    "  S2  improvements: school show feed, Earlier (rolling back)",
    "second opinion: security is judged by two",
    "  networking, rule-based",
  ])
    expect(text.split("\n")).toContain(line);
});

test("each question to a model is a line, and several have a sum", () => {
  const call: ModelCall = {
    purpose: "evaluate/security",
    model: "anthropic:m",
    prompt: "evaluate/security@1",
    prompt_hash: "0123456789ab",
    input: 6_000,
    output: 400,
    cache_read: 5_000,
    cache_write: 0,
    cost: 0.02,
    priced: true,
    ms: 900,
    answered_by: "vendor",
  };
  const lines = (...calls: readonly ModelCall[]) => modelCalls(committedImprovement("c", [], { model_calls: calls }));
  expect(lines(call)).toEqual([
    "evaluate/security: anthropic:m, evaluate/security@1 0123456789ab, 6000 tokens in (5000 of them cached), 400 out, $0.0200, 900 ms",
  ]);
  const more = lines(call, { ...call, priced: false, cost: 0, cache_read: 0, answered_by: "cache" });
  expect(more[1]).toContain("6000 tokens in, 400 out, price not known, 900 ms, answered by what was kept");
  expect(more[2]).toBe("together $0.0200");
  expect(lines()).toEqual([]);
});
