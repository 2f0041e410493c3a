/** Finds what the rules name in a text: each place belongs to one rule, the longest phrase first. */
import { beginningsOf, LENGTH } from "./beginnings.ts";
import { anyPhrase, LETTER, phraseAt } from "./notation.ts";
import { KINDS, type Rule } from "./rule.ts";

export interface Concept {
  readonly rule: Rule;
  readonly start: number;
  readonly end: number;
}

/** A phrase of a rule, compiled when a word first begins like it: of hundreds a text needs a few dozen. */
interface Phrase {
  readonly rule: Rule;
  readonly text: string;
  pattern?: RegExp;
}

interface Index {
  readonly byBeginning: ReadonlyMap<string, readonly Phrase[]>;
  readonly anywhere: readonly Phrase[];
}

const WORDS = new RegExp(`[${LETTER}]+`, "gu");
const indexes = new WeakMap<readonly Rule[], Index>();
const forbidding = new WeakMap<Rule, RegExp>();

/** In the order of the text. `text` has small letters and single spaces, as `plain` makes them. */
export function conceptsIn(text: string, rules: readonly Rule[]): readonly Concept[] {
  const { byBeginning, anywhere } = indexOf(rules);
  const found: Concept[] = [];
  const forbidden = new Map<Rule, boolean>();
  for (const { 0: word, index: start } of text.matchAll(WORDS)) {
    for (const phrase of [...(byBeginning.get(word.slice(0, LENGTH)) ?? []), ...anywhere]) {
      const { rule } = phrase;
      phrase.pattern ??= phraseAt(phrase.text);
      phrase.pattern.lastIndex = start;
      if (!phrase.pattern.test(text)) continue;
      const end = phrase.pattern.lastIndex;
      let not = forbidden.get(rule);
      if (not === undefined) forbidden.set(rule, (not = isForbidden(text, rule)));
      if (!not) found.push({ rule, start, end });
    }
  }
  return withoutOverlaps(found).sort((a, b) => a.start - b.start);
}

function indexOf(rules: readonly Rule[]): Index {
  const known = indexes.get(rules);
  if (known !== undefined) return known;
  const byBeginning = new Map<string, Phrase[]>();
  const anywhere: Phrase[] = [];
  for (const rule of rules) {
    for (const [at, text] of rule.patterns.entries()) {
      const starts = rule.starts?.[at] ?? startsOf(text);
      if (starts === "") anywhere.push({ rule, text });
      else {
        const phrase = { rule, text };
        for (const start of starts.split(" ")) {
          const listed = byBeginning.get(start);
          if (listed === undefined) byBeginning.set(start, [phrase]);
          else listed.push(phrase);
        }
      }
    }
  }
  const index = { byBeginning, anywhere };
  indexes.set(rules, index);
  return index;
}

/** As `Rule.starts` has it. */
export function startsOf(pattern: string): string {
  return [...(beginningsOf(pattern.toLowerCase()) ?? [])].join(" ");
}

function isForbidden(text: string, rule: Rule): boolean {
  if (rule.unless === undefined) return false;
  let pattern = forbidding.get(rule);
  if (pattern === undefined) forbidding.set(rule, (pattern = anyPhrase(rule.unless)));
  return text.search(pattern) >= 0;
}

/** "postgres exporter" takes its words from "postgres". Of equally long ones the kind that says more stays, then the first. */
function withoutOverlaps(found: readonly Concept[]): Concept[] {
  const kept: Concept[] = [];
  for (const concept of found.toSorted((a, b) => b.end - b.start - (a.end - a.start) || kindOf(a) - kindOf(b))) {
    if (kept.every(({ start, end }) => concept.end <= start || concept.start >= end)) kept.push(concept);
  }
  return kept;
}

function kindOf({ rule }: Concept): number {
  return KINDS.indexOf(rule.kind);
}
