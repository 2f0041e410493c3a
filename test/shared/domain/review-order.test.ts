import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { verdictOf } from "../../../shared/domain/change-set.ts";
import { durationOf, isDeferred } from "../../../shared/domain/deferral.ts";
import { inReviewOrder, REVIEWED, type ReviewFacts, reviewRank } from "../../../shared/domain/review-order.ts";

const NOW = Date.parse("2026-01-31T08:00:00.000Z");
const base: ReviewFacts = { status: "pending_review", relevance: 0.8, updated_at: "2026-01-31T07:59:00.000Z" };
const human = verdictOf([{ rule: "limit-replicas", decision: "human", message: "they change" }]);
const always = verdictOf([{ rule: "always-human-secrets", decision: "human", message: "it is a Secret" }]);
const deny = verdictOf([{ rule: "disallow-latest-tag", decision: "deny", message: "latest" }]);
const holds = (probability: number) => ({ holds: { probability, low: 0, high: 1, n: 80 } });
const reach = (direct: number) => ({ direct, transitive: 0, shown: [] });
const score = (facts: Partial<ReviewFacts>) => reviewRank({ ...base, ...facts }, NOW).score;

describe("what stands before what", () => {
  test.each<[first: string, one: Partial<ReviewFacts>, then: string, other: Partial<ReviewFacts>]>([
    [
      "a blocked rollback",
      { status: "rollback_blocked", relevance: 0 },
      "what is held",
      { status: "held", relevance: 1 },
    ],
    ["what is held", { status: "held" }, "what died", { status: "dead" }],
    ["what died", { status: "dead" }, "what waits", {}],
    ["what waits", {}, "a conflict", { status: "conflicts" }],
    ["more relevance", { relevance: 0.9 }, "less", { relevance: 0.5 }],
    ["what is likely to hold", { forecast: holds(0.95) }, "what is as likely to fail", { forecast: holds(0.75) }],
    ["what a rule wants a person for", { verdict: human }, "what none does", {}],
    ["what always asks a person", { verdict: always }, "what a rule asks one for", { verdict: human }],
    ["security", { category: "security" }, "architecture", { category: "architecture" }],
    ["what much depends on", { blast_radius: reach(20) }, "what little depends on", { blast_radius: reach(1) }],
    ["what has waited", { updated_at: "2026-01-24T08:00:00.000Z" }, "what is new", {}],
    ["what can be approved", {}, "what policy denies", { verdict: deny }],
    ["what validation could not tell of", { rag_check_passed: "unknown" }, "what passed", { rag_check_passed: "true" }],
  ])("%s before %s", (_first, one, _then, other) => {
    expect(score(one)).toBeGreaterThan(score(other));
  });

  test("of equals the one that waits longest, then by id", () => {
    const rows = [
      { id: "b", score: 1, updated_at: "2026-01-02" },
      { id: "a", score: 1, updated_at: "2026-01-02" },
      { id: "c", score: 1, updated_at: "2026-01-01" },
      { id: "d", score: 2, updated_at: "2026-01-03" },
    ];
    expect(rows.sort(inReviewOrder).map(({ id }) => id)).toEqual(["d", "c", "a", "b"]);
  });
});

test("it says why, what counts most first", () => {
  const { because } = reviewRank({ ...base, status: "held", verdict: always, forecast: holds(0.5) }, NOW);
  expect(because[0]).toContain("it is live and held");
  expect(because).toContain("policy wants a person (always-human-secrets)");
  expect(because).toContain("changes like it hold in 50 % of cases");
});

test("nothing waits for ever, and waiting never outweighs what is wrong in the cluster", () => {
  const old = "2020-01-01T00:00:00.000Z";
  expect(score({ relevance: 0, updated_at: old })).toBeGreaterThan(score({ relevance: 0.9 }));
  expect(score({ updated_at: old, relevance: 1, forecast: holds(1) })).toBeLessThan(
    score({ status: "rollback_blocked" }),
  );
});

test("whatever the facts are, it is a number from 0", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...REVIEWED),
      fc.double(),
      fc.string(),
      fc.double(),
      (status, relevance, at, chance) => {
        const rank = reviewRank({ status, relevance, updated_at: at, forecast: holds(chance), verdict: deny }, NOW);
        expect(rank.score).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(rank.score)).toBe(true);
      },
    ),
  );
});

describe("what is put off", () => {
  const deferral = {
    until: "2026-02-01T08:00:00.000Z",
    since: "2026-01-31T07:00:00.000Z",
    by: "person:ruth",
    because: "",
  };
  test.each<[string, Parameters<typeof isDeferred>, boolean]>([
    ["is away until then", [deferral, deferral.since, NOW], true],
    ["is back then", [deferral, deferral.since, Date.parse(deferral.until)], false],
    ["is back when it moved", [deferral, "2026-01-31T07:30:00.000Z", NOW], false],
    ["is what was put off", [undefined, deferral.since, NOW], false],
  ])("%s", (_name, given, expected) => {
    expect(isDeferred(...given)).toBe(expected);
  });
  test.each<[string, number | undefined]>([
    ["30m", 1_800_000],
    ["4h", 14_400_000],
    ["2w", 1_209_600_000],
    ["soon", undefined],
    ["-1d", undefined],
  ])("for %s", (text, ms) => {
    expect(durationOf(text)).toBe(ms);
  });
});
