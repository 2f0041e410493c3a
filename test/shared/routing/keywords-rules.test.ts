import path from "node:path";
import { describe, expect, test } from "vitest";
import { schoolRuleFiles } from "../../../build/routing-rules/render.ts";
import { CATEGORIES, EXPERTS } from "../../../shared/domain/improvement.ts";
import { missedExamples, overlaps, ruleProblems } from "../../../shared/routing/keywords/check.ts";
import { conceptsIn } from "../../../shared/routing/keywords/concepts.ts";
import { SCHOOL_RULES } from "../../../shared/routing/keywords/generated.ts";
import { patternProblem } from "../../../shared/routing/keywords/pattern-check.ts";
import type { WrittenRule } from "../../../shared/routing/keywords/rules-file.ts";
import { plain } from "../../../shared/routing/keywords/score.ts";
import { keywordVote } from "../../../shared/routing/keywords/vote.ts";

const { rules, version } = await schoolRuleFiles(path.resolve(import.meta.dirname, "../../.."));
const examples = rules.flatMap((rule) => rule.examples.map((example) => ({ rule, example })));
const routed = (title: string) =>
  keywordVote({ title, description: "", implementation_notes: "", type: "technique" }).ranked[0]?.expert;

describe("the school's rules", () => {
  test("have no problem, and are the generated ones", () => {
    expect(ruleProblems(rules)).toEqual([]);
    expect(SCHOOL_RULES.version).toBe(version);
    expect(SCHOOL_RULES.rules.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
  });

  test("of two experts never claim the same words as their action", () => {
    expect(overlaps(rules)).toEqual([]);
  });

  test("lead to every expert", () => {
    const reached = new Set(examples.map(({ example }) => routed(example)));
    expect(EXPERTS.filter((expert) => !reached.has(expert))).toEqual([]);
  });

  test("route the examples of their actions to their expert", () => {
    const actions = examples.filter(({ rule }) => rule.kind === "action" || rule.kind === "verb");
    const wrong = actions.filter(({ rule, example }) => routed(example) !== rule.expert);
    expect(wrong.map(({ rule, example }) => `${rule.id}: ${example}`)).toEqual([]);
  });

  test("find in each example what they would if every phrase were tried on every word", () => {
    const slow = SCHOOL_RULES.rules.map((rule) => ({ ...rule, starts: rule.patterns.map(() => "") }));
    for (const { example } of examples) {
      const text = plain(example, 500);
      const found = (list: typeof SCHOOL_RULES.rules) =>
        conceptsIn(text, list).map(({ rule: { id }, start, end }) => `${id} ${start} ${end}`);
      expect([example, ...found(SCHOOL_RULES.rules)]).toEqual([example, ...found(slow)]);
    }
  });

  test("do not mind case, an author or a claim in any example", () => {
    for (const { example } of examples) {
      const expert = routed(example);
      for (const other of [example.toUpperCase(), `${example} (author: somebody)`, `Please ${example}`]) {
        if (!/^[a-z]/u.test(example) && other.startsWith("Please")) continue;
        expect([other, routed(other)]).toEqual([other, expert]);
      }
      for (const category of CATEGORIES) {
        const text = { title: example, description: "", implementation_notes: "", type: "technique", category };
        expect([category, example, keywordVote(text).ranked[0]?.expert]).toEqual([category, example, expert]);
      }
    }
  });
});

describe("long and hostile texts", () => {
  const triggers = [
    "set memory ",
    "add ",
    "a-",
    "deny all ",
    "postgres ",
    "1.1.1.1.",
    "(",
    "back up, ",
    "\n",
    "é",
    "- ",
    "__",
  ];
  const nested = [
    "connect ".repeat(400),
    `${"move ".repeat(300)}to postgres`,
    `${"-".repeat(3000)}x`,
    "\u0000".repeat(2000),
  ];
  // Each pattern is bounded by its form (see below), so that these end at all is what is tried here.
  test.each([...triggers.map((trigger) => trigger.repeat(2_000)), ...nested].map((text, at) => [at, text] as const))(
    "number %d is voted on",
    (_at, text) => {
      const { vote } = keywordVote({ title: text, description: text, implementation_notes: text, type: text });
      expect(vote.tier).toBe("keywords");
    },
  );

  test("what stands behind the first 1,200 signs is not looked at", () => {
    const filler = "nothing much ".repeat(200);
    const text = { title: "See below", implementation_notes: "", type: "technique" };
    expect(keywordVote({ ...text, description: `${filler}Add a NetworkPolicy.` }).ranked).toEqual([]);
    expect(keywordVote({ ...text, description: `Add a NetworkPolicy. ${filler}` }).ranked[0]?.expert).toBe("security");
  });

  test.each([
    ["(?:a+)+", "without a bound"],
    ["(?:alert|page)*", "without a bound"],
    ["(?:a|b){2,}", "without a bound"],
    ["a.*b.*c", "more than once"],
    ["(a)\\1", "refers back"],
    ["(?:alert", "no regular expression"],
    ["", "empty"],
    ["(?:a)?", "matches the empty text"],
    [" alert", "space"],
    ["{nowhere} backups", "stands for nothing"],
    ["x".repeat(1_501), "longer than"],
  ])("the phrase %s is refused", (phrase, because) => {
    expect(patternProblem(phrase)).toMatch(because);
  });

  test.each(["alerts?", "set .. limits?", "x(?:a|b){0,3}", "\\p{L}{1,20} mcp", "v\\d+", "don't"])(
    "the phrase %s is taken",
    (phrase) => {
      expect(patternProblem(phrase)).toBeUndefined();
    },
  );
});

describe("the checks find", () => {
  const rule = (over: Partial<WrittenRule>): WrittenRule => ({
    id: "probes",
    expert: "architecture",
    kind: "action",
    patterns: ["probes?"],
    examples: ["add probes"],
    ...over,
  });
  const others = EXPERTS.filter((expert) => expert !== "architecture").map((expert) =>
    rule({ id: `of-${expert}`, expert, patterns: [`do ${expert}`], examples: [`do ${expert}`] }),
  );

  test.each<[string, Partial<WrittenRule>, RegExp]>([
    ["a rule that can never match", { patterns: ["prob(?!es)"] }, /does not match its example/],
    ["a rule that forbids itself", { unless: ["add"] }, /does not match its example/],
    ["a rule without an example", { examples: [] }, /has no example/],
    ["an expert nothing leads to", { kind: "hint" }, /no action leads to the architecture expert/],
    ["an id that is there twice", { id: "of-security" }, /is there twice/],
    ["a phrase that is there twice", { patterns: ["probes?", "do security"] }, /a pattern of .* already/],
  ])("%s", (_name, over, problem) => {
    expect(ruleProblems([rule({}), ...others])).toEqual([]);
    expect(ruleProblems([rule(over), ...others]).join("\n")).toMatch(problem);
  });

  test("two experts that want the same words", () => {
    const both = [rule({}), rule({ id: "uptime", expert: "monitoring", patterns: ["(?:liveness )?probes"] })];
    expect(overlaps(both)).toEqual([{ words: "probes", rules: ["probes", "uptime"] }]);
    expect(missedExamples(both)).toEqual([]);
    expect(ruleProblems([...both, ...others])).toContain("probes and uptime: both want “probes”");
  });
});
