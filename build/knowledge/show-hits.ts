/** What a search found, for people: where it stands, the lines that say it with the words marked, and why it was found. */
import type { SearchAnswer } from "../../functions/coordinator/api/search.ts";
import { excerptOf } from "../../shared/knowledge/highlight.ts";
import { harmless, short, type Terminal } from "../cli/terminal.ts";

type Hit = Extract<SearchAnswer, { readonly kind: "found" }>["hits"][number];

/** Lines of a quote, and signs of one of them. */
const LINES = 4;
const WIDEST = 160;

export function showHits(terminal: Terminal, question: string, hits: readonly Hit[]): void {
  if (hits.length === 0) terminal.line("nothing that is indexed says this");
  for (const hit of hits) {
    const { text, from, to } = excerptOf(withoutHeadings(hit.text), question, LINES);
    terminal.line(`${terminal.paint("bold", harmless(placeIn(hit, from, to)))}  ${terminal.paint("dim", whyOf(hit))}`);
    terminal.line(`  ${terminal.paint("cyan", short(hit.place, WIDEST))}`);
    for (const line of text.split("\n")) terminal.line(`  ${marked(terminal, line, question)}`);
    terminal.line();
  }
}

/** The place says them already. Their lines stay, so that what follows keeps its numbers. */
function withoutHeadings(text: string): string {
  const bare = text.replaceAll(/^ {0,3}#{1,6}\s.*$/gm, "");
  return bare.trim() === "" ? text : bare;
}

/** `path:from-to` of the quoted lines, as editors and terminals open them. */
function placeIn({ path, from, to }: Hit, first: number, last: number): string {
  const lines: readonly [number, number] = [Math.min(from + first, to), Math.min(from + last, to)];
  return lines[0] === lines[1] ? `${path}:${lines[0]}` : `${path}:${lines[0]}-${lines[1]}`;
}

function whyOf({ corpus, source, by: { sparse, dense, rerank }, status }: Hit): string {
  const ranks = [
    ...(rerank === undefined ? [] : [`reranked ${rerank}`]),
    ...(sparse === undefined ? [] : [`words ${sparse}`]),
    ...(dense === undefined ? [] : [`meaning ${dense}`]),
  ];
  return harmless([`${corpus} of ${source}`, ...(status === undefined ? [] : [status]), ranks.join(", ")].join(" · "));
}

function marked(terminal: Terminal, line: string, question: string): string {
  const cut = line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line;
  const { text, highlights } = excerptOf(cut, question, 1);
  let shown = "";
  let at = 0;
  for (const [from, to] of highlights) {
    shown += harmless(text.slice(at, from)) + terminal.paint("yellow", harmless(text.slice(from, to)));
    at = to;
  }
  return shown + harmless(text.slice(at));
}
