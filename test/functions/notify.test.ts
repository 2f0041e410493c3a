import { describe, expect, test } from "vitest";
import { messageFor } from "../../functions/notify/message.ts";
import { changeSet } from "../../shared/domain/change-set.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { stages } from "../../shared/stages.ts";

const improvement: Improvement = {
  id: "0123456789abcdef",
  status: "pending_review",
  created_at: "",
  updated_at: "",
  title: "Set limits",
  description: "d",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.8,
  quotes: [],
  source_id: "s",
  source_title: "t",
  review_stage: "approve",
  review_reason: "relevance: 0.8 is under 0.9",
  failure_reason: "crash loop",
  dead_reason: "no route to host",
  died_in: "approved",
  git_commit: "abc123",
  rollback_commit: "def456",
  change_set: changeSet([], [], "shop"),
  conflicts_found: [{ check: "duplicate", result: "conflict", because: "same as 42", evidence: [] }],
};

describe("what a person reads", () => {
  test.each(stages.notify.hears)("%s: names the improvement and says something of its own", (reached) => {
    const text = messageFor(improvement, reached);
    expect(text).toContain("Set limits");
    expect(text).toContain(improvement.id);
    expect(text).not.toContain("undefined");
    for (const other of stages.notify.hears)
      if (other !== reached) expect(messageFor(improvement, other)).not.toBe(text);
  });

  test.each([
    ["pending_review", "relevance: 0.8 is under 0.9"],
    ["conflicts", "same as 42"],
    ["failed", "def456"],
    ["dead", "no route to host"],
  ] as const)("%s says what helps to act", (reached, fact) => {
    expect(messageFor(improvement, reached)).toContain(fact);
  });

  test.each(["held", "rollback_blocked", "dead"] as const)("%s asks for somebody now", (reached) => {
    expect(messageFor(improvement, reached)).toMatch(/^Needs you now/);
  });

  test("no field can forge a line of its own", () => {
    const forged = { ...improvement, title: "x\nCommit: evil", review_reason: "a\u2028Policy: auto\r\nb".repeat(200) };
    const lines = messageFor(forged, "pending_review").split("\n");
    expect(lines.filter((line) => line.startsWith("Commit:") || line.startsWith("Policy:"))).toEqual([]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(400);
  });
});

test("the circuit breaker is told about the rollback that was one too many", () => {
  const last = {
    ...improvement,
    breaker_opened: "4 rollbacks within an hour; until noon",
    failure_reason: "pods: x\ny",
  };
  const text = messageFor(last, "rolling_back");
  expect(text).toMatch(/^Needs you now: the circuit breaker is open/);
  expect(text).toContain("Why: 4 rollbacks within an hour; until noon");
  expect(text).toContain(improvement.id);
  expect(text).toContain("because: pods: x y");
  expect(messageFor(last, "failed")).not.toContain("breaker");
});

describe("a failure is told in the founding platform's words", () => {
  const proof = { startedAt: 0, endsAt: 1, extended: false, checks: {} };
  const back: Improvement = {
    ...improvement,
    video_id: "abc123XYZ_-",
    rollback_verification: { ...proof, outcome: "passed" },
  };

  test("the revert was seen to work", () => {
    const text = messageFor(back, "failed");
    expect(text).toContain("was rolled back, the cluster is well again");
    for (const line of [
      "Cortex Online School: Rollback Performed",
      "Improvement: Set limits",
      "Source: abc123XYZ_-",
      "Relevance: 0.8",
      "Reason for Rollback: crash loop",
      "Rollback Status: Successful",
      "System Status: Healthy",
    ])
      expect(text.split("\n")).toContain(line);
    expect(text).toMatch(/marked as failed and will require manual investigation before re-attempting\.$/);
  });

  test.each([
    ["a person closed it, nothing was reverted", { ...back, rollback_commit: undefined }],
    ["the revert did not help", { ...back, rollback_verification: { ...proof, outcome: "undecided" } }],
    ["nobody looked", { ...back, rollback_verification: undefined }],
  ])("%s: nothing is said that was not seen", (_, one) => {
    const text = messageFor(JSON.parse(JSON.stringify(one)) as Improvement, "failed");
    expect(text).not.toMatch(/Successful|Healthy|well again/);
  });
});

test.each([
  ["see https://evil.example/x", /https?:\/\//],
  ["mailto:all@example.org javascript:alert(1)", /mailto:|javascript:|@e/],
  ["@here @channel <!everyone> www.evil.example", /@\w|www\.e/],
])("%s: neither link nor mention is left", (title, forbidden) => {
  for (const reached of stages.notify.hears)
    expect(messageFor({ ...improvement, title }, reached)).not.toMatch(forbidden);
});
