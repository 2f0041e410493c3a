/** What a model writes about a hostile text is hostile: its words are cut to plain sentences before anybody sees them. */
import { cleanText } from "../../shared/domain/text.ts";
import { redactText } from "../../shared/repository/redact.ts";
import { withoutMarkup } from "./orders.ts";
import { withoutOrders } from "./propose.ts";

/** Words in a row that nobody writes by chance; a whole sentence may be shorter. */
const LEAK = 6;
const SHORT_SENTENCE = 4;
const TAG = /<[^<>]{0,500}>|<!--[\s\S]*?(?:-->|$)/gu;
/** Hosts, images, paths, versions, settings: what a sentence would have somebody use. */
const NAME = /[\p{L}\p{N}]+(?:[-./:_@=][\p{L}\p{N}]+)+|[\p{L}]*\p{N}[\p{L}\p{N}%]*/gu;

/** What a model may have its words from. */
export interface Known {
  /** What it was told by us and nobody else should read; see runsOf. */
  readonly told: ReadonlySet<string>;
  /** Whether the source says this name or number. */
  readonly says: (name: string) => boolean;
}

/** Sentences that give orders, repeat what the model was told or name what nobody spoke of are cut. `max`: characters. */
export function plainWords(text: string, { told, says }: Known, max: number): string {
  const { kept } = withoutMarkup(cleanText(text));
  const plain = kept
    .replaceAll(TAG, " ")
    .replaceAll(/!?\[([^\][\n]{0,300})\]\([^()\n]{0,1000}\)/gu, "$1")
    .replaceAll(/\b(?:[a-z][a-z\d+.-]{1,20}:\/\/|www\.|(?:javascript|data|vbscript|file|mailto):)\S*/giu, "(a link)")
    .replaceAll(/[`|<>]|^\s*[-=+@#*_]{1,}\s*/gmu, " ");
  const sentences = withoutOrders(plain).split(/(?<=[.!?])\s+/u);
  const ours = sentences.filter(
    (sentence) => !repeats(sentence, told) && [...sentence.matchAll(NAME)].every(([name]) => says(name)),
  );
  return cut(redactText(ours.join(" ")).replaceAll(/\s+/gu, " ").trim(), max);
}

/** Every run of words and every short sentence of what a model is told, to find them again in its answer. */
export function runsOf(...texts: readonly string[]): ReadonlySet<string> {
  const plain = texts.flatMap((text) => [text, text.replaceAll(TAG, " ")]);
  return new Set(plain.flatMap((text) => text.split(/(?<=[.!?:])\s+|\n\n/u).flatMap(runs)));
}

function repeats(sentence: string, told: ReadonlySet<string>): boolean {
  return runs(sentence).some((run) => told.has(run));
}

function runs(sentence: string): string[] {
  const words = sentence.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length < LEAK) return words.length < SHORT_SENTENCE ? [] : [words.join(" ")];
  return words.slice(LEAK - 1).map((_, i) => words.slice(i, i + LEAK).join(" "));
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(/\s+\S*$/u, "")}…`;
}
