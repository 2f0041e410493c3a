import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ApprovalDecision, type Brakes, type Candidate, decideApproval } from "../../../shared/domain/approval.ts";
import type { Decision } from "../../../shared/domain/change-set.ts";
import { CATEGORIES, type Category, type Evaluation } from "../../../shared/domain/improvement.ts";

const settings = { threshold: 0.9, highRiskThreshold: 0.95 };
const flags = { none: false, all: false, integrations: false, security: false };
const open: Brakes = { flags, breaker: null, freeze: null, budget: null };
const high = { value: "high", evidence: "seen" } as const;
const evaluation: Evaluation = {
  expert: "architecture",
  by: "rules",
  feasibility: high,
  impact: high,
  effort: high,
  priority: high,
  risks: [{ risk: "r", mitigated: true, evidence: "e" }],
};
const good: Candidate = {
  category: "architecture",
  type: "technique",
  relevance: 0.9,
  verdict: { decision: "auto", rules: [] },
  validation: [{ check: "duplicate", result: "pass", because: "", evidence: [] }],
  evaluation,
};
const hit = (rule: string, decision: Decision) => ({ rule, decision, message: `${rule} fired` });
const verdict = (...rules: ReturnType<typeof hit>[]) => ({
  decision: rules.some(({ decision }) => decision === "deny") ? ("deny" as const) : ("human" as const),
  rules,
});
const doubt = (result: "conflict" | "unknown") => [
  ...good.validation,
  { check: "capacity", result, because: "no data", evidence: [] },
];
const doubtful = { by: "m", because: "b", doubt: "only m chose it" };
const withFlags = (on: Partial<typeof flags>): Brakes => ({ ...open, flags: { ...flags, ...on } });

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

const level = fc.constantFrom("high", "medium", "low", "unknown") as fc.Arbitrary<"high" | "low" | "unknown">;
const judgement = fc.record({ value: level, evidence: fc.string() });
const anyCandidate = fc.record({
  category: fc.constantFrom(...CATEGORIES),
  type: fc.constantFrom("technique", "integration", "Integration", "tool"),
  relevance: fc.oneof(fc.double({ min: 0, max: 1 }), fc.constant(1)),
  verdict: fc
    .array(
      fc.record({
        rule: fc.constantFrom("a", "always-human-b", "c"),
        decision: fc.constantFrom("auto", "human", "deny") as fc.Arbitrary<Decision>,
        message: fc.string(),
      }),
      { maxLength: 3 },
    )
    .chain((rules) =>
      fc.record({
        decision: fc.constantFrom("auto", "human", "deny") as fc.Arbitrary<Decision>,
        rules: fc.constant(rules),
      }),
    ),
  validation: fc.array(
    fc.record({
      check: fc.string(),
      result: fc.constantFrom("pass", "conflict", "unknown") as fc.Arbitrary<"pass" | "unknown">,
      because: fc.string(),
      evidence: fc.constant([]),
    }),
    { maxLength: 3 },
  ),
  evaluation: fc.option(
    fc.record({
      expert: fc.constant("security" as const),
      by: fc.constant("rules"),
      feasibility: judgement,
      impact: judgement,
      effort: judgement,
      priority: judgement,
      risks: fc.array(fc.record({ risk: fc.string(), mitigated: fc.boolean(), evidence: fc.string() }), {
        maxLength: 2,
      }),
    }),
    { nil: undefined },
  ),
});
const stop = fc.option(fc.string({ minLength: 1 }), { nil: null });
const anyBrakes = fc.record({
  flags: fc.record({ none: fc.boolean(), all: fc.boolean(), integrations: fc.boolean(), security: fc.boolean() }),
  breaker: stop,
  freeze: stop,
  budget: stop,
});

describe("whatever comes", () => {
  const each = (check: (candidate: Candidate, brakes: Brakes) => boolean | void) =>
    fc.assert(fc.property(anyCandidate, anyBrakes, check), { numRuns: 500 });

  test("what policy denies is never approved", () => {
    each((candidate, brakes) => {
      const denied =
        candidate.verdict.decision === "deny" || candidate.verdict.rules.some(({ decision }) => decision === "deny");
      return !denied || decideApproval(candidate, brakes, settings).kind !== "approved";
    });
  });

  test("a closed brake, doubtful evidence or an always-human kind is never approved, with any flag", () => {
    each((candidate, brakes) => {
      const stopped =
        brakes.flags.none ||
        [brakes.breaker, brakes.freeze, brakes.budget].some((text) => text !== null) ||
        candidate.validation.length === 0 ||
        candidate.validation.some(({ result }) => result !== "pass") ||
        candidate.verdict.rules.some(({ rule, decision }) => rule.startsWith("always-human") && decision === "human");
      return !stopped || decideApproval(candidate, brakes, settings).kind !== "approved";
    });
  });

  test("less relevance never turns a pending change into an approved one", () => {
    fc.assert(
      fc.property(anyCandidate, anyBrakes, fc.double({ min: 0, max: 1, noNaN: true }), (candidate, brakes, factor) => {
        const less = decideApproval({ ...candidate, relevance: candidate.relevance * factor }, brakes, settings);
        return less.kind !== "approved" || decideApproval(candidate, brakes, settings).kind === "approved";
      }),
    );
  });

  test("permissive flags never stop anything, the restricting one always does", () => {
    each((candidate, brakes) => {
      const none = { ...brakes, flags: { ...flags } };
      if (decideApproval(candidate, none, settings).kind === "approved") {
        const permissive = { ...none, flags: { none: false, all: true, integrations: true, security: true } };
        expect(decideApproval(candidate, permissive, settings).kind).toBe("approved");
      }
    });
  });

  test("every answer names its rule and says why", () => {
    each((candidate, brakes) => {
      const { rule, because } = decideApproval(candidate, brakes, settings);
      return rule !== "" && because !== "" && !because.includes("undefined");
    });
  });
});
