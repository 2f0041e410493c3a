/** Words out of caption mark-up, and the first look at whether a source is text at all. */
import { Unreadable } from "./transcript.ts";

/** Stands where a sound note was; nothing cleaned holds it. */
const SOUND = "\u0001";

/** Plain words out of caption mark-up: voice and style tags, SSA overrides, entities, sound notes, chevrons. */
export function spoken(text: string): string {
  return worded(text).replaceAll(SOUND, " ").replaceAll(/\s+/gu, " ").trim();
}

/** The same, parted where something that is no speech interrupts it. */
export function spokenParts(text: string): { text: string; afterSound: boolean }[] {
  return worded(text)
    .split(SOUND)
    .map((part, i) => ({ text: part.replaceAll(/\s+/gu, " ").trim(), afterSound: i > 0 }))
    .filter((part) => part.text !== "");
}

function worded(text: string): string {
  return text
    .replaceAll(/<\/?[a-z0-9][^<>\n]{0,200}>/giu, "")
    .replaceAll(/\{\\[^}\n]{0,80}\}/gu, "")
    .replaceAll(/&(amp|lt|gt|nbsp|quot|lrm|rlm|#39|apos);/giu, (_, name: string) => entities[name.toLowerCase()] ?? " ")
    .replaceAll(/[[(♪♫][^\])♪♫\n]{0,40}[\])♪♫]/gu, (note) => (soundNote.test(note) ? SOUND : note))
    .replaceAll(/[♪♫]/gu, " ")
    .replaceAll(/(?:^|\s)(?:>>+|-(?=\s))\s*/gu, " ");
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  nbsp: " ",
  quot: '"',
  "#39": "'",
  apos: "'",
  lrm: "",
  rlm: "",
};
const soundNote =
  /^(?:[♪♫].*|.{0,20}\b(?:music|applause|laughter|laughs|laughing|inaudible|silence|cheering|crosstalk|noise|sighs?|coughs?|cough|clapping|foreign|blank_audio)\b.{0,20})$/iu;

/** Throws Unreadable when the text is empty, too large or evidently not text. `limit` in bytes of UTF-8. */
export function assertText(text: string, limit: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > limit)
    throw new Unreadable(`the source is ${megabytes(bytes)} MB, at most ${megabytes(limit)} MB are read`);
  if (text.trim() === "") throw new Unreadable("the source is empty");
  const other = documents.find(({ begins }) => begins.test(text.slice(0, 1_000)));
  if (other !== undefined) throw new Unreadable(`the source is ${other.is}: ${other.instead}`);
  const strange = [...text.slice(0, 20_000).matchAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFD]/gu)].length;
  if (strange > 20 && strange / Math.min(text.length, 20_000) > 0.02)
    throw new Unreadable("the source is not text: it looks like binary data or a wrong character encoding");
  const letters = [...text.slice(0, 20_000).matchAll(/\p{L}/gu)].length;
  if (letters < 3) throw new Unreadable("the source holds no words");
}

const AS_TEXT = "save it as plain text or Markdown and send that";
/** What people send by mistake, by its first characters, with what to do instead. */
const documents: readonly { begins: RegExp; is: string; instead: string }[] = [
  { begins: /^\s*%PDF-/u, is: "a PDF", instead: AS_TEXT },
  { begins: /^\s*\{\\rtf/u, is: "an RTF document", instead: AS_TEXT },
  { begins: /^PK[\u0003\u0005]/u, is: "a ZIP or office document", instead: AS_TEXT },
  { begins: /^\s*(?:<!--[^>]{0,500}-->\s*)?<(?:!doctype\s+html|html)\b/iu, is: "an HTML page", instead: AS_TEXT },
  { begins: /^\s*#EXTM3U/u, is: "a playlist", instead: "send the captions it points to" },
];

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1).replace(/\.0$/u, "");
}
