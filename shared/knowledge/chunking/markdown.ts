/** Cuts Markdown where its headings cut it; tables, lists and fences stay whole where they fit. */
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTable } from "micromark-extension-gfm-table";
import { cut, type Lines, merged, type Unit } from "./piece.ts";

/** Of the syntax tree what is looked at. */
interface Block {
  readonly type: string;
  readonly depth?: number;
  readonly value?: string;
  readonly alt?: string | null;
  readonly children?: readonly Block[];
  readonly position?: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
}

interface Section {
  readonly path: readonly string[];
  readonly from: number;
  /** Blocks below the heading. */
  readonly blocks: Block[];
}

const HTML_HEADING = /^\s*<h([1-6])\b[^>]*>([\s\S]*?)<\/h\1>\s*$/i;
const TITLE_LENGTH = 120;

/** Pieces that hold every line that is not blank; `path` is the headings from the outermost. */
export function cutMarkdown(lines: Lines): readonly Unit[] {
  const last = lines.all.length;
  const front = frontMatterEnd(lines.all);
  const text = lines.all.map((line, at) => (at < front ? "" : line)).join("\n");
  const tree = fromMarkdown(text, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] });
  const sections = sectionsOf(tree.children as readonly Block[], front);
  const units = sections.map((section, at) => unitOf(section, (sections[at + 1]?.from ?? last + 1) - 1, lines));
  return merged(
    units.flatMap((unit) => cut(unit, lines)),
    lines,
  );
}

/** Lines of the settings some generators want above a document; 0 when it has none. */
function frontMatterEnd(all: readonly string[]): number {
  const fence = /^(---|\+\+\+)\s*$/.exec(all[0] ?? "")?.[1];
  if (fence === undefined) return 0;
  const end = all.findIndex((line, at) => at > 0 && line.trimEnd() === fence);
  const isSettings = all.slice(1, end).every((line) => /^\s*($|#|-\s|[\w"'-]+\s*[:=]|\s)/.test(line));
  return end > 0 && isSettings ? end + 1 : 0;
}

function sectionsOf(blocks: readonly Block[], front: number): readonly Section[] {
  const sections: Section[] = [{ path: [], from: 1, blocks: [] }];
  const above: { readonly level: number; readonly title: string }[] = [];
  for (const block of blocks) {
    const heading = headingOf(block);
    if (heading === undefined) {
      sections.at(-1)?.blocks.push(block);
      continue;
    }
    // From H1 straight to H3: its path is these two.
    while ((above.at(-1)?.level ?? 0) >= heading.level) above.pop();
    above.push(heading);
    const from = block.position?.start.line ?? 1;
    sections.push({ path: above.map(({ title }) => title), from, blocks: [] });
  }
  const [first] = sections;
  const isEmpty = front === 0 && first?.blocks.length === 0;
  return isEmpty && sections.length > 1 ? sections.slice(1) : sections;
}

function headingOf(block: Block): { readonly level: number; readonly title: string } | undefined {
  if (block.type === "heading") return { level: block.depth ?? 1, title: titleOf(plain(block)) };
  const html = block.type === "html" ? HTML_HEADING.exec(block.value ?? "") : null;
  if (html === null) return undefined;
  return { level: Number(html[1]), title: titleOf((html[2] ?? "").replaceAll(/<[^>]*>/g, "")) };
}

/** Whatever a heading is made of: inline code, links and pictures have words too. */
function plain({ value, alt, children = [], type }: Block): string {
  if (type === "break") return " ";
  return value ?? alt ?? children.map(plain).join("");
}

function titleOf(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, TITLE_LENGTH);
}

function unitOf({ path, from, blocks }: Section, to: number, lines: Lines): Unit {
  const bare = blocks.length === 0 && path.length > 0;
  return { path, from, to, ...(bare ? { bare } : {}), parts: () => covering(blocks, { path, from, to }, lines) };
}

/** One unit per block; what lies before the first (a heading, front matter) goes with it, gaps with the block above. */
function covering(blocks: readonly Block[], { path, from, to }: Unit, lines: Lines): readonly Unit[] {
  const starts = blocks.map((block) => block.position?.start.line ?? from);
  const head = (starts[0] ?? to + 1) > from ? [{ path, from, to: (starts[0] ?? to + 1) - 1 }] : [];
  const units = blocks.map((block, at): Unit => {
    const unit = { path, from: starts[at] ?? from, to: (starts[at + 1] ?? to + 1) - 1 };
    return { ...unit, ...insideOf(block, unit, lines) };
  });
  // Two blocks never begin on one line, but a tree is not trusted to keep every line.
  return [...head, ...units].filter((unit) => unit.to >= unit.from);
}

function insideOf(block: Block, unit: Unit, lines: Lines): Partial<Unit> {
  const children = block.children ?? [];
  if (block.type === "table") return { parts: () => rowsOf(unit, lines) };
  if (block.type === "code") return fenceOf(unit, lines);
  if (block.type !== "list" && block.type !== "listItem" && block.type !== "blockquote") return {};
  const isOneLine = children.length < 2 && children[0]?.position?.start.line === unit.from;
  return isOneLine && children[0] !== undefined
    ? insideOf(children[0], unit, lines)
    : { parts: () => covering(children, unit, lines) };
}

/** The header row and the one below it stand above every part. */
function rowsOf(unit: Unit, lines: Lines): readonly Unit[] {
  return underneath(unit, 2, lines.all.slice(unit.from - 1, unit.from + 1).join("\n"), lines);
}

/** A part of a fence is still code. */
function fenceOf(unit: Unit, lines: Lines): Partial<Unit> {
  const opening = lines.all[unit.from - 1] ?? "";
  if (!/^\s*(```|~~~)/.test(opening)) return {};
  return { parts: () => underneath(unit, 1, opening, lines) };
}

/** What is under the first lines, cut, with these lines above each part but the first, which holds them itself. */
function underneath({ path, from, to }: Unit, first: number, above: string, lines: Lines): readonly Unit[] {
  const start = from + first;
  if (start > to) return [{ path, from, to }];
  const [top, ...others] = cut({ path, from: start, to, above }, lines);
  if (top === undefined || top.within !== undefined) {
    return [{ path, from, to: start - 1 }, ...(top === undefined ? [] : [top]), ...others];
  }
  return [{ path, from, to: top.to }, ...others];
}
