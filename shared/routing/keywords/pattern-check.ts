/** What a pattern of a keyword rule may not be: unreadable, matching everything, or slow on a long text. */
import { phraseAt } from "./notation.ts";

const LONGEST = 1_500;

/**
 * What is wrong with the phrase and what to do, or undefined. Repetition without a bound is what makes a pattern slow: one
 * of a single sign is fine, one of a group, or several, are not; a text is at most some 1,200 signs long.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.trim() === "") return "is empty";
  if (pattern !== pattern.trim()) return "begins or ends with a space: leave it out, words are matched whole";
  if (pattern.length > LONGEST) return `is longer than ${LONGEST} signs: make several of it`;
  const [unknown] = /\{[A-Za-z_][^}]*\}/u.exec(pattern.replaceAll(/\\p\{[^}]*\}/gu, "")) ?? [];
  if (unknown !== undefined) return `${unknown} stands for nothing`;
  if (/\\[1-9k]/u.test(pattern)) return "refers back to a group: write out what may stand there";
  const bare = pattern.replaceAll(/\\./gu, "x").replaceAll(/\[[^\]]*\]/gu, "x");
  if (/\)(?:\*|\+|\{\d+,\})/u.test(bare)) return "repeats a group without a bound: write {0,3} instead of * or +";
  const unbounded = bare.match(/(?<!\()(?:\*|\+|\{\d+,\})/gu)?.length ?? 0;
  if (unbounded > 1) return "repeats signs without a bound more than once: write {0,20} instead of * or +";
  let compiled: RegExp;
  try {
    compiled = phraseAt(pattern);
  } catch (error) {
    return `is no regular expression: ${error instanceof Error ? error.message.replace(/^.*\/uy: /u, "") : String(error)}`;
  }
  return compiled.test("") ? "matches the empty text" : undefined;
}
