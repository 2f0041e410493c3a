import { describe, expect, test } from "vitest";
import { type ApprovalDecision, type Brakes, type Candidate, decideApproval } from "../../../shared/domain/approval.ts";
import type { Evaluation } from "../../../shared/domain/evaluation.ts";
import { type Category } from "../../../shared/domain/improvement.ts";
import {
  doubt,
  doubtful,
  evaluation,
  flags,
  good,
  hit,
  open,
  settings,
  verdict,
  withFlags,
} from "../../support/approval.ts";

describe("one fact at a time", () => {
  test.each<[string, Partial<Candidate>, Brakes, ApprovalDecision["kind"], string]>([
    ["everything in order", {}, open, "approved", "relevance"],
    ["exactly at the threshold", { relevance: 0.9 }, open, "approved", "relevance"],
    ["just under it", { relevance: 0.8999 }, open, "pending", "relevance"],
    ["a relevance that is no number", { relevance: Number.NaN }, open, "pending", "relevance"],
    ["capability", { category: "capability" }, open, "approved", "relevance"],
    ["monitoring", { category: "monitoring" }, open, "approved", "relevance"],
    ["security under its own threshold", { category: "security", relevance: 0.949 }, open, "pending", "relevance"],
    ["security at its own threshold", { category: "security", relevance: 0.95 }, open, "approved", "relevance"],
    ["security relaxed by its flag", { category: "security" }, withFlags({ security: true }), "approved", "relevance"],
    [
      "the security flag does nothing for databases",
      { category: "database" },
      withFlags({ security: true }),
      "pending",
      "relevance",
    ],
    ["database at its threshold", { category: "database", relevance: 0.95 }, open, "approved", "relevance"],
    ["networking, however relevant", { category: "networking", relevance: 1 }, open, "pending", "category"],
    ["knowledge, however relevant", { category: "knowledge", relevance: 1 }, open, "pending", "category"],
    ["a category nobody knows", { category: "finance" as Category, relevance: 1 }, open, "pending", "category"],
    ["category integration", { category: "integration", relevance: 1 }, open, "pending", "integration"],
    ["type integration in another category", { type: "integration", relevance: 1 }, open, "pending", "integration"],
    ["type integration in other letters", { type: " Integration", relevance: 1 }, open, "pending", "integration"],
    [
      "integrations let through",
      { category: "integration" },
      withFlags({ integrations: true }),
      "approved",
      "relevance",
    ],
    [
      "integrations let through, not relevant enough",
      { category: "integration", relevance: 0.8 },
      withFlags({ integrations: true }),
      "pending",
      "relevance",
    ],
    [
      "an integration in security keeps security's threshold",
      { category: "security", type: "integration" },
      withFlags({ integrations: true }),
      "pending",
      "relevance",
    ],
    ["nothing was validated", { validation: [] }, open, "pending", "validation"],
    ["a conflict", { validation: doubt("conflict") }, open, "pending", "validation"],
    ["an unknown result", { validation: doubt("unknown") }, open, "pending", "validation"],
    ["no expert judged it", { evaluation: undefined }, open, "pending", "expert"],
    [
      "feasibility low",
      { evaluation: { ...evaluation, feasibility: { value: "low", evidence: "no" } } },
      open,
      "pending",
      "expert",
    ],
    [
      "impact low is no obstacle",
      { evaluation: { ...evaluation, impact: { value: "low", evidence: "few" } } },
      open,
      "approved",
      "relevance",
    ],
    [
      "an open risk",
      { evaluation: { ...evaluation, risks: [{ risk: "r", mitigated: false, evidence: "" }] } },
      open,
      "pending",
      "expert",
    ],
    ["policy asks for a person", { verdict: verdict(hit("new-image", "human")) }, open, "pending", "policy-human"],
    [
      "an always-human kind",
      { verdict: verdict(hit("always-human-cluster-role", "human")) },
      open,
      "pending",
      "always-human-cluster-role",
    ],
    ["only a model's choice", { planning: doubtful }, withFlags({ all: true }), "pending", "always-human-model-choice"],
    ["policy denies", { verdict: verdict(hit("deny-secret-data", "deny")) }, open, "rejected", "policy-deny"],
    [
      "a verdict milder than its own rules",
      { verdict: { decision: "auto", rules: [hit("deny-x", "deny")] } },
      open,
      "rejected",
      "policy-deny",
    ],
    ["the none-flag", {}, withFlags({ none: true }), "pending", "auto-approve-none"],
    ["the circuit breaker", {}, { ...open, breaker: "4 rollbacks" }, "pending", "circuit-breaker"],
    [
      "a rollback there a moment ago",
      {},
      { ...open, recentRollback: "x was taken back" },
      "pending",
      "recent-rollback",
    ],
    [
      "a rollback there, and a flag that approves everything",
      {},
      { ...open, flags: { ...flags, all: true }, recentRollback: "x was taken back" },
      "pending",
      "recent-rollback",
    ],
    ["no rollback there", {}, { ...open, recentRollback: null }, "approved", "relevance"],
    ["a freeze", {}, { ...open, freeze: "weekend" }, "pending", "freeze-window"],
    ["the budget", {}, { ...open, budget: "spent" }, "pending", "budget"],
  ])("%s", (_name, over, brakes, kind, rule) => {
    expect(decideApproval({ ...good, ...over }, brakes, settings)).toMatchObject({ kind, rule });
  });

  test.each(["feasibility", "impact", "effort", "priority"] as const)("an unknown %s goes to a person", (field) => {
    const unsure = { ...evaluation, [field]: { value: "unknown", evidence: "" } };
    expect(decideApproval({ ...good, evaluation: unsure }, open, settings)).toMatchObject({
      kind: "pending",
      rule: "expert",
    });
    const odd = { ...evaluation, [field]: { value: "certainly", evidence: "" } } as unknown as Evaluation;
    expect(decideApproval({ ...good, evaluation: odd }, open, settings)).toMatchObject({
      kind: "pending",
      rule: "expert",
    });
  });
});

