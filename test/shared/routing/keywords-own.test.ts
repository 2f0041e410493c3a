import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCHOOL_RULES } from "../../../shared/routing/keywords/generated.ts";
import { keywordRules, readRules } from "../../../shared/routing/keywords/read-rules.ts";
import { keywordVote } from "../../../shared/routing/keywords/vote.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rules-"));
});
afterAll(() => rm(folder, { recursive: true }));

const said = (title: string, description = "") => ({ title, description, implementation_notes: "", type: "technique" });
const GARDEN = `
rules:
  - id: garden
    expert: integration
    kind: action
    confidence: 0.9
    pattern: water(?:ing)? the (?:garden|plants)
    examples: [Start watering the garden]
`;

describe("an operator's rules", () => {
  test("know what the school does not, with the confidence they give", async () => {
    const rules = await readRules(GARDEN);
    const title = "Water the plants when it is dry";
    expect(keywordVote(said(title)).vote.expert).toBeNull();
    expect(keywordVote(said(title), rules).vote).toMatchObject({ expert: "integration", confidence: 0.9 });
  });

  test("come before the school's own, whatever else the text says", async () => {
    const rules = await readRules(GARDEN);
    const title = "Add memory limits to the program for watering the garden";
    expect(keywordVote(said(title)).vote.expert).toBe("architecture");
    expect(keywordVote(said(title), rules).vote.expert).toBe("integration");
    const described = said("Add memory limits", "It is for watering the garden.");
    expect(keywordVote(described, rules).vote.expert).toBe("integration");
  });

  test("leave every other text to the school's", async () => {
    const rules = await readRules(GARDEN);
    const text = said("Add a default-deny NetworkPolicy to the redis namespace");
    expect(keywordVote(text, rules).ranked).toEqual(keywordVote(text).ranked);
  });

  test("are weighed against each other alone", async () => {
    const rules = await readRules(`${GARDEN}
  - { id: pond, expert: database, kind: verb, pattern: the pond, weight: 1 }
`);
    expect(keywordVote(said("the pond"), rules).vote.expert).toBe("database");
    const { vote, ranked } = keywordVote(said("Add memory limits for watering the garden and the pond"), rules);
    expect(vote.expert).toBe("integration");
    expect(ranked.map(({ expert }) => expert)).toEqual(["integration", "database"]);
  });

  test("may forbid themselves: then the school's are asked", async () => {
    const rules = await readRules(GARDEN.replace("    examples", "    unless: limits?\n    examples"));
    expect(keywordVote(said("Add memory limits for watering the garden"), rules).vote.expert).toBe("architecture");
  });

  test("that are names or hints are weighed among the school's, and replace those of the same id", async () => {
    const rules = await readRules(`
expert: monitoring
rules:
  - { id: stores, kind: name, patterns: [postgres], weight: 6 }
`);
    expect(keywordVote(said("postgres"), rules).ranked).toMatchObject([{ expert: "monitoring" }]);
    expect(keywordVote(said("redis"), rules).ranked).toEqual([]);
    expect(keywordVote(said("Add memory limits to the pods of a redis"), rules).vote.expert).toBe("architecture");
  });

  test("have a version of their own", async () => {
    const [one, same, other] = await Promise.all([
      readRules(GARDEN),
      readRules(GARDEN),
      readRules(`${GARDEN}# more\n`),
    ]);
    expect(one.version).toMatch(/^[0-9a-f]{8}$/);
    expect(one.version).toBe(same.version);
    expect(new Set([one.version, other.version, SCHOOL_RULES.version]).size).toBe(3);
  });
});

describe("a file of rules that cannot be used says where and why", () => {
  const rule = (lines: string) => `rules:\n  - id: garden\n    expert: integration\n    kind: action\n${lines}`;
  test.each<[string, string, RegExp]>([
    ["nothing", "", /^it is empty/],
    ["no YAML", "rules: [", /^line \d+: /],
    ["no list", "rules: 3", /^line 1: rules: must be a list/],
    ["no rule", "rules: []", /^line 1: rules: holds no rule/],
    ["no pattern", rule("    weight: 2\n"), /^line 2: rules\.0: needs either `pattern` or `patterns`/],
    ["both", rule("    pattern: a\n    patterns: [b]\n"), /needs either/],
    ["a slow pattern", rule("    pattern: (?:a+)+b\n"), /^line 5: rules\.0\.pattern: repeats a group without a bound/],
    [
      "a slow pattern in a list",
      rule("    patterns:\n      - fine\n      - (?:a+)+b\n"),
      /^line 7: rules\.0\.patterns\.1: repeats/,
    ],
    ["a broken pattern", rule("    pattern: (?:a\n"), /^line 5: .*no regular expression/],
    [
      "an unknown expert",
      rule("    pattern: a\n").replace("integration", "gardening"),
      /^line 3: .*must be one of architecture/,
    ],
    ["an unknown kind", rule("    pattern: a\n").replace("action", "wish"), /^line 4: .*must be one of action, verb/],
    [
      "an unknown setting",
      rule("    pattern: a\n    colour: red\n"),
      /^line 6: rules\.0\.colour: there is no such setting/,
    ],
    ["too sure", rule("    pattern: a\n    confidence: 2\n"), /^line 6: rules\.0\.confidence: must be 1 at most/],
    ["no expert", "rules:\n  - { id: a, kind: action, pattern: a }", /^line 2: .*needs an `expert`/],
    [
      "an id twice",
      `${rule("    pattern: a\n")}  - { id: garden, expert: database, kind: name, pattern: b }\n`,
      /^line 6: .*is there twice/,
    ],
    ["a missed example", rule("    pattern: alpha\n    examples: [beta]\n"), /does not match its example “beta”/],
  ])("%s", async (_name, content, problem) => {
    await expect(readRules(content)).rejects.toThrow(problem);
  });

  test("no file, a folder, no text: the setting is named", async () => {
    const binary = path.join(folder, "binary.yaml");
    await writeFile(binary, Buffer.from([0xff, 0xfe, 0x00]));
    const wrong = path.join(folder, "wrong.yaml");
    await writeFile(wrong, "rules: 3");
    await expect(keywordRules(path.join(folder, "none.yaml"))).rejects.toThrow(
      /ROUTING_RULES: .*there is no such file/,
    );
    await expect(keywordRules(folder)).rejects.toThrow(/ROUTING_RULES: .*it is a folder/);
    await expect(keywordRules(binary)).rejects.toThrow(/ROUTING_RULES: .*not text in UTF-8/);
    await expect(keywordRules(wrong)).rejects.toThrow(/ROUTING_RULES: .*wrong\.yaml: line 1: rules: must be a list/);
  });
});

test("without a file there are the school's rules, with one its own as well", async () => {
  expect(await keywordRules(undefined)).toBe(SCHOOL_RULES);
  const file = path.join(folder, "garden.yaml");
  await writeFile(file, GARDEN);
  expect((await keywordRules(file)).own).toMatchObject([{ id: "garden", expert: "integration" }]);
});

test("the example that explains them is one", async () => {
  const readme = await readFile(path.join(import.meta.dirname, "../../../shared/routing/keywords/README.md"), "utf8");
  const [, example = ""] = /```yaml\n([\s\S]*?)```/u.exec(readme) ?? [];
  const rules = await readRules(example);
  expect(keywordVote(said("Page the porter at night"), rules).vote).toMatchObject({
    expert: "monitoring",
    confidence: 0.9,
  });
});
