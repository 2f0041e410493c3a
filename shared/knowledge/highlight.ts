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

/**
 * The `lines` neighbouring lines that have most different words of the question, without blank ones at either end; the first
 * ones where none has any.
 */
export function excerptOf(text: string, question: string, lines: number): Excerpt {
  const all = text.split("\n");
  const words = all.map((line) => wordsOf(line, question));
  const isBlank = (at: number) => (all[at] ?? "").trim() === "";
  let best = { from: 0, score: -1 };
  for (let from = 0; from < all.length; from += 1) {
    if (isBlank(from)) continue;
    const score = new Set(words.slice(from, from + lines).flat()).size;
    // What stands on its first line is read first.
    const begins = (words[from]?.length ?? 0) > 0 ? 0.5 : 0;
    if (score + begins > best.score) best = { from, score: score + begins };
  }
  const { from } = best;
  let to = Math.min(all.length, from + lines) - 1;
  while (to > from && isBlank(to)) to -= 1;
  const part = all.slice(from, to + 1).join("\n");
  return { text: part, highlights: highlightsOf(part, question), from, to };
}

function wordsOf(line: string, question: string): readonly string[] {
  return highlightsOf(line, question).map(([from, to]) => termsOf(line.slice(from, to))[0] ?? "");
}
