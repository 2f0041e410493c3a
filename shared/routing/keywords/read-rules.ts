/** An operator's keyword rules (ROUTING_RULES), which come before the school's own. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { ConfigurationError } from "../../runtime/config.ts";
import { SCHOOL_RULES } from "./generated.ts";
import type { Rules } from "./rule.ts";

/** A file of rules that cannot be used, with everything that is wrong and its line. */
export class RulesUnreadable extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "RulesUnreadable";
    this.problems = problems;
  }
}

/** More is no list that people keep. */
const MOST_BYTES = 1_000_000;

/**
 * The rules of the file at `path`, and the school's behind them; the school's alone where there is none. Throws
 * ConfigurationError with every problem and its line.
 */
export async function keywordRules(path: string | undefined): Promise<Rules> {
  if (path === undefined) return SCHOOL_RULES;
  const content = await textOf(path);
  try {
    return await readRules(content);
  } catch (error) {
    if (!(error instanceof RulesUnreadable)) throw error;
    throw new ConfigurationError(error.problems.map((text) => `ROUTING_RULES: ${path}: ${text}`));
  }
}

/** The same from the text of such a file. Throws RulesUnreadable. */
export async function readRules(content: string): Promise<Rules> {
  // Who has no rules of their own needs no reader of YAML.
  const [{ ruleFileIn }, { missedExamples }] = await Promise.all([import("./rules-file.ts"), import("./check.ts")]);
  const found = ruleFileIn(content);
  if ("problems" in found) throw new RulesUnreadable(found.problems);
  const missed = missedExamples(found.rules);
  if (missed.length > 0) throw new RulesUnreadable(missed);
  const version = createHash("sha256").update(`${SCHOOL_RULES.version}\n${content}`).digest("hex").slice(0, 8);
  return { ...SCHOOL_RULES, version, own: found.rules };
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw new ConfigurationError([`ROUTING_RULES: ${path} is larger than ${MOST_BYTES} bytes`]);
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
      throw new ConfigurationError([`ROUTING_RULES: ${path} is not text in UTF-8`]);
    const why = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : message;
    throw new ConfigurationError([`ROUTING_RULES: ${path} cannot be read: ${why}`]);
  }
}
