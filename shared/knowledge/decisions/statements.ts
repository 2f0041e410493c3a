/** Takes a document apart into what it states: sentences, list items and rows of tables, with headings and lines. */
import { sentencesOf } from "./words.ts";

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
}

/** Lines of one block that are looked at; longer ones are generated, not written. */
const LONGEST_BLOCK = 400;

/** Front matter, code blocks and comments state nothing. */
export function statementsOf(part: Part): readonly Statement[] {
  return blocksOf(part).flatMap((block) => {
    if (block.kind === "table") return rowsOf(block);
    return sentencesIn(block);
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
  if (!goesOn) return { kind, lines: [line], ...place };
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

const AREA =
  /^(?:area|topic|subject|concern|component|aspect|what|category|domain|question|scope|item|resource|layer)\b/iu;
const SAYS =
  /^(?:decisions?|choice|chosen|standard|rule|policy|convention|we use|what we (?:use|chose)|outcome|resolution|requirement)\b/iu;
const STATUS = /^(?:status|state)\b/iu;

/** Only tables with a column that decides; the column before it, or the one called so, says about what. */
function rowsOf({ from, lines, headings }: Block): Statement[] {
  const [head, rule, ...rows] = lines.map(cellsOf);
  if (head === undefined || rule === undefined || !rule.every((cell) => /^:?-+:?$/u.test(cell))) return [];
  const says = head.findIndex((cell) => SAYS.test(cell));
  if (says < 0) return [];
  const named = head.findIndex((cell) => AREA.test(cell));
  const area = named >= 0 ? named : says === 0 ? -1 : says - 1;
  const status = head.findIndex((cell) => STATUS.test(cell));
  return rows.flatMap((cells, index) => {
    const text = cells[says] ?? "";
    if (text === "") return [];
    const line = from + 2 + index;
    return [
      {
        text,
        from: line,
        to: line,
        headings: [...headings, head[says] ?? ""],
        form: "row" as const,
        ...(area >= 0 && area !== says ? { area: cells[area] ?? "" } : {}),
        ...(status >= 0 ? { status: [cells[0] ?? "", cells[status] ?? ""].join(": ") } : {}),
      },
    ];
  });
}

function cellsOf(line: string): string[] {
  const cells = line.trim().slice(0, 4_000).replace(/^\|/u, "").replace(/\|$/u, "").split("|");
  return cells.map((cell) => plain(cell.trim()));
}

/** Without emphasis and the addresses of links; `latest` in code ticks is the tag of that name. */
export function plain(text: string): string {
  return text
    .replaceAll(/`:?latest`(?!\s+tag)/giu, "latest tag")
    .replaceAll(/\[([^\][]{1,200})\]\([^()\s]{0,300}\)/gu, "$1")
    .replaceAll(/\*\*|__|`/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
}