describe("order of the rules", () => {
  /** Everything that may stop an approval, in the order in which it must win. */
  const stops: [string, Partial<Candidate>, Partial<Brakes>][] = [
    ["auto-approve-none", {}, { flags: { ...flags, none: true } }],
    ["policy-deny", { verdict: verdict(hit("deny-x", "deny"), hit("always-human-x", "human"), hit("y", "human")) }, {}],
    ["circuit-breaker", {}, { breaker: "open" }],
    ["recent-rollback", {}, { recentRollback: "taken back" }],
    ["freeze-window", {}, { freeze: "closed" }],
    ["budget", {}, { budget: "spent" }],
    ["validation", { validation: [] }, {}],
    ["always-human-x", { verdict: verdict(hit("always-human-x", "human"), hit("y", "human")) }, {}],
    ["integration", { type: "integration" }, {}],
    ["category", { category: "networking" }, {}],
    ["relevance", { relevance: 0.1 }, {}],
    ["expert", { evaluation: undefined }, {}],
    ["policy-human", { verdict: verdict(hit("y", "human")) }, {}],
  ];

  test.each(stops.map(([rule], i) => [rule, i] as const))("%s wins over everything after it", (rule, from) => {
    // Later entries first, so that an earlier one overwrites the field both use.
    const later = stops.slice(from).reverse();
    const candidate = later.reduce((all, [, over]) => ({ ...all, ...over }), good);
    const brakes = later.reduce((all, [, , over]) => ({ ...all, ...over }), open);
    expect(decideApproval(candidate, brakes, settings).rule).toBe(rule);
  });

  test("the all-flag passes everything after always-human kinds, and nothing before", () => {
    const all = withFlags({ all: true });
    for (const [rule, over, brakes] of stops) {
      const decision = decideApproval(
        { ...good, ...over },
        { ...all, ...brakes, flags: { ...all.flags, ...brakes.flags } },
        settings,
      );
      const before = stops.findIndex(([name]) => name === rule) <= 7;
      expect([rule, decision.kind === "approved"]).toEqual([rule, !before]);
    }
  });
});
