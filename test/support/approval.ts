/** An improvement in perfect order and a school without brakes: what tests of the approval rule take something away from. */
import type { Brakes, Candidate } from "../../shared/domain/approval.ts";
import type { Decision } from "../../shared/domain/change-set.ts";
import type { Evaluation } from "../../shared/domain/evaluation.ts";

export const settings = { threshold: 0.9, highRiskThreshold: 0.95 };
export const flags = { none: false, all: false, integrations: false, security: false };
export const open: Brakes = { flags, breaker: null, freeze: null, budget: null };
const high = { value: "high", evidence: "seen" } as const;
export const evaluation: Evaluation = {
  expert: "architecture",
  by: "rules",
  feasibility: high,
  impact: high,
  effort: high,
  priority: high,
  risks: [{ risk: "r", mitigated: true, evidence: "e" }],
};
export const good: Candidate = {
  category: "architecture",
  type: "technique",
  relevance: 0.9,
  verdict: { decision: "auto", rules: [] },
  validation: [{ check: "duplicate", result: "pass", because: "", evidence: [] }],
  evaluation,
};
export const hit = (rule: string, decision: Decision) => ({ rule, decision, message: `${rule} fired` });
export const verdict = (...rules: ReturnType<typeof hit>[]) => ({
  decision: rules.some(({ decision }) => decision === "deny") ? ("deny" as const) : ("human" as const),
  rules,
});
export const doubt = (result: "conflict" | "unknown") => [
  ...good.validation,
  { check: "capacity", result, because: "no data", evidence: [] },
];
export const doubtful = { by: "m", because: "b", doubt: "only m chose it" };
export const withFlags = (on: Partial<typeof flags>): Brakes => ({ ...open, flags: { ...flags, ...on } });
