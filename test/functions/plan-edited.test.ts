import { describe, expect, test } from "vitest";
import { plan } from "../../functions/plan/handle.ts";
import { decideApproval } from "../../shared/domain/approval.ts";
import type { EditedIntent, Improvement, StoredIntent } from "../../shared/domain/improvement.ts";
import { committedImprovement } from "../support/improvement.ts";
import { gitOf, sampleTexts } from "../support/platform.ts";

const context = {
  signal: new AbortController().signal,
  now: () => Date.UTC(2030, 0, 1),
  save: async () => expect.fail("there is nothing to save"),
};
const harbor = sampleTexts("harbor");
const TITLE = "Set memory limits on every container";

function improvement(over: Partial<Improvement> = {}): Improvement {
  const {
    change_set: _,
    git_commit: __,
    landed: ___,
    ...rest
  } = committedImprovement("c", [], {
    title: TITLE,
    status: "validated",
    id: "new",
    ...over,
  });
  return rest;
}
function run(one: Improvement, past: readonly Improvement[] = []) {
  const ports = { git: gitOf(harbor), history: { recent: async () => past }, settings: { platform: {}, policy: {} } };
  return plan({ improvement: one }, ports, context);
}
const edited = (intent: StoredIntent): EditedIntent => ({
  intent,
  by: "person:ruth",
  because: "it needs more",
  at: "2030-01-01T00:00:00.000Z",
});
/** What the rules would plan, with what somebody changed of it. */
async function written(change: object): Promise<StoredIntent> {
  const outcome = await run(improvement());
  if (outcome.kind !== "move" || outcome.patch.intent == null) return expect.fail("the rules plan nothing");
  return { ...outcome.patch.intent, ...change };
}

describe("an intent somebody wrote", () => {
  test("is rendered and judged as any other, and never approved by itself", async () => {
    const intent = await written({ limits: { memory: "777Mi" } });

    const outcome = await run(improvement({ edited_intent: edited(intent) }));

    expect(outcome).toMatchObject({ kind: "move", to: "planned", patch: { intent, planning: { by: "person:ruth" } } });
    if (outcome.kind !== "move") return;
    const { change_set: change, verdict, planning } = outcome.patch;
    expect(change?.files.some(({ after }) => after?.includes("777Mi"))).toBe(true);
    expect(planning?.blast_radius).toBeDefined();
    const open = { breaker: null, freeze: null, budget: null };
    const flags = { none: false, all: true, integrations: true, security: true };
    const decision = decideApproval(
      {
        category: "architecture",
        type: "resource-limits",
        relevance: 1,
        verdict: { decision: "auto", rules: [] },
        validation: [{ check: "duplicate", result: "pass", because: "none", evidence: [] }],
        evaluation: undefined,
        planning: planning ?? undefined,
      },
      { flags, ...open },
      { threshold: 0.9, highRiskThreshold: 0.95 },
    );
    expect(decision).toMatchObject({ kind: "pending", rule: "always-human-edited" });
    expect(verdict?.decision).toBeDefined();
  });

  test.each<[what: string, change: object, says: string]>([
    ["names what is not there", { container: "no-such-container" }, "no-such-container"],
    ["is of no known form", { container: 7 }, "is not valid"],
  ])("that %s goes back to a person with the reason", async (_what, change, says) => {
    const intent = await written(change);
    const outcome = await run(improvement({ edited_intent: edited(intent) }));
    expect(outcome).toMatchObject({ kind: "move", to: "pending_review", patch: { review_stage: "plan", intent } });
    if (outcome.kind === "move") expect(outcome.because).toContain(says);
  });

  test("says when another improvement changes the same place", async () => {
    const intent = await written({});
    const past = [committedImprovement("other", [], { id: "other", intent })];
    const outcome = await run(improvement({ edited_intent: edited(intent) }), past);
    expect(outcome).toMatchObject({ patch: { planning: { doubt: expect.stringContaining("another improvement") } } });
  });
});
