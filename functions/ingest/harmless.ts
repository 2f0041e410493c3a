/** What a model writes about a hostile text is hostile: its words are cut to plain sentences before anybody sees them. */
import { cleanText } from "../../shared/domain/text.ts";
import { redactText } from "../../shared/repository/redact.ts";
import { withoutMarkup } from "./orders.ts";
import { withoutOrders } from "./propose.ts";

/** Words in a row that nobody writes by chance. */
const LEAK = 7;

/** `told`: what the model was told and nobody else should read. `max`: characters of the result. */
export function plainWords(text: string, told: ReadonlySet<string>, max: number): string {
  const { kept } = withoutMarkup(cleanText(text));
  const plain = kept
    .replaceAll(/<[^<>]{0,500}>|<!--[\s\S]*?(?:-->|$)/gu, " ")
    .replaceAll(/!?\[([^\][\n]{0,300})\]\([^()\n]{0,1000}\)/gu, "$1")
    .replaceAll(/\b(?:[a-z][a-z\d+.-]{1,20}:\/\/|www\.|(?:javascript|data|vbscript|file|mailto):)\S*/giu, "(a link)")
    .replaceAll(/[`|<>]|^\s*[-=+@#*_]{1,}\s*/gmu, " ");
  const sentences = withoutOrders(plain).split(/(?<=[.!?])\s+/u);
  const ours = sentences.filter((sentence) => !repeats(sentence, told));
  return cut(redactText(ours.join(" ")).replaceAll(/\s+/gu, " ").trim(), max);
}

/** Every run of words of what a model is told, to find them again in its answer. */
export function runsOf(...texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => runs(text)));
}

function repeats(sentence: string, told: ReadonlySet<string>): boolean {
  return runs(sentence).some((run) => told.has(run));
}

function runs(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(LEAK - 1).map((_, i) => words.slice(i, i + LEAK).join(" "));
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(/\s+\S*$/u, "")}…`;
}
