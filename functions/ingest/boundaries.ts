/**
 * Where thoughts end in speech without punctuation. No model is asked: each gap between two words gets a weight from
 * silence, from the words that people begin and never end a thought with, and the cuts with the best sum are taken.
 */
import type { Piece } from "./transcript.ts";

export interface Word {
  readonly word: string;
  /** Its place in the piece it stands in. */
  readonly index: number;
  readonly piece: Piece;
}

/** How readily a run of words without an end mark is cut. */
export interface Habit {
  /** Runs up to so many words are left whole. */
  readonly from: number;
  /** What evidence each cut must outweigh. */
  readonly cut: number;
  /** Words up to which a sentence costs nothing; each further one makes a cut likelier. */
  readonly comfortable: number;
  /** Words no sentence exceeds. */
  readonly longest: number;
}

/** Captions without punctuation, and text that has it but may have lost some. */
export const UNMARKED: Habit = { from: 8, cut: 1, comfortable: 18, longest: 40 };
export const MARKED: Habit = { from: 16, cut: 2, comfortable: 45, longest: 80 };
/** Sentences of fewer words are fragments. */
const FRAGMENT = 5;
/** Milliseconds of silence. */
const PAUSE = { clear: 1_200, likely: 600, slight: 300 };

export function wordsOf(piece: Piece): Word[] {
  return piece.text.split(" ").map((word, index) => ({ word, index, piece }));
}

/** When this very word begins, where the source tells. */
export function timeOf({ index, piece }: Word): number | undefined {
  return piece.times?.[index];
}

/** Milliseconds per letter at which this talk is spoken: the median over its pieces; undefined without times. */
export function paceOf(pieces: readonly Piece[]): number | undefined {
  const timed = pieces.filter(({ start }) => start !== undefined);
  const paces = timed.flatMap(({ text, start = 0 }, i) => {
    const taken = (timed[i + 1]?.start ?? 0) - start;
    return taken > 0 ? [taken / (text.length + 1)] : [];
  });
  paces.sort((a, b) => a - b);
  return paces[Math.floor(paces.length / 2)];
}

/** The run in parts, cut where the weights are best. */
export function cut(run: readonly Word[], pace: number | undefined, habit: Habit): readonly (readonly Word[])[] {
  if (run.length <= habit.from) return [run];
  const best: number[] = [0];
  const from: number[] = [0];
  for (let end = 1; end <= run.length; end += 1) {
    best[end] = Number.NEGATIVE_INFINITY;
    for (let begin = Math.max(0, end - habit.longest); begin < end; begin += 1) {
      const gain = (best[begin] ?? 0) - cost(end - begin, habit);
      if (gain > (best[end] ?? 0)) {
        best[end] = gain;
        from[end] = begin;
      }
    }
    if (end < run.length) best[end] = (best[end] ?? 0) + weightBefore(run, end, pace);
  }
  const parts: Word[][] = [];
  for (let end = run.length; end > 0; end = from[end] ?? 0) parts.push(run.slice(from[end] ?? 0, end));
  return parts.reverse();
}

/** What one sentence of so many words costs: each must be worth its own, fragments and monsters cost more. */
function cost(words: number, { cut: each, comfortable }: Habit): number {
  return each + (words < FRAGMENT ? 1.2 : 0) + Math.max(0, words - comfortable) * 0.1;
}

const listed = (words: string): ReadonlySet<string> => new Set(words.split(" "));
/** Words that start a thought and little else. */
const openers = listed("so okay ok now anyway but well also however next finally firstly secondly alright right yeah");
/** Words that often start one. */
const starters = listed(
  "and then if when what why how there we you i it it's he she they this that's these my our i'm we're you're we've i've let's don't dont never please make nobody everybody somebody somebody's some every each one",
);
/** Verbs that start an order. */
const verbs = listed(
  "set put use keep add give let check run write test pin sign scan delete remove rotate review upgrade start stop avoid back alert page try do look ask turn move take",
);
const subjects = listed(
  "i we you it he she they there this that nobody everybody somebody it's we're you're they're i'm",
);
/** Words no thought ends with. */
const dangling = listed(
  "a an the to of in on at for with by from into and or but because if when while that which who whose what how why where whether is are was were be been am has have had having do does did don't not can could will would should must might may my your our their his her its very really quite i we you they he she i'm we're you're they're it's that's there's let's let make makes made every each no any some than as so then like even just um uh also always never please second first next",
);

