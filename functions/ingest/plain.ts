/** Plain text and Markdown: paragraphs, headings, list items or lines, with or without a time before each. */
import { spoken } from "./clean.ts";
import type { Piece } from "./transcript.ts";

const stamp = /^\s*[[(]?(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:[.,]\d{1,3})?[\])]?(?:\s*[-–|:]\s*|\s+|$)/u;
/** A name before speech. Never a role of a chat with a model and never a commit trailer: those must stay visible. */
const speaker =
  /^(?!(?:[Ss]ystem|SYSTEM|[Aa]ssistant|ASSISTANT|[Uu]ser|USER|[Hh]uman|HUMAN|[Dd]eveloper|[Tt]ool)\b|[A-Za-z]+-[A-Za-z]+:)(?:[A-Z][\p{L}.'’-]{0,20}(?: [A-Z0-9][\p{L}0-9.'’-]{0,20}){0,2}|[A-Z][A-Z .'’-]{1,30}|SPEAKER \d+):\s+/u;
const heading = /^\s{0,3}#{1,6}\s+/u;
const item = /^\s*(?:[-*•+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?/u;
/** Rules, underlines of headings, rows of tables: layout and figures, no sentences. */
const layout = /^\s*(?:[-=*_]{3,}|\|.*\||[-:| ]{5,})\s*$/u;

/** Lines of a plain transcript; a line that is only a time dates the lines after it. */
export function readPlain(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at: number | undefined;
  let buffer: string[] = [];
  let bufferAt: number | undefined;

  function flush(): void {
    const words = spoken(withoutEmphasis(buffer.join(" ")));
    if (words !== "") pieces.push({ text: words, ...(bufferAt === undefined ? {} : { start: bufferAt }) });
    buffer = [];
  }

  for (const line of withoutUnseen(text).split("\n")) {
    const time = stamp.exec(line);
    if (time !== null) {
      flush();
      at = (Number(time[1] ?? 0) * 3600 + Number(time[2]) * 60 + Number(time[3])) * 1000;
    }
    const own = heading.test(line);
    if (own || item.test(line)) flush();
    const words = (time === null ? line : line.slice(time[0].length))
      .replace(/^\s*>\s?/u, "")
      .replace(speaker, "")
      .replace(heading, "")
      .replace(item, "");
    if (words.trim() === "" || layout.test(line)) {
      flush();
      continue;
    }
    if (buffer.length === 0) bufferAt = at;
    buffer.push(words);
    if (own) flush();
  }
  flush();
  return pieces;
}

/** The front matter of a Markdown file (between two lines of dashes at its very beginning), parted from the rest. */
export function frontMatter(text: string): { title?: string; rest: string } {
  const block = /^---[ ]*\n((?:[^\n]{0,500}\n){1,60}?)---[ ]*\n/u.exec(text.trimStart().slice(0, 10_000));
  if (block === null) return { rest: text };
  const title = /^title:[ ]*["']?([^\n]{1,300}?)["']?[ ]*$/mu.exec(block[1] ?? "")?.[1];
  return { ...(title === undefined ? {} : { title }), rest: text.trimStart().slice(block[0].length) };
}

/** Comments, scripts and style sheets are seen by nobody who reads the page, so nobody has said what is in them. */
function withoutUnseen(text: string): string {
  return UNSEEN.reduce((rest, [open, close]) => without(rest, open, close), text);
}

const UNSEEN = [
  ["<!--", "-->"],
  ["<script", "</script"],
  ["<style", "</style"],
] as const;

function without(text: string, open: string, close: string): string {
  const lower = text.toLowerCase();
  // Where lower case is longer, places would not fit; such text holds no mark-up worth looking for.
  if (!lower.includes(open) || lower.length !== text.length) return text;
  const kept: string[] = [];
  let from = 0;
  for (let begin = lower.indexOf(open); begin >= 0; begin = lower.indexOf(open, from)) {
    const end = lower.indexOf(close, begin + open.length);
    if (end < 0) break;
    kept.push(text.slice(from, begin));
    from = end + close.length;
  }
  return [...kept, text.slice(from)].join("");
}

/** Words without the marks of Markdown around them: emphasis, code, links, images. */
function withoutEmphasis(text: string): string {
  return text
    .replaceAll(/!?\[([^\][\n]{1,300})\]\((?:[^()\s]{1,500})(?: "[^"\n]{0,200}")?\)/gu, "$1")
    .replaceAll(/(?<![\p{L}\p{N}])(\*{1,3}|_{1,3}|~~)(?=\S)([^*~\n]{1,600}?)(?<=\S)\1(?![\p{L}\p{N}])/gu, "$2")
    .replaceAll(/`([^`\n]{1,200})`/gu, "$1");
}
