/** Whose word on the right expert counts, and what is kept of it; that a change held is another question. */
import { expect, test } from "vitest";
import type { Evaluation, Opinion } from "../../../shared/domain/evaluation.ts";
import type { Improvement, RoutingDecision, RoutingFeedback } from "../../../shared/domain/improvement.ts";
import { heldOf, labelOf } from "../../../shared/routing/learning/labels.ts";
import { routingExperience, trainingRow } from "../../../shared/routing/learning/training-row.ts";
import { committedImprovement } from "../../support/improvement.ts";

const unknown = { value: "unknown", evidence: "" } as const;
const opinion = (over: Partial<Opinion> = {}): Opinion => ({
  expert: "security",
  by: "rules",
  feasibility: unknown,
  impact: unknown,
  effort: unknown,
  priority: unknown,
  risks: [],
  ...over,
});
const evaluation = (over: Partial<Evaluation> = {}): Evaluation => ({ ...opinion(), ...over });
const said = (over: Partial<RoutingFeedback> = {}): RoutingFeedback => ({
  right: false,
  expert: "database",
  by: "person:ann",
  because: "it is about backups",
  at: "2026-05-02T10:00:00.000Z",
  ...over,
});
const decision = (over: Partial<RoutingDecision> = {}): RoutingDecision => ({
  arm: "learned",
  share: 1,
  bucket: 0.2,
  tier: "classifier",
  expert: "security",
  confidence: 0.8,
  arms: {
    rules: { expert: null, tier: "person", confidence: 0 },
    learned: { expert: "security", tier: "classifier", confidence: 0.8 },
  },
  complexity: 10,
  ms: 2,
  at: "2026-05-01T10:00:00.000Z",
  ...over,
});
const ended = (over: Partial<Improvement> = {}): Improvement =>
  committedImprovement("c0ffee", [], {
    id: "i1",
    status: "verified",
    expert: "security",
    routing_decision: decision(),
    ...over,
  });
const second = (better?: "networking") => ({
  because: "two are asked",
  opinions: [
    opinion(),
    opinion({ expert: "database", out_of_scope: { because: "not mine", ...(better === undefined ? {} : { better }) } }),
  ],
});

test.each<[string, Partial<Improvement>, Improvement["status"], ReturnType<typeof labelOf>]>([
  [
    "a person names another",
    { routing_feedback: said() },
    "verified",
    { by: "person", label: "database", right: false, weight: 1 },
  ],
  [
    "a person says it was right",
    { routing_feedback: { right: true, by: "person:ann", because: "yes", at: "t" } },
    "failed",
    { by: "person", label: "security", right: true, weight: 1 },
  ],
  [
    "a person only knows that it was wrong: nobody is right, whatever the outcome",
    { routing_feedback: { right: false, by: "person:ann", because: "no", at: "t" } },
    "verified",
    { by: "person", right: false },
  ],
  [
    "a person's word is over the expert's",
    {
      routing_feedback: said(),
      expert_evaluation: evaluation({ out_of_scope: { better: "networking", because: "b" } }),
    },
    "verified",
    { by: "person", label: "database", right: false, weight: 1 },
  ],
  [
    "no tier chose, a person did",
    { routing_decision: decision({ expert: null, tier: "person" }) },
    "rejected",
    { by: "person", label: "security", weight: 1 },
  ],
  [
    "the expert passed it on",
    {
      expert: "database",
      expert_evaluation: evaluation({ expert: "database", passed_on: { from: "security", because: "b" } }),
    },
    "rejected",
    { by: "expert", label: "database", right: false, weight: 0.8 },
  ],
  [
    "the expert says whose it is",
    { expert_evaluation: evaluation({ out_of_scope: { better: "monitoring", because: "b" } }) },
    "verified",
    { by: "expert", label: "monitoring", right: false, weight: 0.8 },
  ],
  [
    "the expert says that it is not theirs",
    { expert_evaluation: evaluation({ out_of_scope: { because: "b" } }) },
    "verified",
    { by: "expert", right: false },
  ],
  [
    "an expert gave feedback",
    { routing_feedback: said({ by: "expert:security" }) },
    "verified",
    { by: "expert", label: "database", right: false, weight: 0.8 },
  ],
  [
    "the second opinion names a third",
    { expert_evaluation: evaluation({ second_opinion: second("networking") }) },
    "verified",
    { by: "second-opinion", label: "networking", right: false, weight: 0.6 },
  ],
  [
    "that it is not the second one's field either is no news",
    { expert_evaluation: evaluation({ second_opinion: second() }) },
    "verified",
    { by: "outcome", label: "security", right: true, weight: 0.5 },
  ],
  ["verified, and nobody objected", {}, "verified", { by: "outcome", label: "security", right: true, weight: 0.5 }],
  ["failed, and nobody said anything", {}, "failed", {}],
  ["rejected, and nobody said anything", {}, "rejected", {}],
  ["somebody unknown said something", { routing_feedback: said({ by: "a script" }) }, "failed", {}],
])("%s", (_what, over, reached, label) => {
  expect(labelOf(ended(over), reached)).toEqual(label);
});

