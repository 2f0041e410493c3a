/** Takes a document apart into what it states: sentences, list items and rows of tables, with headings and lines. */
import { rowsOf } from "./tables.ts";
import { plain, sentencesOf } from "./words.ts";

export interface Statement {
  readonly text: string;
  /** First and last line in the file, from 1. */
  readonly from: number;
  readonly to: number;
  /** From the outermost. */
  readonly headings: readonly string[];
  readonly form: "sentence" | "item" | "row";
  /** Of a row: the cell that says what it is about, and the one that says how things stand with it. */
  readonly area?: string;
  readonly status?: string;
  /** What introduces it, from the outermost: the sentence before a list, the item above, the row's own subject. */
  readonly under?: readonly string[];
}

/** Part of a Markdown document as it stands in the file. */
export interface Part {
  readonly text: string;
  /** Line of the file its first line is. */
  readonly from: number;
  /** Headings above it. */
  readonly headings: readonly string[];
}

interface Block {
  readonly kind: "paragraph" | "item" | "table";
  readonly from: number;
  readonly lines: string[];
  readonly headings: readonly string[];
  readonly indent: number;
}

/** Lines of one block that are looked at; longer ones are generated, not written. */
const LONGEST_BLOCK = 400;

/** Front matter, code blocks and comments state nothing. */
export function statementsOf(part: Part): readonly Statement[] {
  const blocks = blocksOf(part);
  const introduced = introductionsOf(blocks);
  return blocks.flatMap((block, index) => {
    const statements = block.kind === "table" ? rowsOf(block) : sentencesIn(block);
    const under = introduced[index] ?? [];
    if (under.length === 0) return statements;
    return statements.map((one) => ({ ...one, under: [...under, ...(one.under ?? [])] }));
  });
}

/** Words of an item that may stand above others; more is a sentence of its own. */
const SHORT = 6;

/** What follows it was decided, wherever it is told. */
export const ANNOUNCES = /\b(?:decision|decided|resolved|agreed)\b[^.:]{0,60}:[*_]*$/iu;

/** Of each block: the paragraph that ends with a colon before its list, and the items it is indented below. */
function introductionsOf(blocks: readonly Block[]): readonly (readonly string[])[] {
  let intro: string | undefined;
  let place = "";
  let above: { readonly indent: number; readonly text: string }[] = [];
  let announced: string | undefined;
  let announcedAt = "";
  return blocks.map(({ kind, lines, headings, indent }) => {
    const text = plain(lines.join(" ").replace(/^\s*(?:[-*+]|\d{1,3}[.)])\s+/u, ""));
    const here = headings.join("\n");
    if (here !== place || kind === "paragraph") [intro, above] = [undefined, []];
    place = here;
    if (kind === "paragraph") {
      const [last = ""] = sentencesOf(text)
        .slice(-1)
        .map((one) => one.text);
      const before = here === announcedAt ? announced : undefined;
      announced = ANNOUNCES.test(last) ? last : undefined;
      announcedAt = here;
      if (last.endsWith(":")) intro = last;
      return before === undefined ? [] : [before];
    }
    above = kind === "item" ? above.filter((one) => one.indent < indent) : [];
    const under = [...(intro === undefined ? [] : [intro]), ...above.map((one) => one.text)];
    const isLabel = text.endsWith(":") || (text.split(" ").length <= SHORT && !/\d/u.test(text));
    if (kind === "item" && isLabel) above.push({ indent, text });
    return under;
  });
}

function blocksOf({ text, from, headings: above }: Part): readonly Block[] {
  const blocks: Block[] = [];
  let headings = [...above];
  let open: Block | undefined;
  let fence: string | undefined;
  let isFrontMatter = false;
  for (const [index, line] of text.split("\n").entries()) {
    const trimmed = line.slice(0, 4_000).trim();
    if (isFrontMatter || (index === 0 && from === 1 && trimmed === "---")) {
      isFrontMatter = index === 0 || trimmed !== "---";
      continue;
    }
    const mark = /^(?:```|~~~)/u.exec(trimmed)?.[0];
    if (mark !== undefined && (fence === undefined || fence === mark)) {
      fence = fence === undefined ? mark : undefined;
      open = undefined;
      continue;
    }
    if (fence !== undefined || /^<!--.*-->$/u.test(trimmed)) continue;
    const heading = headingOf(trimmed);
    if (heading !== undefined) {
      // Headings of the place and of the text may be the same: the text's own win from its level on.
      headings = [...headings.slice(0, heading.level - 1), heading.text];
      open = undefined;
      continue;
    }
    open = continued(open, line, trimmed, { from: from + index, headings });
    if (open !== undefined && blocks.at(-1) !== open) blocks.push(open);
  }
  return blocks;
}

function continued(
  open: Block | undefined,
  line: string,
  trimmed: string,
  place: Pick<Block, "from" | "headings">,
): Block | undefined {
  if (trimmed === "") return undefined;
  const kind = kindOf(trimmed);
  const goesOn =
    open !== undefined &&
    open.lines.length < LONGEST_BLOCK &&
    (kind === "table" ? open.kind === "table" : kind === "paragraph" && open.kind !== "table");
  if (!goesOn) return { kind, lines: [line], indent: /^\s{0,20}/u.exec(line)?.[0].length ?? 0, ...place };
  open.lines.push(line);
  return open;
}

function kindOf(trimmed: string): Block["kind"] {
  if (trimmed.startsWith("|")) return "table";
  return /^(?:[-*+]|\d{1,3}[.)])\s/u.test(trimmed) ? "item" : "paragraph";
}

function headingOf(trimmed: string): { readonly level: number; readonly text: string } | undefined {
  const [, signs = "", text = ""] = /^(#{1,6})\s+(.{1,300})/u.exec(trimmed) ?? [];
  return signs === "" ? undefined : { level: signs.length, text: plain(text).replace(/\s#+$/u, "") };
}

/** A paragraph is one run of sentences; each keeps the lines it stands on. */
function sentencesIn({ kind, from, lines, headings }: Block): Statement[] {
  const text = lines
    .map((line) => line.replace(/^\s{0,20}(?:>\s?)?(?:(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?)?/u, ""))
    .join("\n");
  const form = kind === "item" ? "item" : "sentence";
  return sentencesOf(text).map(({ text: sentence, at }) => {
    const first = from + newlines(text, 0, at);
    return { text: plain(sentence), from: first, to: first + newlines(sentence, 0, sentence.length), headings, form };
  });
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
