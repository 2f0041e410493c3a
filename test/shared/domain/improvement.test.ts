import fc from "fast-check";
import { expect, test } from "vitest";
import { changeSet, isWorse, verdictOf } from "../../../shared/domain/change-set.ts";
import { improvementId, type Patch } from "../../../shared/domain/improvement.ts";
import { decodeImprovement, encodePatch } from "../../../shared/domain/improvement-fields.ts";

const anyPatch = fc.record(
  {
    title: fc.string(),
    relevance: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
    quotes: fc.array(fc.record({ text: fc.string({ unit: "grapheme" }), at: fc.string() })),
    routing: fc.array(
      fc.record({ tier: fc.string(), expert: fc.constant(null), confidence: fc.constant(0.5), because: fc.string() }),
    ),
    other_targets: fc.array(fc.string()),
    failure_reason: fc.string({ unit: "binary" }),
    review_stage: fc.constantFrom("route", "123", "null", "[]"),
  },
  { requiredKeys: [] },
);

test("a patch survives the trip through a Redis hash", () => {
  fc.assert(
    fc.property(anyPatch, (patch) => {
      const { set, remove } = encodePatch(patch as Patch);
      expect(remove).toEqual([]);
      expect(decodeImprovement(set)).toEqual(patch);
    }),
  );
});

test("null removes a field, undefined leaves it alone", () => {
  const patch = { failure_reason: null, title: undefined, intent: null } as unknown as Patch;
  expect(encodePatch(patch)).toEqual({ set: {}, remove: ["failure_reason", "intent"] });
});

test("a damaged JSON field is an error, not an empty value", () => {
  expect(() => decodeImprovement({ id: "1", verdict: '{"decision":"au' })).toThrow(SyntaxError);
});

test("every decoded value is text but for the relevance and the structured fields", () => {
  const decoded = decodeImprovement({ id: "42", title: "7", relevance: "0.5", approval_rule: "{}" });
  expect(decoded).toMatchObject({ id: "42", title: "7", relevance: 0.5, approval_rule: "{}" });
});

test("the identity does not depend on case, spacing, punctuation or Unicode form of the quote", () => {
  const id = improvementId("s1", "Use café limits, always!", "technique");
  expect(id).toMatch(/^[0-9a-f]{16}$/u);
  for (const same of ["use cafe\u0301  limits always", "USE CAFÉ LIMITS — ALWAYS"])
    expect(improvementId("s1", same, "technique")).toBe(id);
});

test("another source, quote or type is another improvement", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z ]{1,20}$/), fc.stringMatching(/^[a-z]{1,20}$/), (quote, more) => {
      const id = improvementId("s1", quote, "technique");
      expect(improvementId("s2", quote, "technique")).not.toBe(id);
      expect(improvementId("s1", quote, "tool")).not.toBe(id);
      expect(improvementId("s1", `${quote} ${more}`, "technique")).not.toBe(id);
    }),
  );
});

const anyFile = fc.record({
  path: fc.stringMatching(/^[a-z/]{1,12}$/),
  before: fc.option(fc.stringMatching(/^[0-9a-f]{4}$/), { nil: null }),
  after: fc.option(fc.string(), { nil: null }),
});
const files = fc.uniqueArray(anyFile, { selector: ({ path }) => path, minLength: 1 });

test("the hash of a change set does not depend on the order of its files", () => {
  fc.assert(
    fc.property(files, (list) => {
      expect(changeSet([...list].reverse(), [], "a").hash).toBe(changeSet(list, [], "a").hash);
    }),
  );
});

test("any other path, old blob or content gives another hash", () => {
  fc.assert(
    fc.property(files, fc.constantFrom("path", "before", "after"), fc.nat(), (list, field, pick) => {
      const changed = list.map((file, i) =>
        i === pick % list.length ? { ...file, [field]: `${file[field as "path"] ?? ""}!` } : file,
      );
      expect(changeSet(changed, [], "a").hash).not.toBe(changeSet(list, [], "a").hash);
    }),
  );
});

test("a verdict is as strict as its strictest rule", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("auto", "human", "deny")), (decisions) => {
      const { decision } = verdictOf(decisions.map((one) => ({ rule: "r", decision: one as "auto", message: "" })));
      expect(decisions.some((one) => isWorse(one as "auto", decision))).toBe(false);
      expect(decision === "auto" || decisions.includes(decision)).toBe(true);
    }),
  );
});
