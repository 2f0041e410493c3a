/** Hostile changes with every door open: each flag set, each category, a perfect record, an approval somebody forged. */
import { describe, expect, test } from "vitest";
import { type ApprovalFlags, type Brakes, decideApproval } from "../../shared/domain/approval.ts";
import { signApproval } from "../../shared/domain/approval-signature.ts";
import { CATEGORIES, type Improvement } from "../../shared/domain/improvement.ts";
import { judge } from "../../shared/policy/judge.ts";
import { everything, hostile } from "../support/hostile-changes.ts";
import { approved, base, NOW, ours, remote, run, SECRET } from "../support/implement.ts";
import { platformOf } from "../support/platform.ts";
import { honest, policyBase } from "../support/policy.ts";

const open: Brakes = {
  flags: { none: false, all: true, integrations: true, security: true } satisfies ApprovalFlags,
  breaker: null,
  freeze: null,
  budget: null,
};
const sure = { value: "high", evidence: "e" } as const;
const evaluation = {
  expert: "security",
  by: "rules",
  feasibility: sure,
  impact: sure,
  effort: sure,
  priority: sure,
  risks: [],
} as const;
const validation = [{ check: "duplicate", result: "pass", because: "b", evidence: [] }] as const;

function change(path: string, text: string, texts: Readonly<Record<string, string>>) {
  const platform = platformOf(texts);
  const set = honest(platform, [{ path, before: platform.files.get(path)?.blob ?? null, after: text }]);
  return { set, verdict: judge(set, platform, { now: Date.UTC(2030, 0, 1) }) };
}

describe.each(hostile)("%s", (_, path, text) => {
  test("is approved by no rule, whatever the flags", () => {
    for (const texts of [policyBase, { ...policyBase, ".cortex-school.yaml": everything }]) {
      const { verdict } = change(path, text, texts);
      for (const category of CATEGORIES) {
        const candidate = { category, type: "technique", relevance: 1, verdict, validation, evaluation };
        expect(decideApproval(candidate, open, { threshold: 0, highRiskThreshold: 0 }).kind).not.toBe("approved");
      }
    }
  });

  test("reaches no commit by a record that says it was approved", async () => {
    const { set } = change(path, text, policyBase);
    const improvement = await approved();
    const approval = { ...improvement.approval, hash: set.hash, verdict: "auto", application: set.application };
    const planted = {
      ...improvement,
      change_set: set,
      verdict: { decision: "auto", rules: [] },
      approval,
    } as Improvement;
    expect(await run({ improvement: planted })).toMatchObject({ to: "pending_review", patch: { approval: null } });
    // Not even when the signature is genuine: what is committed is rendered from the intent, never taken from the record.
    const { signature: _signature, ...unsigned } = approval as NonNullable<Improvement["approval"]>;
    const signed = { ...planted, approval: signApproval({ ...unsigned, expiresAt: NOW + 1_000 }, SECRET) };
    expect(await run({ improvement: signed })).toMatchObject({ to: "pending_review", patch: { approval: null } });
    expect(await remote.tip()).toBe(base);
    expect(await ours()).toBe(0);
  });
});
