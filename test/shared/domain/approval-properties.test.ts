/** Whatever an improvement says of itself, the approval rule keeps its order. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Brakes, type Candidate, decideApproval } from "../../../shared/domain/approval.ts";
import type { Decision } from "../../../shared/domain/change-set.ts";
import { CATEGORIES } from "../../../shared/domain/improvement.ts";
import { flags, settings } from "../../support/approval.ts";

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
