/** Plain text: paragraphs or lines, with or without a time before each. */
import { spoken } from "./clean.ts";
import type { Piece } from "./transcript.ts";

const stamp = /^\s*[[(]?(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:[.,]\d{1,3})?[\])]?(?:\s*[-–|:]\s*|\s+|$)/u;
/** A name before speech. Never a role of a chat with a model and never a commit trailer: those must stay visible. */
const speaker =
  /^(?!(?:[Ss]ystem|SYSTEM|[Aa]ssistant|ASSISTANT|[Uu]ser|USER|[Hh]uman|HUMAN|[Dd]eveloper|[Tt]ool)\b|[A-Za-z]+-[A-Za-z]+:)(?:[A-Z][\p{L}.'’-]{0,20}(?: [A-Z0-9][\p{L}0-9.'’-]{0,20}){0,2}|[A-Z][A-Z .'’-]{1,30}|SPEAKER \d+):\s+/u;

/** Lines of a plain transcript; a line that is only a time dates the lines after it. */
export function readPlain(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at: number | undefined;
  let buffer: string[] = [];
  let bufferAt: number | undefined;

  function flush(): void {
    const words = spoken(buffer.join(" "));
    if (words !== "") pieces.push({ text: words, ...(bufferAt === undefined ? {} : { start: bufferAt }) });
    buffer = [];
  }

  for (const line of text.split("\n")) {
    const time = stamp.exec(line);
    if (time !== null) {
      flush();
      at = (Number(time[1] ?? 0) * 3600 + Number(time[2]) * 60 + Number(time[3])) * 1000;
    }
    const words = (time === null ? line : line.slice(time[0].length))
      .replace(speaker, "")
      .replace(/^\s*(?:#+|[-*•])\s+/u, "");
    if (words.trim() === "") {
      flush();
      continue;
    }
    if (buffer.length === 0) bufferAt = at;
    buffer.push(words);
  }
  flush();
  return pieces;
}
