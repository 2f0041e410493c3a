/**
 * What the classifier sees of a text: hashed words, pairs of words and pieces of words of title, description and notes,
 * and beside them what the keyword tier says and what the source claims. The same text gives the same numbers everywhere.
 */
import { CATEGORIES, EXPERTS } from "../../domain/improvement.ts";
import { hashOf } from "../../knowledge/embedding/hash.ts";
import { termsOf } from "../../knowledge/embedding/terms.ts";
import type { Ranked, RoutableText } from "../../routing-ports.ts";

/** What the keyword tier says of a text; `keywordVote` is one. */
export type KeywordVoter = (text: RoutableText) => { readonly ranked: readonly Ranked[]; readonly sure: boolean };

/** Sorted by nothing; an index occurs once. */
export interface SparseVector {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** What is kept from the classifier in training, so that it learns to do without. */
export interface Blindness {
  readonly category: boolean;
  readonly keywords: boolean;
}

/** Characters looked at, and what a word there counts. Most that matters stands in the title. */
const FIELDS = [
  { field: "title", most: 240, weight: 2 },
  { field: "description", most: 800, weight: 1 },
  { field: "implementation_notes", most: 400, weight: 0.5 },
] as const;
/** Words that begin a title say what is asked for: "alert on", "restrict", "back up". */
const OPENING = 2;
const PIECE = { shortest: 3, longest: 5 } as const;
/** Longer words are names of machines and hashes. */
const LONGEST_WORD = 24;
/** Lengths of the two parts of the text; each is scaled to it however long the text is. */
const LENGTH = { words: 1, pieces: 0.6 } as const;
const KEYWORDS = { share: 1, first: 0.5, sure: 0.5 } as const;
const CLAIM = 0.5;

/** Behind the hashed features: always on, shares, the first, whether it is sure, nothing found, claims. */
const FIRST_SHARE = 1;
const FIRST_TOP = FIRST_SHARE + EXPERTS.length;
const FIRST_SURE = FIRST_TOP + EXPERTS.length;
const NOTHING_FOUND = FIRST_SURE + EXPERTS.length;
const FIRST_CLAIM = NOTHING_FOUND + 1;
const PLAIN_FEATURES = FIRST_CLAIM + CATEGORIES.length;

/** How many features there are with 2^`bits` hashed ones. */
export function featureCount(bits: number): number {
  return 2 ** bits + PLAIN_FEATURES;
}

/** Of `featureCount(bits)` features those that are not 0. */
export function featuresOf(text: RoutableText, bits: number, keywords: KeywordVoter): SparseVector {
  const buckets = 2 ** bits;
  const features = new Map<number, number>();
  addText(text, buckets - 1, features);
  features.set(buckets, 1);
  addKeywords(keywords(text), buckets, features);
  const claim = text.category === undefined ? -1 : CATEGORIES.indexOf(text.category);
  if (claim >= 0) features.set(buckets + FIRST_CLAIM + claim, CLAIM);
  return { indices: Int32Array.from(features.keys()), values: Float32Array.from(features.values()) };
}

/** Whether a feature is one of those that are kept back. */
export function isHidden(feature: number, bits: number, blind: Blindness): boolean {
  const plain = feature - 2 ** bits;
  if (plain < FIRST_SHARE) return false;
  return plain < FIRST_CLAIM ? blind.keywords : blind.category;
}

function addText(text: RoutableText, mask: number, features: Map<number, number>): void {
  const words = new Map<number, number>();
  const pieces = new Map<number, number>();
  for (const { field, most, weight } of FIELDS) {
    const terms = termsOf(text[field].slice(0, most));
    terms.forEach((term, i) => {
      const hashes = hashesOf(term);
      add(words, hashes[0] ?? 0, weight);
      for (let at = 1; at < hashes.length; at += 1) add(pieces, hashes[at] ?? 0, weight);
      if (i > 0) add(words, hashOf(`${terms[i - 1]} ${term}`), weight / 2);
      if (field === "title" && i < OPENING) add(words, hashOf(`^${term}`), weight / 2);
    });
  }
  scaleInto(features, words, LENGTH.words, mask);
  scaleInto(features, pieces, LENGTH.pieces, mask);
}

function add(features: Map<number, number>, feature: number, weight: number): void {
  features.set(feature, (features.get(feature) ?? 0) + weight);
}

/** Repeating a word says less each time; the part as a whole gets the Euclidean `length`. */
function scaleInto(into: Map<number, number>, counts: ReadonlyMap<number, number>, length: number, mask: number): void {
  let squares = 0;
  for (const count of counts.values()) squares += Math.log1p(count) ** 2;
  const scale = squares === 0 ? 0 : length / Math.sqrt(squares);
  for (const [hash, count] of counts) add(into, hash & mask, scale * Math.log1p(count));
}

function addKeywords(vote: ReturnType<KeywordVoter>, from: number, features: Map<number, number>): void {
  const [best] = vote.ranked;
  if (best === undefined) {
    features.set(from + NOTHING_FOUND, 1);
    return;
  }
  const top = EXPERTS.indexOf(best.expert);
  for (const { expert, share } of vote.ranked) {
    features.set(from + FIRST_SHARE + EXPERTS.indexOf(expert), KEYWORDS.share * share);
  }
  features.set(from + FIRST_TOP + top, KEYWORDS.first);
  if (vote.sure) features.set(from + FIRST_SURE + top, KEYWORDS.sure);
}

/** Of words seen lately: the word, then its pieces. The same few thousand words make up almost every text. */
const known = new Map<string, Int32Array>();
const MOST_KNOWN = 20_000;

function hashesOf(term: string): Int32Array {
  const hashes = known.get(term);
  if (hashes !== undefined) return hashes;
  if (known.size >= MOST_KNOWN) known.clear();
  const made = [hashOf(term)];
  const marked = `<${term.slice(0, LONGEST_WORD)}>`;
  for (let size = PIECE.shortest; size <= PIECE.longest; size += 1) {
    for (let at = 0; at + size <= marked.length; at += 1) made.push(hashOf(marked.slice(at, at + size), 1));
  }
  const kept = Int32Array.from(made);
  known.set(term, kept);
  return kept;
}
