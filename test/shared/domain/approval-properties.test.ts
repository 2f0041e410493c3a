/** Whatever an improvement says of itself, the approval rule keeps its order. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Brakes, type Candidate, decideApproval } from "../../../shared/domain/approval.ts";
import { anyBrakes, anyCandidate } from "../../support/any-candidate.ts";
import { flags, settings } from "../../support/approval.ts";

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
