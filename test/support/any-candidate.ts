/** Whatever an improvement may say of itself, and whatever state the world may be in, for the approval rule. */
import fc from "fast-check";
import type { Decision } from "../../shared/domain/change-set.ts";
import { CATEGORIES } from "../../shared/domain/improvement.ts";

const level = fc.constantFrom("high", "medium", "low", "unknown") as fc.Arbitrary<"high" | "low" | "unknown">;
const judgement = fc.record({ value: level, evidence: fc.string() });
export const anyCandidate = fc.record({
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
export const anyBrakes = fc.record({
  flags: fc.record({ none: fc.boolean(), all: fc.boolean(), integrations: fc.boolean(), security: fc.boolean() }),
  breaker: stop,
  freeze: stop,
  budget: stop,
});