test.each([
  ["verified", true],
  ["failed", false],
  ["rejected", undefined],
  ["conflicts", undefined],
] as const)("%s: held is %s", (reached, held) => {
  expect(heldOf(reached)).toBe(held);
});

test("a row has what both arms would have done, and the time it was known", () => {
  const improvement = ended({
    routing: [{ tier: "classifier", expert: "security", confidence: 0.8, because: "long", ms: 3 }],
    verified_at: "2026-05-01T11:00:00.000Z",
  });
  expect(trainingRow(improvement, "verified")).toMatchObject({
    id: "i1",
    chosen: "security",
    arm: "learned",
    tier: "classifier",
    confidence: 0.8,
    arms: { rules: { expert: null }, learned: { expert: "security" } },
    votes: [{ tier: "classifier", expert: "security", confidence: 0.8 }],
    held: true,
    reached: "verified",
    at: "2026-05-01T11:00:00.000Z",
  });
  const corrected = trainingRow({ ...improvement, routing_feedback: said() }, "verified");
  expect(corrected).toMatchObject({ at: "2026-05-02T10:00:00.000Z", label: "database", right: false, held: true });
  const early = { ...improvement, routing_feedback: said({ at: "2026-05-01T10:30:00.000Z" }) };
  expect(trainingRow(early, "verified").at).toBe("2026-05-01T11:00:00.000Z");
  const { verified_at: _, ...young } = improvement;
  const damaged = trainingRow({ ...young, routing_feedback: said({ at: "soon" }) }, "rejected");
  expect(damaged.at).toBe(improvement.updated_at);
});

test("what is remembered says of the right expert that he is right, and keeps apart what only held", () => {
  expect(routingExperience(ended(), "verified")).toMatchObject({ expert: "security", held: true, tier: "classifier" });
  expect(routingExperience(ended(), "verified")?.routeRight).toBeUndefined();
  const named = routingExperience(ended({ routing_feedback: said() }), "failed");
  expect(named).toMatchObject({ expert: "database", routeRight: true, held: false });
  const { expert: _, ...wrong } = said();
  expect(routingExperience(ended({ routing_feedback: wrong }), "verified")).toMatchObject({
    expert: "security",
    routeRight: false,
  });
  const { expert: __, ...nobody } = ended();
  expect(routingExperience(nobody, "rejected")).toBeUndefined();
});

test.each<[Partial<Improvement>, string]>([
  [{ health_checks_passed: "false", deployed_at: "t" }, "health"],
  [{ breaker_opened: "four rollbacks" }, "breaker"],
  [{}, "sync"],
  [{ deployed_at: "t" }, "other"],
])("a failure is of a class: %j is %s", (over, errorType) => {
  expect(routingExperience(ended(over), "failed")).toMatchObject({ errorType });
});