/** Words no thought begins with, and words few do. */
const never = listed("of said says than too either ago is was are were has had does them us me mine ones enough again");
const seldom = listed("at in on with by for from to or a an because although slowly quickly still yet who which");

const modals = listed("should must need needs have has can could want shouldn't mustn't don't never always");
const determiners = listed("a an the your every each all any it them this that these those our their");

/** How much speaks for a new sentence before the word at `i`. */
function weightBefore(run: readonly Word[], i: number, pace: number | undefined): number {
  const [before, now, next] = [run[i - 1], run[i], run[i + 1]];
  if (before === undefined || now === undefined) return 0;
  const [last, word, after] = [bare(before.word), bare(now.word), bare(next?.word ?? "")];
  let weight = silence(before, now, pace) + (now.index === 0 ? 0.2 : 0);
  if (openers.has(word)) weight += word === "so" && !subjects.has(after) && !verbs.has(after) ? 1 : 1.4;
  else if (word === "and" || word === "then") weight += subjects.has(after) || verbs.has(after) ? 1.1 : 0.1;
  else if (starters.has(word)) weight += isAsking(run, i) ? 1 : 0.6;
  else if (verbs.has(word)) weight += determiners.has(after) && !isSubject(last) ? 1.1 : 0.5;
  else if (word === "um" || word === "uh") weight += 0.7;
  if (never.has(word)) weight -= 2.5;
  else if (seldom.has(word)) weight -= 0.5;
  if (MARK.test(before.word)) return weight + 0.8;
  if (isCapitalStart(before, now, next) && !never.has(word)) return weight + 2.5;
  return dangling.has(last) ? weight - 2.5 : weight;
}

/** "you should", "every service with a database must": a subject with its modal close behind. */
function isAsking(run: readonly Word[], i: number): boolean {
  const reach = subjects.has(bare(run[i]?.word ?? "")) || run[i]?.word === "you" ? 1 : 6;
  return run.slice(i + 1, i + 1 + reach).some(({ word }) => modals.has(bare(word)));
}

/** Words that may do what the verb says, so that it is no order: "people set the", "the tests run every". */
function isSubject(word: string): boolean {
  return subjects.has(word) || word.endsWith("s") || word === "people" || word === "one";
}

const MARK = /[.!?…,;:]["'”’)\]]*$/u;

/** A capital on a word that is no name, among words without: the mark before it was lost. */
function isCapitalStart(before: Word, now: Word, next: Word | undefined): boolean {
  const capital = (word: string): boolean => /^\p{Lu}/u.test(word) && !/^I\b/u.test(word);
  if (!capital(now.word) || capital(before.word) || capital(next?.word ?? "")) return false;
  const word = bare(now.word);
  return openers.has(word) || starters.has(word) || verbs.has(word) || seldom.has(word);
}

function silence(before: Word, now: Word, pace: number | undefined): number {
  const gap = gapOf(before, now, pace);
  if (gap >= PAUSE.clear) return 3;
  if (gap >= PAUSE.likely) return 1.2;
  return gap >= PAUSE.slight ? 0.5 : 0;
}

/** Milliseconds nobody speaks between the two words, as far as their times tell. */
function gapOf(before: Word, now: Word, pace: number | undefined): number {
  const [from, to] = [timeOf(before), timeOf(now)];
  if (from !== undefined && to !== undefined) return to - from - (before.word.length + 1) * (pace ?? 0);
  const { start, end, text } = before.piece;
  if (now.index > 0 || now.piece.start === undefined || start === undefined) return 0;
  // Captions often stay until the next one comes, or longer: then only the pace tells that nobody spoke.
  const shown = end === undefined ? 0 : now.piece.start - end;
  const unspoken = now.piece.start - start - (text.length + 1) * (pace ?? Number.POSITIVE_INFINITY) * 1.5;
  return Math.max(shown, unspoken);
}

function bare(word: string): string {
  return word.toLowerCase().replaceAll(/[^\p{L}']/gu, "");
}
