/** Finds what somebody claims was said: only words that stand in the transcript are a quote, and its time is theirs. */
import type { Sentence } from "./sentences.ts";

export interface FoundQuote {
  /** The whole sentences it stands in, word for word as in the transcript: half a sentence may lose its "never". */
  readonly text: string;
  /** The same as it is judged; see Sentence.meant. */
  readonly meant: string;
  readonly start?: number;
  /** One of its sentences is an order to the reader. */
  readonly order?: string;
}

export interface QuoteBook {
  /** Undefined when nobody said that. Case, punctuation and spacing do not matter, words and their order do. */
  find(quote: string): FoundQuote | undefined;
  /** Whether somebody said this name or number; orders to the reader do not count. */
  says(name: string): boolean;
}

/** Letters and digits; less is said in every talk. */
const SHORTEST = 16;
const FEWEST_WORDS = 3;
const LONGEST = 600;
/** A quote over more sentences than this is a summary. */
const MOST_SENTENCES = 4;

export function quoteBook(sentences: readonly Sentence[]): QuoteBook {
  const starts: { at: number; sentence: number }[] = [];
  const words = new Set<number>();
  let said = "";
  for (const [sentence, { text }] of sentences.entries())
    for (const word of text.split(" ")) {
      const letters = lettersOf(word);
      if (letters === "") continue;
      starts.push({ at: said.length, sentence });
      words.add(said.length);
      said += letters;
    }
  words.add(said.length);

  function find(quote: string): FoundQuote | undefined {
    const wanted = lettersOf(quote.slice(0, 2 * LONGEST));
    if (wanted.length < SHORTEST || quote.trim().split(/\s+/u).length < FEWEST_WORDS) return undefined;
    for (let at = said.indexOf(wanted); at >= 0; at = said.indexOf(wanted, at + 1)) {
      if (!words.has(at) || !words.has(at + wanted.length)) continue;
      return between(sentenceAt(at), sentenceAt(at + wanted.length - 1));
    }
    return undefined;
  }

  function between(from: number, to: number): FoundQuote | undefined {
    const part = sentences.slice(from, to + 1);
    const text = part.map((sentence) => sentence.text).join(" ");
    if (part.length > MOST_SENTENCES || text.length > LONGEST) return undefined;
    const start = part[0]?.start;
    const order = part.find((sentence) => sentence.order !== undefined)?.order;
    return {
      text,
      meant: part.map(({ meant }) => meant).join(" "),
      ...(start === undefined ? {} : { start }),
      ...(order === undefined ? {} : { order }),
    };
  }

  function sentenceAt(place: number): number {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle]?.at ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return starts[low]?.sentence ?? 0;
  }

  const spoken = sentences.filter(({ order }) => order === undefined);
  const heard = lettersOf(spoken.map(({ text }) => text).join(" "));
  return { find, says: (name) => heard.includes(lettersOf(name)) };
}

function lettersOf(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "");
}
