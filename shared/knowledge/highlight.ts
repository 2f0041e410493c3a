/** Which words of a text were asked for: what a page marks, and what a quote is cut around. Pure. */
import { termsOf } from "./embedding/terms.ts";

/** [from, to) in UTF-16 units. */
export type Range = readonly [number, number];

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

/** The words of `text` that say the same as one of `question`, as the index compares them; in order, never overlapping. */
export function highlightsOf(text: string, question: string): readonly Range[] {
  const wanted = new Set(termsOf(question));
  return [...text.matchAll(WORD)]
    .filter(([word]) => termsOf(word).some((term) => wanted.has(term)))
    .map(({ index, 0: word }) => [index, index + word.length]);
}

export interface Excerpt {
  readonly text: string;
  readonly highlights: readonly Range[];
  /** First and last line within `text` it was cut from, from 0. */
  readonly from: number;
  readonly to: number;
}

/** The `lines` neighbouring lines that have most different words of the question; the first ones where none has any. */
export function excerptOf(text: string, question: string, lines: number): Excerpt {
  const all = text.split("\n");
  const words = all.map((line) => wordsOf(line, question));
  const last = Math.max(0, all.length - lines);
  let best = { from: 0, score: -1 };
  for (let from = 0; from <= last; from += 1) {
    const score = new Set(words.slice(from, from + lines).flat()).size;
    // What stands on its first line is read first.
    const isFirst = (words[from]?.length ?? 0) > 0 ? 0.5 : 0;
    if (score + isFirst > best.score) best = { from, score: score + isFirst };
  }
  const { from } = best;
  const part = all.slice(from, from + lines).join("\n");
  return { text: part, highlights: highlightsOf(part, question), from, to: Math.min(all.length, from + lines) - 1 };
}

function wordsOf(line: string, question: string): readonly string[] {
  return highlightsOf(line, question).map(([from, to]) => termsOf(line.slice(from, to))[0] ?? "");
}
