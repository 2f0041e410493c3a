/** Writes the router's keyword rules as TypeScript: a stage that routes needs no reader of YAML. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { ruleProblems } from "../../shared/routing/keywords/check.ts";
import { startsOf } from "../../shared/routing/keywords/concepts.ts";
import { KINDS, type Settings } from "../../shared/routing/keywords/rule.ts";
import { ruleFileIn, type WrittenRule } from "../../shared/routing/keywords/rules-file.ts";

/** What is wrong with the rules, for whoever writes them. */
export class RuleProblems extends Error {
  override name = "RuleProblems";
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

const FOLDER = "shared/routing/keywords";
const SETTINGS = "settings.yaml";

const Share = z.number().min(0).max(1);
const SettingsFile = z.strictObject({
  kinds: z.record(z.enum(KINDS), z.strictObject({ weight: z.number().positive(), confidence: Share })),
  least: z.number().positive(),
  decided: Share,
  sure: Share,
  calibration: z
    .array(z.strictObject({ margin: z.number().min(0), precision: Share }))
    .min(1)
    .refine(
      (steps) => steps.every(({ margin }, at) => at === 0 || margin > (steps[at - 1]?.margin ?? 0)),
      "the margins of calibration must rise",
    ),
  words: z.record(z.string().regex(/^[a-z]+$/), z.string()),
});

export interface SchoolRuleFiles {
  readonly version: string;
  readonly settings: Settings;
  readonly words: Readonly<Record<string, string>>;
  readonly rules: readonly WrittenRule[];
}

/** `root`: of the project. Throws RuleProblems with everything that is wrong. */
export async function schoolRuleFiles(root: string): Promise<SchoolRuleFiles> {
  const folder = path.join(root, FOLDER, "rules");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const read = async (name: string) => (await readFile(path.join(folder, name), "utf8")).replaceAll("\r\n", "\n");
  const texts = await Promise.all(names.map(async (name) => [name, await read(name)] as const));
  const hash = createHash("sha256");
  for (const [name, text] of texts) hash.update(`${name}\n${text}\n`);
  const parsed = SettingsFile.safeParse(parse(new Map(texts).get(SETTINGS) ?? ""));
  if (!parsed.success) throw new RuleProblems([`${FOLDER}/rules/${SETTINGS}: ${z.prettifyError(parsed.error)}`]);
  const { words, ...settings } = parsed.data;
  const problems: string[] = [];
  const rules: WrittenRule[] = [];
  for (const [name, text] of texts) {
    if (name === SETTINGS) continue;
    const found = ruleFileIn(text, words);
    if ("problems" in found) problems.push(...found.problems.map((problem) => `${FOLDER}/rules/${name}: ${problem}`));
    else rules.push(...found.rules);
  }
  if (problems.length === 0) problems.push(...ruleProblems(rules));
  if (problems.length > 0) throw new RuleProblems(problems);
  return { version: hash.digest("hex").slice(0, 8), settings, words, rules };
}

/** The generated file: path -> text. Throws RuleProblems. */
export async function renderRoutingRules(root: string): Promise<Map<string, string>> {
  const { version, settings, words, rules } = await schoolRuleFiles(root);
  const constants = Object.entries(words).map(([name, text]) => `const ${name} = ${JSON.stringify(text)};\n`);
  const lines = rules.map(({ examples: _examples, ...rule }) => {
    const json = JSON.stringify({ ...rule, starts: rule.patterns.map(startsOf) });
    return `    ${withConstants(json, words)},\n`;
  });
  const text =
    "/** Written by `npm run generate` from the files in rules/. */\n" +
    'import type { Rules } from "./rule.ts";\n\n' +
    `${constants.join("")}\n` +
    `export const SCHOOL_RULES: Rules = {\n  version: "${version}",\n  settings: ${JSON.stringify(settings)},\n` +
    `  rules: [\n${lines.join("")}  ],\n};\n`;
  return new Map([[`${FOLDER}/generated.ts`, text]]);
}

/** Words that many rules share are written once. */
function withConstants(json: string, words: Readonly<Record<string, string>>): string {
  let text = json;
  for (const [name, value] of Object.entries(words)) {
    text = text.replaceAll(JSON.stringify(value).slice(1, -1), () => `" + ${name} + "`);
  }
  return text.replaceAll('"" + ', "").replaceAll(' + ""', "");
}
