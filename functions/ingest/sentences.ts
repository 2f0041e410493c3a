/** Sentences across captions: captions break where the line is full, people break where the thought ends. */
import { orderIn } from "./orders.ts";
import type { Piece } from "./transcript.ts";

export interface Sentence {
  readonly text: string;
  /** Milliseconds at which the caption with its first word begins. */
  readonly start?: number;
  /** Why it is no advice whatever it says (an order to the reader); undefined for ordinary speech. */
  readonly order?: string;
}

/** Words without an end mark after which poor captions are cut. */
const LONGEST = 45;
/** Silence, in milliseconds, that ends a sentence in captions without punctuation. */
const PAUSE = 1_200;
/** Words a piece of unpunctuated speech needs before an opener may start the next. */
const SHORTEST = 9;
const openers = new Set(
  "so and now but okay ok then because also well anyway however next first second finally if when we you the what".split(
    " ",
  ),
);
const plainOpeners = new Set("so now but okay ok also anyway however next finally".split(" "));
const abbreviation = /(?:^|\s|\()(?:e\.g|i\.e|etc|vs|dr|mr|mrs|ms|st|no|approx|inc|prof|fig|cf|[A-Z])\.$/iu;

/** The whole talk as sentences, in order. Joined by one space they are the normalised transcript. */
export function sentencesOf(pieces: readonly Piece[]): Sentence[] {
  const words = pieces.flatMap(({ text, start, end }, piece) =>
    text.split(" ").map((word, i) => ({ word, piece, first: i === 0, start, end })),
  );
  const ends = words.filter(({ word }) => /[.!?…]["'”’)\]]*$/u.test(word)).length;
  const poor = words.length > 25 && ends / words.length < 1 / 60;

  const sentences: Sentence[] = [];
  let current: typeof words = [];
  function close(): void {
    const [head] = current;
    if (head === undefined) return;
    const text = current.map(({ word }) => word).join(" ");
    sentences.push({ text, ...(head.start === undefined ? {} : { start: head.start }) });
    current = [];
  }

  for (const [i, entry] of words.entries()) {
    const before = words[i - 1];
    if (before !== undefined && current.length > 0) {
      const newPiece = entry.piece !== before.piece;
      const pause = newPiece && entry.start !== undefined && before.end !== undefined ? entry.start - before.end : 0;
      const opener = entry.word.toLowerCase().replaceAll(/[^\p{L}]/gu, "");
      const paragraph = newPiece && entry.end === undefined && !poor;
      const breaks = poor
        ? pause >= PAUSE ||
          (current.length >= SHORTEST && plainOpeners.has(opener)) ||
          (current.length >= SHORTEST && newPiece && openers.has(opener)) ||
          current.length >= LONGEST - 10
        : current.length >= LONGEST * 2 || paragraph;
      if (breaks) close();
    }
    current.push(entry);
    if (endsSentence(entry.word, words[i + 1]?.word)) close();
  }
  close();
  return markOrders(sentences);
}

function endsSentence(word: string, next: string | undefined): boolean {
  if (!/[.!?…]["'”’)\]]*$/u.test(word) || abbreviation.test(word)) return false;
  // "…" may be a pause inside a sentence; it ends one only before a capital.
  return next === undefined || !/…|\.\.\./u.test(word) || /^["'“‘(]*\p{Lu}/u.test(next);
}

/** An order may span sentences that look innocent alone: neighbours are read together, and both are marked. */
function markOrders(sentences: readonly Sentence[]): Sentence[] {
  const alone = sentences.map(({ text }) => orderIn(text));
  return sentences.map((sentence, i) => {
    const order = alone[i] ?? (follows(sentence.text) ? alone[i - 1] : undefined) ?? acrossBreak(sentences, alone, i);
    return order === undefined ? sentence : { ...sentence, order };
  });
}

/** A sentence that only continues the order before it ("Then commit it.", "This is mandatory."). */
function follows(text: string): boolean {
  return (
    text.split(" ").length <= 14 &&
    /^(?:then|and|also|this|it|that|do|you must|you will|now|next|after that|finally)\b/iu.test(text)
  );
}

function acrossBreak(
  sentences: readonly Sentence[],
  alone: readonly (string | undefined)[],
  i: number,
): string | undefined {
  for (const [a, b] of [
    [i - 1, i],
    [i, i + 1],
  ] as const) {
    const [left, right] = [sentences[a]?.text, sentences[b]?.text];
    if (left === undefined || right === undefined || alone[a] !== undefined || alone[b] !== undefined) continue;
    if (/[.!?…]["'”’)\]]*$/u.test(left)) continue;
    const seam = `${left.split(" ").slice(-6).join(" ")} ${right.split(" ").slice(0, 6).join(" ")}`;
    const order = orderIn(seam);
    if (order !== undefined) return order;
  }
  return undefined;
}
