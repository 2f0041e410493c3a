/** Sentences across captions: captions break where the line is full, people break where the thought ends. */
import { asMeant } from "../../shared/domain/lexicon/mishearings.ts";
import { cut, MARKED, paceOf, timeOf, UNMARKED, type Word, wordsOf } from "./boundaries.ts";
import { orderIn } from "./orders.ts";
import type { Piece } from "./transcript.ts";

export interface Sentence {
  /** Word for word as in the transcript: what is quoted. */
  readonly text: string;
  /** The same without hesitation and with common mis-hearings repaired: what is judged, and never shown. */
  readonly meant: string;
  /** Milliseconds at which its first word, or the caption with it, begins. */
  readonly start?: number;
  /** Why it is no advice whatever it says (an order to the reader); undefined for ordinary speech. */
  readonly order?: string;
}

/** Below one end mark in this many words, the whole source counts as captions without punctuation. */
const POOR = 60;
/** Where capitals are missing, too, a sentence of more words than this has probably lost a mark. */
const LONG = 22;
/** A text shorter than this is a note, however it is punctuated. */
const SHORT_TEXT = 25;
const END = /[.!?…]["'”’)\]]*$/u;
const abbreviation = /(?:^|\s|\()(?:e\.g|i\.e|etc|vs|dr|mr|mrs|ms|st|approx|inc|prof|fig|cf|[A-Z])\.$/iu;

/** The whole talk as sentences, in order. Joined by one space they are the normalised transcript. */
export function sentencesOf(pieces: readonly Piece[]): Sentence[] {
  const words = pieces.flatMap(wordsOf);
  const ends = words.filter(({ word }) => END.test(word)).length;
  const poor = words.length > SHORT_TEXT && ends / words.length < 1 / POOR;
  const lower = words.filter(({ word }) => /^\p{Lu}/u.test(word)).length < words.length / 50;
  const pace = paceOf(pieces);

  const sentences: Sentence[] = [];
  function add(run: readonly Word[]): void {
    const [head] = run;
    if (head === undefined) return;
    const text = run.map(({ word }) => word).join(" ");
    const meant = asMeant(text);
    const start = timeOf(head) ?? head.piece.start;
    sentences.push({ text, meant, ...(start === undefined ? {} : { start }) });
  }

  let run: Word[] = [];
  function close(): void {
    const lost = poor || (lower && run.length > LONG);
    for (const part of cut(run, pace, lost ? UNMARKED : MARKED)) add(part);
    run = [];
  }
  for (const [i, entry] of words.entries()) {
    const paragraph = entry.index === 0 && entry.piece.end === undefined && !poor;
    if (paragraph || (entry.index === 0 && entry.piece.afterSound === true)) close();
    run.push(entry);
    if (endsSentence(entry.word, words[i + 1]?.word)) close();
  }
  close();
  return markOrders(sentences);
}

function endsSentence(word: string, next: string | undefined): boolean {
  if (!END.test(word) || abbreviation.test(word)) return false;
  // "No. 7" is a number, "No. Do not" is an answer.
  if (/^no\.$/iu.test(word) && /^\d/u.test(next ?? "")) return false;
  // "…" may be a pause inside a sentence; it ends one only before a capital.
  return next === undefined || !/…|\.\.\./u.test(word) || /^["'“‘(]*\p{Lu}/u.test(next);
}

/** An order may span sentences that look innocent alone: neighbours are read together, and both are marked. */
function markOrders(sentences: readonly Sentence[]): Sentence[] {
  const alone = sentences.map(({ text, meant }) => orderIn(text) ?? (meant === text ? undefined : orderIn(meant)));
  const seams = sentences.map((sentence, i) =>
    alone[i] === undefined && alone[i + 1] === undefined ? acrossBreak(sentence, sentences[i + 1]) : undefined,
  );
  return sentences.map((sentence, i) => {
    const order = alone[i] ?? (follows(sentence.text) ? alone[i - 1] : undefined) ?? seams[i - 1] ?? seams[i];
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

function acrossBreak(left: Sentence, right: Sentence | undefined): string | undefined {
  if (right === undefined || END.test(left.text)) return undefined;
  return orderIn(`${left.text.split(" ").slice(-6).join(" ")} ${right.text.split(" ").slice(0, 6).join(" ")}`);
}
