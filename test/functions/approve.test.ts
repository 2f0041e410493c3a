import { describe, expect, test } from "vitest";
import { approve } from "../../functions/approve/handle.ts";
import { stage } from "../../functions/approve/index.ts";
import { type Brakes, decideApproval } from "../../shared/domain/approval.ts";
import { isSigned } from "../../shared/domain/approval-signature.ts";
import { changeSet } from "../../shared/domain/change-set.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { SchoolServices } from "../../shared/ports.ts";
import { ConfigurationError } from "../../shared/runtime/config.ts";

const secret = "a secret of sixteen characters";
const now = Date.parse("2026-03-01T10:00:00Z");
const high = { value: "high", evidence: "seen" } as const;
const planned: Improvement = {
  id: "0123456789abcdef",
  status: "planned",
  created_at: "2026-03-01T09:00:00Z",
  updated_at: "2026-03-01T09:00:00Z",
  title: "Set limits",
  description: "d",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.97,
  quotes: [],
  source_id: "s",
  source_title: "t",
  expert: "architecture",
  expert_evaluation: {
    expert: "architecture",
    by: "rules",
    feasibility: high,
    impact: high,
    effort: high,
    priority: high,
    risks: [],
  },
  validation: [{ check: "duplicate", result: "pass", because: "", evidence: [] }],
  change_set: changeSet([{ path: "a.yaml", before: "1", after: "x" }], [], "shop"),
  verdict: { decision: "auto", rules: [] },
};
const brakes: Brakes = {
  flags: { none: false, all: false, integrations: false, security: false },
  breaker: null,
  freeze: null,
  budget: null,
};
const decide = async (over: Partial<Improvement>, world: Partial<Brakes> = {}) => {
  const ports = {
    brakes: { brakes: async () => ({ ...brakes, ...world }) },
    settings: { threshold: 0.9, highRiskThreshold: 0.95 },
    secret,
  };
  const outcome = await approve({ improvement: { ...planned, ...over } }, ports, { now: () => now });
  if (outcome.kind !== "move") throw new Error(outcome.kind);
  return outcome;
};

test("an automatic approval is signed and bound to change set, verdict, Application and time", async () => {
  const { to, patch, because } = await decide({});
  expect(to).toBe("approved");
  expect(because).toMatch(/^relevance: /);
  expect(patch.approval).toMatchObject({
    improvement: planned.id,
    hash: planned.change_set?.hash,
    verdict: "auto",
    application: "shop",
    actor: "rule:relevance",
    approvedAt: now,
    expiresAt: now + 72 * 3_600_000,
  });
  expect(patch.approval !== undefined && patch.approval !== null && isSigned(patch.approval, secret)).toBe(true);
  expect(patch.approved_at).toBe("2026-03-01T10:00:00.000Z");
});

describe("why not automatic", () => {
  test.each<[string, Partial<Improvement>, Partial<Brakes>, string, RegExp]>([
    ["not relevant enough", { relevance: 0.5 }, {}, "pending_review", /^relevance: /],
    [
      "the breaker is open",
      {},
      { breaker: "4 rollbacks within an hour" },
      "pending_review",
      /^circuit-breaker: 4 rollbacks/,
    ],
    ["nothing was validated", { validation: [] }, {}, "pending_review", /^validation: /],
    [
      "policy denies",
      { verdict: { decision: "deny", rules: [{ rule: "deny-x", decision: "deny", message: "no" }] } },
      {},
      "rejected",
      /^policy-deny: deny-x: no/,
    ],
    ["no change set", { change_set: undefined as never }, {}, "pending_review", /^incomplete/],
    ["no verdict", { verdict: undefined as never }, {}, "pending_review", /^incomplete/],
  ])("%s", async (_name, over, world, to, rule) => {
    const outcome = await decide(over, world);
    expect(outcome.to).toBe(to);
    expect(outcome.patch.approval_rule).toMatch(rule);
    expect(outcome.patch).not.toHaveProperty("approval");
    if (to === "pending_review")
      expect(outcome.patch).toMatchObject({ review_stage: "approve", review_reason: expect.any(String) });
    else expect(outcome.patch.failure_reason).toMatch(/no/);
  });
});

test("the brakes are asked about the Application that would be changed", async () => {
  const asked: (string | undefined)[] = [];
  const reader = {
    brakes: async (application?: string) => {
      asked.push(application);
      return { ...brakes, recentRollback: "x was taken back in shop" };
    },
  };
  const settings = { threshold: 0.9, highRiskThreshold: 0.95 };
  const outcome = await approve({ improvement: planned }, { brakes: reader, settings, secret }, { now: () => now });
  expect(asked).toEqual(["shop"]);
  expect(outcome).toMatchObject({
    to: "pending_review",
    patch: { review_reason: "recent-rollback: x was taken back in shop" },
  });
});

test("brakes that cannot be read are an error, not open brakes", async () => {
  const ports = {
    brakes: { brakes: async () => Promise.reject(new Error("redis is gone")) },
    settings: { threshold: 0.9, highRiskThreshold: 0.95 },
    secret,
  };
  await expect(approve({ improvement: planned }, ports, { now: () => now })).rejects.toThrow("redis is gone");
});

describe("settings", () => {
  const services = { brakes: { brakes: async () => brakes } } as unknown as SchoolServices;

  test.each([
    ["missing", {}],
    ["empty", { APPROVAL_SECRET: "" }],
    ["too short to be a secret", { APPROVAL_SECRET: "short" }],
  ])("a secret that is %s is refused at start", (_name, env) => {
    expect(() => stage.ports(env, services)).toThrow(ConfigurationError);
    expect(() => stage.ports(env, services)).toThrow(/APPROVAL_SECRET/);
  });

  test("all problems are named at once", () => {
    expect(() => stage.ports({ AUTO_APPROVE_THRESHOLD: "2", HIGH_RISK_THRESHOLD: "much" }, services)).toThrow(
      /AUTO_APPROVE_THRESHOLD[\s\S]*HIGH_RISK_THRESHOLD[\s\S]*APPROVAL_SECRET/,
    );
  });

  test("the thresholds are those of the environment", async () => {
    const ports = await stage.ports({ APPROVAL_SECRET: secret, AUTO_APPROVE_THRESHOLD: "0.99" }, services);
    expect(ports.settings).toEqual({ threshold: 0.99, highRiskThreshold: 0.95, forecastThreshold: 0.5 });
    expect(
      decideApproval(
        {
          ...planned,
          validation: planned.validation ?? [],
          verdict: { decision: "auto", rules: [] },
          evaluation: planned.expert_evaluation,
        },
        brakes,
        ports.settings,
      ).rule,
    ).toBe("relevance");
  });
});
