/** Static checks of keyword rules: nothing in them is dead, double or at odds with another. */
import { EXPERTS, type Expert } from "../../domain/improvement.ts";
import { conceptsIn } from "./concepts.ts";
import type { Rule } from "./rule.ts";
import type { WrittenRule } from "./rules-file.ts";
import { plain } from "./score.ts";

/** Everything that is wrong, one sentence each; none for rules as they should be. */
export function ruleProblems(rules: readonly WrittenRule[]): readonly string[] {
  const silent = EXPERTS.filter((expert) => !rules.some((rule) => rule.expert === expert && rule.kind === "action"));
  return [
    ...rules.filter(({ examples }) => examples.length === 0).map(({ id }) => `${id}: has no example`),
    ...missedExamples(rules),
    ...doubles(rules),
    ...overlaps(rules).map(({ words, rules: both }) => `${both.join(" and ")}: both want “${words}”`),
    ...silent.map((expert) => `no action leads to the ${expert} expert`),
  ];
}

/** Rules that do not match what they say they do, or would if another part of them did not forbid it. */
export function missedExamples(rules: readonly WrittenRule[]): readonly string[] {
  return rules.flatMap((rule) => {
    const alone = [rule];
    const missed = rule.examples.filter((example) => conceptsIn(plain(example, 500), alone).length === 0);
    return missed.map((example) => `${rule.id}: does not match its example “${example}”`);
  });
}

function doubles(rules: readonly WrittenRule[]): readonly string[] {
  const ids = new Map<string, Expert>();
  const patterns = new Map<string, string>();
  const problems: string[] = [];
  for (const { id, expert, patterns: listed } of rules) {
    if (ids.has(id)) problems.push(`${id}: is there twice (${ids.get(id)}, ${expert})`);
    ids.set(id, expert);
    for (const pattern of listed) {
      const before = patterns.get(pattern);
      if (before !== undefined) problems.push(`${id}: “${pattern}” is a pattern of ${before} already`);
      patterns.set(pattern, id);
    }
  }
  return problems;
}

/** Two rules of different experts that take the very same words of an example: one of them can never have them. */
export interface Overlap {
  readonly words: string;
  readonly rules: readonly [string, string];
}

/** Names and hints may mean several things; two actions for the same words are a contradiction. */
export function overlaps(rules: readonly WrittenRule[]): readonly Overlap[] {
  // Each for itself: together only one of them would get the words.
  const actions: readonly (readonly Rule[])[] = rules
    .filter(({ kind }) => kind === "action" || kind === "warning")
    .map((rule) => [rule]);
  const found = new Map<string, Overlap>();
  for (const example of new Set(rules.flatMap(({ examples }) => examples))) {
    const text = plain(example, 500);
    const spans = actions.flatMap((alone) => conceptsIn(text, alone));
    for (const a of spans) {
      for (const b of spans) {
        const same = a.start === b.start && a.end === b.end && a.rule.expert < b.rule.expert;
        const words = text.slice(a.start, a.end);
        if (same) found.set(`${a.rule.id} ${b.rule.id} ${words}`, { words, rules: [a.rule.id, b.rule.id] });
      }
    }
  }
  return [...found.values()];
}
