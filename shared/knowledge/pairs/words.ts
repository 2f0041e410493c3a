/** A text as words with their clauses: what every reading of a proposal starts from. */
import { stemmer } from "stemmer";
import { cleanText } from "../../domain/text.ts";

export interface Word {
  /** As it is written. */
  readonly raw: string;
  /** Lower case, NFKC. */
  readonly plain: string;
  readonly stem: string;
  /** Number of the clause it stands in, from 0. */
  readonly clause: number;
  /** First of its sentence: its capital says nothing. */
  readonly opens: boolean;
}

/** What a proposal says it says in its first thousands of characters; the rest of a transcript tells nothing more. */
const LONGEST_TEXT = 6_000;
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’][\p{L}]+|[._/:-][\p{L}\p{N}]+)*%?|%|[.!?;:,()\n–—]/gu;
const BOUNDARY = /^[.!?;:,()\n–—]$/u;
const SENTENCE = /^[.!?\n:]$/u;
/** `readOnlyRootFilesystem` is several words, as is `default-deny`; a name is both. */
const HUMP = /(?<=\p{Ll})(?=\p{Lu})/u;

/** In their order; linear in the length of the text. */
export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  let clause = 0;
  let opens = true;
  for (const [raw] of cleanText(text.slice(0, LONGEST_TEXT)).normalize("NFKC").replaceAll("’", "'").matchAll(WORD)) {
    if (BOUNDARY.test(raw)) {
      clause += 1;
      opens ||= SENTENCE.test(raw);
      continue;
    }
    const plain = raw.toLowerCase();
    words.push({ raw, plain, stem: stemOf(plain), clause, opens });
    opens = false;
  }
  return words;
}

/** The stems of a word's parts; a compound counts by its parts, so that `rate-limit` and `rate limit` are one. */
export function partsOf({ raw, plain, stem }: Word): readonly string[] {
  if (/^\d/.test(plain)) return [plain];
  const parts = raw.split(/[._/:-]+/).flatMap((part) => (/^\p{Ll}+\p{Lu}/u.test(part) ? part.split(HUMP) : [part]));
  return parts.length === 1 ? [stem] : parts.map((part) => stemOf(part.toLowerCase()));
}

/** Of a lower-case word; names, numbers and short words keep their shape. */
export function stemOf(plain: string): string {
  // "Liveness" and "live" are two things.
  return /^[a-z]{3,}$/.test(plain) && !plain.endsWith("ness") ? stemmer(plain) : plain.replace(/'s$/, "");
}
