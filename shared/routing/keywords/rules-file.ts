/** Reads a file of keyword rules: the school's own (with the words they share) and an operator's. Pure; every problem with its line. */
import * as z from "zod";
import { EXPERTS } from "../../domain/improvement.ts";
import { parseValues } from "../../repository/parse.ts";
import type { RepositoryFile } from "../../repository/platform.ts";
import { positionIn, yamlErrors } from "../../repository/positions.ts";
import { patternProblem } from "./pattern-check.ts";
import { KINDS, type Rule } from "./rule.ts";

const MOST_RULES = 500;
const MOST_PATTERNS = 100;

/** A rule as it is written, with texts it has to match. */
export interface WrittenRule extends Rule {
  readonly examples: readonly string[];
}

export type RuleFile = { readonly rules: readonly WrittenRule[] } | { readonly problems: readonly string[] };

const Expert = z.enum(EXPERTS, `must be one of ${EXPERTS.join(", ")}`);
const Share = z.number("must be a number from 0 to 1").min(0, "must be 0 at least").max(1, "must be 1 at most");

function formFor(words: Readonly<Record<string, string>>) {
  const Pattern = z
    .string("must be text: a phrase")
    .transform((text) => withWords(text, words))
    .superRefine((text, context) => {
      const message = patternProblem(text);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    });
  const Patterns = z
    .union([Pattern.transform((one) => [one]), z.array(Pattern)], "must be phrases: a list, or a single one")
    .refine((list) => list.length > 0, "is empty")
    .refine((list) => list.length <= MOST_PATTERNS, `holds more than ${MOST_PATTERNS} phrases`);
  const Entry = z
    .strictObject({
      id: z
        .string("is needed: small letters, digits and dashes")
        .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, "must be small letters, digits and dashes, at most 60"),
      expert: Expert.optional(),
      kind: z.enum(KINDS, `must be one of ${KINDS.join(", ")}`),
      pattern: Patterns.optional(),
      patterns: Patterns.optional(),
      unless: Patterns.optional(),
      weight: z.number("must be a number").positive("must be more than 0").max(20, "must be 20 at most").optional(),
      confidence: Share.optional(),
      examples: z.array(z.string("must be text").max(500, "is too long"), "must be a list of texts").default([]),
    })
    .refine(
      ({ pattern, patterns }) => (pattern === undefined) !== (patterns === undefined),
      "needs either `pattern` or `patterns`",
    );
  return z
    .strictObject({
      expert: Expert.optional(),
      rules: z
        .array(Entry, "must be a list of rules")
        .min(1, "holds no rule")
        .max(MOST_RULES, `holds more than ${MOST_RULES} rules`),
    })
    .superRefine(({ expert, rules }, context) => {
      const ids = new Set<string>();
      for (const [index, rule] of rules.entries()) {
        const at = ["rules", index, "id"];
        if (ids.has(rule.id)) context.addIssue({ code: "custom", path: at, message: `${rule.id} is there twice` });
        if (rule.expert === undefined && expert === undefined)
          context.addIssue({ code: "custom", path: at, message: "needs an `expert`, as the file names none" });
        ids.add(rule.id);
      }
    });
}

/** `words`: what `{name}` stands for in patterns. */
export function ruleFileIn(content: string, words: Readonly<Record<string, string>> = {}): RuleFile {
  // Read as any other YAML of a repository; the name only says that it is YAML.
  const file: RepositoryFile = { path: "rules.yaml", blob: "", content };
  const errors = yamlErrors(file);
  if (errors.length > 0) return { problems: errors.map(({ line, message }) => `line ${line}: ${message}`) };
  const value = parseValues(file);
  if (value === undefined) return { problems: ["it cannot be read as YAML: it is too large, or its aliases are"] };
  if (value === null) return { problems: ["it is empty; it needs a list `rules`"] };
  const parsed = formFor(words).safeParse(value);
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => problemsOf(file, issue)) };
  const rules = parsed.data.rules.map(({ pattern, patterns = pattern ?? [], expert, id, kind, examples, ...rest }) => {
    const { unless, weight, confidence } = rest;
    return {
      id,
      expert: expert ?? parsed.data.expert ?? "architecture",
      kind,
      patterns,
      examples,
      ...(unless === undefined ? {} : { unless }),
      ...(weight === undefined ? {} : { weight }),
      ...(confidence === undefined ? {} : { confidence }),
    };
  });
  return { rules };
}

/** `{store}` is what the file of settings lists under that name; `{0,4}` is left alone. */
function withWords(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{([a-z]+)\}/gu, (all, name: string) => words[name] ?? all);
}

function problemsOf(file: RepositoryFile, issue: z.core.$ZodIssue): readonly string[] {
  // Of a phrase or a list of them: what is wrong with the form that was chosen.
  if (issue.code === "invalid_union") {
    const inner = issue.errors.flat().map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
    const deepest = Math.max(0, ...inner.map(({ path }) => path.length));
    const chosen = inner.filter(({ path, code }) => path.length === deepest && code === "custom");
    if (chosen.length > 0) return chosen.flatMap((one) => problemsOf(file, one));
  }
  const keys = issue.path.filter((key) => typeof key !== "symbol");
  const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
  const place = unknown === undefined ? keys : [...keys, unknown];
  const line = positionIn(file, 0, place)?.line ?? 1;
  const message = unknown === undefined ? issue.message : "there is no such setting";
  return [`line ${line}: ${place.length === 0 ? "" : `${place.join(".")}: `}${message}`.slice(0, 400)];
}
