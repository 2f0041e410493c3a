/** Proposals for people: what, how much it matters and why, and who said it when. */
import { harmless, short, type Terminal } from "../cli/terminal.ts";
import type { Extracted, Linked } from "./answer.ts";

const WIDEST = 400;

export function showProposals(terminal: Terminal, results: readonly Extracted[], hasRepository: boolean): void {
  for (const { source, because, proposals } of results) {
    terminal.line(terminal.paint("bold", harmless(source.title)));
    terminal.line(`  ${harmless(because)}`);
    if (proposals.length > 0) {
      terminal.line();
      const rows = proposals.map(({ title, category, type, relevance, extraction, quotes }) => [
        relevance.toFixed(2),
        extraction === undefined ? "" : `${harmless(extraction.by)} ${extraction.confidence.toFixed(2)}`,
        `${category}, ${harmless(type)}`,
        String(quotes.length),
        short(title, 80),
      ]);
      terminal.table(["relevance", "found, how sure", "category", "quotes", "proposal"], rows);
      for (const proposal of proposals) show(terminal, proposal);
    }
    terminal.line();
  }
  if (!hasRepository && results.some(({ proposals }) => proposals.length > 0))
    terminal.note("relevance is counted without a repository; --gitops DIR shows what applies to yours");
}

function show(
  terminal: Terminal,
  { title, implementation_notes: notes, relevance_basis: basis, quotes }: Linked,
): void {
  terminal.line();
  terminal.line(terminal.paint("bold", harmless(title)));
  for (const { text, at, link } of quotes) {
    terminal.line(`  ${at ?? "--:--:--"}  “${short(text, WIDEST)}”`);
    if (link !== undefined) terminal.line(`            ${terminal.paint("cyan", harmless(link))}`);
  }
  for (const note of notes.split("\n").filter((line) => line !== "")) terminal.line(`  note: ${short(note, WIDEST)}`);
  const parts = Object.entries(basis?.parts ?? {}).map(([name, part]) => `${harmless(name)} ${part}`);
  if (parts.length > 0) terminal.line(`  ${terminal.paint("dim", parts.join(", "))}`);
}
