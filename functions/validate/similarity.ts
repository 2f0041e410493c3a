/**
 * Whether two texts say the same, by their words. Words alone cannot tell "enable" from "disable" or version 16 from 17,
 * so guards look at direction, numbers and names first; a guard that fires means: different.
 */
import { stemmer } from "stemmer";
import { TOPICS } from "../../shared/domain/lexicon.ts";

export interface Likeness {
  /** 0..1, the share of common words. */
  readonly score: number;
  /** What makes them different although their words are alike. */
  readonly guard?: string;
}

const stopWords = new Set(
  "a an and are as at be but by can do for from has have if in into is it its of on or our should so that the their then there these they this to too up use using was we what when which will with you your always every all each any just really please make sure need must let us".split(
    " ",
  ),
);

/** One direction and its opposite. */
const directions: readonly (readonly [RegExp, RegExp])[] = [
  [
    /\b(enabl\w*|turn(ed|ing)? on|switch(ed|ing)? on|activat\w*)\b/,
    /\b(disabl\w*|turn(ed|ing)? off|switch(ed|ing)? off|deactivat\w*)\b/,
  ],
  [/\b(add\w*|introduc\w*|install\w*|creat\w*)\b/, /\b(remov\w*|delet\w*|drop\w*|uninstall\w*)\b/],
  [
    /\b(increas\w*|rais\w*|higher|more|scal\w+ (up|out))\b/,
    /\b(decreas\w*|lower\w*|reduc\w*|less|fewer|scal\w+ (down|in))\b/,
  ],
  [/\b(allow\w*|permit\w*|open\w*)\b/, /\b(den(y|ies|ied)|block\w*|forbid\w*|clos\w*|restrict\w*)\b/],
  [/\b(start\w*|begin\w*)\b/, /\b(stop\w*|end(ing)?)\b/],
  [/\b(upgrad\w*|newer)\b/, /\b(downgrad\w*|older|roll(ed|ing)? back)\b/],
  [/\bpublic\w*\b/, /\b(private\w*|internal\w*)\b/],
  [/\b(before)\b/, /\b(after)\b/],
];
const NEGATION = /\b(not|never|no|without|avoid\w*|don'?t|doesn'?t|shouldn'?t|won'?t|can'?t|instead of|rather than)\b/g;

const technologies = new Set(
  TOPICS.flatMap((topic) => topic.technologies.map((name) => name.toLowerCase())).filter((name) =>
    /^[a-z0-9]+$/.test(name),
  ),
);

export function likeness(a: string, b: string): Likeness {
  const [one, other] = [words(a), words(b)];
  const union = new Set([...one, ...other]);
  const common = [...one].filter((word) => other.has(word)).length;
  const score = union.size === 0 ? 0 : common / union.size;
  const guard = opposite(plain(a), plain(b)) ?? otherNumbers(a, b) ?? otherNames(a, b);
  return { score, ...(guard === undefined ? {} : { guard }) };
}

/** The words of a text without case, order and endings. */
export function words(text: string): ReadonlySet<string> {
  const all = plain(text).match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(all.filter((word) => !stopWords.has(word)).map(stemmer));
}

function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll("’", "'");
}

function opposite(a: string, b: string): string | undefined {
  for (const [forth, back] of directions) {
    const [one, other] = [pole(a, forth, back), pole(b, forth, back)];
    if (one !== 0 && other !== 0 && one !== other) return "they go in opposite directions";
  }
  const negations = (text: string) => [...text.matchAll(NEGATION)].length;
  return negations(a) % 2 === negations(b) % 2 ? undefined : "one of them is the negation";
}

function pole(text: string, forth: RegExp, back: RegExp): number {
  return Number(forth.test(text)) - Number(back.test(text));
}

function otherNumbers(a: string, b: string): string | undefined {
  const numbers = (text: string) =>
    new Set(
      plain(text)
        .match(/\d+(?:[.,]\d+)*\s?(?:%|[a-z]{1,3}\b)?/g)
        ?.map((one) => one.replace(/\s/, "")),
    );
  const [one, other] = [numbers(a), numbers(b)];
  if (one.size === 0 || other.size === 0) return undefined;
  const same = one.size === other.size && [...one].every((number) => other.has(number));
  return same ? undefined : "they name other numbers";
}

/** Names: words with a capital inside a sentence, and technologies the lexicon knows. */
function otherNames(a: string, b: string): string | undefined {
  const [one, other] = [names(a), names(b)];
  if (one.size === 0 || other.size === 0) return undefined;
  const onlyOne = [...one].filter((name) => !other.has(name));
  const onlyOther = [...other].filter((name) => !one.has(name));
  return onlyOne.length > 0 && onlyOther.length > 0 ? `they name ${onlyOne[0]} and ${onlyOther[0]}` : undefined;
}

function names(text: string): ReadonlySet<string> {
  const inner = [...text.matchAll(/(?<=[\p{L}\p{N},;:] )\p{Lu}[\p{L}\p{N}-]+/gu)].map(([name]) => name.toLowerCase());
  const known = (plain(text).match(/[a-z0-9]+/g) ?? []).filter((word) => technologies.has(word));
  return new Set([...inner, ...known]);
}
