/** Finds what the rules name in a text: each place belongs to one rule, the longest phrase first. */
import { phrases } from "../../domain/lexicon/topic.ts";
import type { Rule } from "./rule.ts";

export interface Concept {
  readonly rule: Rule;
  readonly start: number;
  readonly end: number;
}

interface CompiledRule {
  readonly rule: Rule;
  readonly pattern: RegExp;
  readonly unless: RegExp | undefined;
}

const compiled = new WeakMap<readonly Rule[], readonly CompiledRule[]>();

/** Compiled with the first text; V8 compiles each pattern for itself when it is first tried. */
function compile(rules: readonly Rule[]): readonly CompiledRule[] {
  const known = compiled.get(rules);
  if (known !== undefined) return known;
  const made = rules.map((rule) => ({
    rule,
    pattern: phrases(rule.patterns),
    unless: rule.unless === undefined ? undefined : phrases(rule.unless),
  }));
  compiled.set(rules, made);
  return made;
}

/** In the order of the text. `text` has single spaces and small letters. */
export function conceptsIn(text: string, rules: readonly Rule[]): readonly Concept[] {
  const found: Concept[] = [];
  for (const { rule, pattern, unless } of compile(rules)) {
    const hits = [...text.matchAll(pattern)];
    if (hits.length === 0 || (unless !== undefined && text.search(unless) >= 0)) continue;
    for (const hit of hits) found.push({ rule, start: hit.index, end: hit.index + hit[0].length });
  }
  return withoutOverlaps(found).sort((a, b) => a.start - b.start);
}

/** "postgres exporter" takes its words from "postgres". Of equally long ones the rule that comes first stays. */
function withoutOverlaps(found: readonly Concept[]): Concept[] {
  const kept: Concept[] = [];
  for (const concept of found.toSorted((a, b) => b.end - b.start - (a.end - a.start))) {
    if (kept.every(({ start, end }) => concept.end <= start || concept.start >= end)) kept.push(concept);
  }
  return kept;
}
