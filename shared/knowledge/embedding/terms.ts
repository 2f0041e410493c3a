/**
 * What a text is made of, for every offline way to compare texts: BM25, the fitted embedder and feature hashing count the
 * same terms. Words come as stems, compounds (`maxLimitRatio`, `redis-queue.shop`, `v1.2.3`) whole and in parts, scripts
 * without spaces as pairs of characters.
 */
import { stemmer } from "stemmer";
import { stopWords } from "./stop-words.ts";

/** Longer ones are keys, hashes and encoded files: nobody asks for them, and each would be a term of its own. */
const LONGEST_TERM = 64;
/** More parts make no name but a path or a number in disguise: the parts alone count. */
const MOST_PARTS = 8;

/** Letters (with their marks) and digits, joined as names are. */
const COMPOUND = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[._-]+[\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*/gu;
/** Han, kana, Thai, Lao, Khmer and Burmese write words without spaces. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const UNSPACED_RUN = new RegExp(`(?:${UNSPACED.source}[\\p{M}\\u30fc]*)+`, "gu");
/** `HTTPServer`, `maxRatio`, `postgres17`: where one word ends inside another. */
const HUMP = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll}{2})|(?<=\p{L}{2})(?=\p{N}+$)/u;
const LATIN_MARKS = /(?<=\p{Script=Latin})\p{M}+/gu;

/** Terms in their order, repeated as often as they stand there; without stop words. Empty when there is no word. */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const [compound] of text.normalize("NFKC").matchAll(COMPOUND)) addTerms(compound, terms);
  return terms;
}

function addTerms(compound: string, terms: string[]): void {
  const spaced = UNSPACED.test(compound) ? pairsOutOf(compound, terms) : compound;
  for (const name of spaced.split(" ")) {
    if (name === "") continue;
    const parts = partsOf(name);
    if (parts.length === 1) {
      addWord(parts[0] ?? "", terms);
      continue;
    }
    // A compound is nobody's plural, so it keeps its ending.
    if (parts.length <= MOST_PARTS && name.length <= LONGEST_TERM) terms.push(folded(name));
    for (const part of parts) if (part.length > 1) addWord(part, terms);
  }
}

function partsOf(name: string): string[] {
  return name.split(/[._-]+/).flatMap((part) => {
    const humps = part.split(HUMP);
    // What changes its case all the time is encoded, not named.
    return humps.length <= MOST_PARTS ? humps : [part];
  });
}

/** Terms of what is written without spaces; what is left, with spaces for it. */
function pairsOutOf(compound: string, terms: string[]): string {
  return compound.replaceAll(UNSPACED_RUN, (run) => {
    const signs = run.match(/\P{M}\p{M}*/gu) ?? [];
    if (signs.length === 1) terms.push(run);
    for (let i = 0; i + 1 < signs.length; i += 1) terms.push(`${signs[i]}${signs[i + 1]}`);
    return " ";
  });
}

function addWord(word: string, terms: string[]): void {
  if (word.length > LONGEST_TERM) return;
  const plain = folded(word);
  if (stopWords.has(plain)) return;
  terms.push(/^[a-z]{3,}$/.test(plain) ? stemOf(plain) : plain);
}

/** Lower case; accents of Latin letters do not tell words apart, those of other scripts do. */
function folded(word: string): string {
  if (/^[\u0000-\u007f]*$/.test(word)) return word.toLowerCase();
  return word.toLowerCase().normalize("NFD").replaceAll(LATIN_MARKS, "").normalize("NFC");
}

/** Stems of words seen lately: a corpus repeats its words some ten times over. */
const stems = new Map<string, string>();
const MOST_STEMS = 20_000;

function stemOf(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  if (stems.size >= MOST_STEMS) stems.clear();
  const stem = stemmer(word);
  stems.set(word, stem);
  return stem;
}
