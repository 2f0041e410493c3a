/**
 * Where thoughts end in speech without punctuation. No model is asked: each gap between two words gets a weight from
 * silence, from the words that people begin and never end a thought with, and the cuts with the best sum are taken.
 */
import type { Piece } from "./transcript.ts";

export interface Word {
  readonly word: string;
  /** First word of a piece. */
  readonly first: boolean;
  readonly afterSound: boolean;
  /** Milliseconds: when this very word begins, where known, and the piece it stands in. */
  readonly time?: number;
  readonly start?: number;
  readonly end?: number;
  /** Letters of the whole piece: how long it takes to say. */
  readonly letters: number;
}

/** Unpunctuated runs up to this many words are left whole. */
export const SHORTEST_RUN = 8;
/** Words no sentence exceeds. */
const LONGEST = 40;
/** Words up to which a sentence costs nothing; each further one makes a cut likelier. */
const COMFORTABLE = 18;
const SHORT = 5;
/** Milliseconds of silence. */
const PAUSE = { clear: 1_200, likely: 600, slight: 300 };

export function wordsOf({ text, start, end, times, afterSound }: Piece): Word[] {
  const words = text.split(" ");
  return words.map((word, i) => {
    const time = times?.[i];
    return {
      word,
      first: i === 0,
      afterSound: i === 0 && afterSound === true,
      letters: text.length,
      ...(time === undefined ? {} : { time }),
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    };
  });
}

/** Milliseconds per letter at which this talk is spoken: the median over its pieces; undefined without times. */
export function paceOf(words: readonly Word[]): number | undefined {
  const heads = words.filter(({ first, start }) => first && start !== undefined);
  const paces = heads.flatMap((head, i) => {
    const next = heads[i + 1]?.start;
    const taken = next === undefined ? 0 : next - (head.start ?? 0);
    return taken > 0 ? [taken / (head.letters + 1)] : [];
  });
  paces.sort((a, b) => a - b);
  return paces[Math.floor(paces.length / 2)];
}

/** The run in parts of at most `LONGEST` words, cut where the weights are best. */
export function cut(run: readonly Word[], pace: number | undefined): Word[][] {
  const best: number[] = [0];
  const from: number[] = [0];
  for (let end = 1; end <= run.length; end += 1) {
    best[end] = Number.NEGATIVE_INFINITY;
    for (let begin = Math.max(0, end - LONGEST); begin < end; begin += 1) {
      const gain = (best[begin] ?? 0) - cost(end - begin);
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
function cost(words: number): number {
  const fragment = words < SHORT ? 1.2 : words < SHORTEST_RUN ? 0.4 : 0;
  return 1 + fragment + Math.max(0, words - COMFORTABLE) * 0.1;
}

const listed = (words: string): ReadonlySet<string> => new Set(words.split(" "));
/** Words that start a thought and little else. */
const openers = listed("so okay ok now anyway but well also however next finally firstly secondly alright right yeah");
/** Words that often start one. */
const starters = listed(
  "and then if when what why how there we you i it it's he she they this that's these my our i'm we're you're we've i've let's don't dont never please make nobody everybody somebody somebody's some every one",
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

/** How much speaks for a new sentence before the word at `i`. */
function weightBefore(run: readonly Word[], i: number, pace: number | undefined): number {
  const [before, now, next] = [run[i - 1], run[i], run[i + 1]];
  if (before === undefined || now === undefined) return 0;
  const [last, word, after] = [bare(before.word), bare(now.word), bare(next?.word ?? "")];
  let weight = silence(before, now, pace) + (now.first ? 0.2 : 0);
  if (openers.has(word)) weight += word === "so" && !subjects.has(after) ? 1 : 1.4;
  else if (word === "and" || word === "then") weight += subjects.has(after) || verbs.has(after) ? 1.1 : 0.1;
  else if (starters.has(word)) weight += 0.6;
  else if (verbs.has(word)) weight += 0.5;
  else if (word === "um" || word === "uh") weight += 0.7;
  if (never.has(word)) weight -= 2.5;
  else if (seldom.has(word)) weight -= 0.5;
  if (END_MARK.test(before.word)) return weight + 2;
  return dangling.has(last) ? weight - 2.5 : weight;
}

const END_MARK = /[.!?…,;:]["'”’)\]]*$/u;

function silence(before: Word, now: Word, pace: number | undefined): number {
  const gap = gapOf(before, now, pace);
  if (gap >= PAUSE.clear) return 3;
  if (gap >= PAUSE.likely) return 1.2;
  return gap >= PAUSE.slight ? 0.5 : 0;
}

/** Milliseconds nobody speaks between the two words, as far as their times tell. */
function gapOf(before: Word, now: Word, pace: number | undefined): number {
  if (before.time !== undefined && now.time !== undefined)
    return now.time - before.time - (before.word.length + 1) * (pace ?? 0);
  if (!now.first || now.start === undefined || before.start === undefined) return 0;
  // Captions often stay until the next one comes, or longer: then only the pace tells that nobody spoke.
  const shown = before.end === undefined ? 0 : now.start - before.end;
  const unspoken = now.start - before.start - (before.letters + 1) * (pace ?? Number.POSITIVE_INFINITY) * 1.5;
  return Math.max(shown, unspoken);
}

function bare(word: string): string {
  return word.toLowerCase().replaceAll(/[^\p{L}']/gu, "");
}
