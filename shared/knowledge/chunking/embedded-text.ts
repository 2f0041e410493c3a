/** What of a chunk is embedded and looked through for words. */
import type { Chunk } from "../../knowledge-ports.ts";
import { glossOf } from "./gloss.ts";

const HEADING = /^\s{0,3}#{1,6}\s|^\s*<h[1-6]\b/i;
const UNDERLINE = /^\s{0,3}(=+|-+|~+|\^+)\s*$/;

/**
 * Where it is, then what it says, then for a manifest what that is for. Headings are in the place already and are not said
 * twice. Nobody is shown this: an excerpt is the text alone.
 */
export function embeddedText(chunk: Pick<Chunk, "corpus" | "path" | "place" | "text" | "kind">): string {
  const { corpus, path, place, text } = chunk;
  const said = `${path}\n${place}\n${withoutHeadings(text, place.split(" > "))}`;
  const gloss = corpus === "manifests" ? glossOf(chunk) : "";
  return gloss === "" ? said : `${said}\n${gloss}`;
}

function withoutHeadings(text: string, titles: readonly string[]): string {
  const said = new Set(titles.map(bare));
  const lines = text.split("\n");
  let at = 0;
  while (at < lines.length && isSaid(lines, at, said)) at += UNDERLINE.test(lines[at + 1] ?? "") ? 2 : 1;
  return lines.slice(at).join("\n").trim();
}

function isSaid(lines: readonly string[], at: number, said: ReadonlySet<string>): boolean {
  const line = lines[at] ?? "";
  if (line.trim() === "") return true;
  const isHeading = HEADING.test(line) || UNDERLINE.test(lines[at + 1] ?? "");
  return isHeading && said.has(bare(line));
}

/** Letters and digits only: marks of a heading are not part of its title. */
function bare(text: string): string {
  return text
    .replaceAll(/<[^>]*>|\]\([^)]*\)/g, "")
    .replaceAll(/[^\p{L}\p{N}]+/gu, "")
    .toLowerCase();
}
