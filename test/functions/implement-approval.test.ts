import { describe, expect, test } from "vitest";
import { APPROVAL_LIFETIME_MS } from "../../shared/domain/approval-signature.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { approved, base, intent, NOW, ours, patched, remote, run, SECRET, settings } from "../support/implement.ts";

describe("an approval that does not hold goes back to a person", () => {
  test.each<[string, () => Promise<Improvement>, string]>([
    ["signed by somebody else", () => approved({}, "another secret"), "not signed"],
    ["altered after it was signed", async () => forged(await approved(), { actor: "rule:relevance" }), "not signed"],
    ["without a signature", async () => forged(await approved(), { signature: "" }), "not signed"],
    ["for another improvement", () => approved({ improvement: "fedcba9876543210" }), "fedcba9876543210"],
    ["for another change set", () => approved({ hash: "0".repeat(64) }), "another change set"],
    ["for another Application", () => approved({ application: "billing" }), "billing"],
    ["for another verdict", () => approved({ verdict: "auto" }), "auto"],
    ["past its end", () => approved({ expiresAt: NOW }), "ended"],
    [
      "older than 72 hours, whatever end it names",
      () => approved({ approvedAt: NOW - APPROVAL_LIFETIME_MS, expiresAt: NOW * 2 }),
      "ended",
    ],
    ["that is missing", async () => patched(await approved(), { approval: null }), "nobody"],
    ["without a plan", async () => patched(await approved(), { intent: null }), "no planned change"],
  ])("%s", async (_name, improvement, because) => {
    const outcome = await run({ improvement: await improvement() });
    expect(outcome).toMatchObject({
      to: "pending_review",
      because: expect.stringContaining(because),
      patch: { approval: null, review_stage: "implement" },
    });
    expect(await remote.tip()).toBe(base);
  });

  test("an intent that was exchanged in the record renders to something nobody approved", async () => {
    const improvement = await approved();
    const exchanged = { ...intent, limits: { memory: "64Gi" } };
    expect(await run({ improvement: { ...improvement, intent: exchanged } })).toMatchObject({ to: "pending_review" });
    expect(await ours()).toBe(0);
  });

  test("policy that now denies it rejects it", async () => {
    const improvement = await approved({}, SECRET, { kind: "add-network-policy", namespace: "shop" });
    const policy = { protectedNamespaces: ["shop"] };
    const outcome = await run({ improvement }, { settings: { ...settings, policy } });
    expect(outcome).toMatchObject({ to: "rejected", patch: { approval: null, verdict: { decision: "deny" } } });
    expect(await ours()).toBe(0);
  });

  function forged(improvement: Improvement, change: Partial<Improvement["approval"] & object>): Improvement {
    return patched(improvement, {
      approval: { ...improvement.approval, ...change } as Improvement["approval"] & object,
    });
  }
});
