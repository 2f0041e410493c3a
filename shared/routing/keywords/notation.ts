/**
 * The small notation of the lexicon (see `phrases` there) for text that is in small letters already: the same whole words
 * and gaps, without the tables of Unicode, which take most of the time in which a process looks at its first text.
 */

/** Letters and digits of any script, and more signs beyond ASCII that no phrase ends before. */
export const LETTER = "a-z0-9\\u00aa-\\uffff";
/** What `^` at the beginning of a phrase stands for: a title, a sentence, or what follows the prefix of a commit. */
const CLAUSE = "(?<=^|[:.!?;] |\\n)";
const WORD = "[^\\s,;:!?()]+";
/** What follows one of these is no longer the object of the verb: "add a budget to the ingress controller". */
const TURN = "(?!(?:to|on|onto|into|before|behind|with|by|from|via|for|against|beside)[\\s,])";
const GAP = `(?:[\\s,]+${TURN}${WORD}){0,4}?[\\s,]+`;

/** Tried at `lastIndex` alone, which is to be the beginning of a word. */
export function phraseAt(phrase: string): RegExp {
  return compiled(sourceOf(phrase), "uy");
}

/** Finds any of them anywhere. */
export function anyPhrase(list: readonly string[]): RegExp {
  return compiled(`(?<![${LETTER}])(?:${list.map(sourceOf).join("|")})`, "u");
}

function compiled(source: string, flags: string): RegExp {
  return new RegExp(`(?:${source})(?![${LETTER}])`, flags);
}

function sourceOf(phrase: string): string {
  return small(phrase)
    .replace(/^\^/u, CLAUSE)
    .split(" .. ")
    .map((part) => part.replaceAll(" ?", "[\\s-]*").replaceAll(" ", "[\\s-]+"))
    .join(GAP);
}

/** Small letters, but for those behind a backslash, where they mean something else. */
function small(phrase: string): string {
  if (phrase === phrase.toLowerCase()) return phrase;
  return phrase.replaceAll(/\\p\{[^}]*\}|\\.|\p{Lu}/giu, (sign) => (sign.startsWith("\\") ? sign : sign.toLowerCase()));
}
