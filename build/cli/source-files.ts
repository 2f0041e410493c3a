/** Sources as people name them: files of every kind that holds a talk, addresses, standard input. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { Failure } from "./failure.ts";

export interface Source {
  readonly title?: string;
  readonly content?: string;
  readonly address?: string;
  readonly format?: string;
}

const FORMATS: Readonly<Record<string, string>> = {
  ".vtt": "vtt",
  ".srt": "srt",
  ".txt": "text",
  ".md": "text",
  ".json": "json",
};
const ADDRESS = /^https?:\/\//i;

/** A file, an address or - for standard input, as the API takes it. Throws Failure that says what to do. */
export async function readSource(name: string, stdin: NodeJS.ReadableStream): Promise<Source> {
  if (ADDRESS.test(name)) return { address: name };
  if (name === "-") return { content: textOf(await buffer(stdin)) };
  const bytes = await readFile(name).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EISDIR") throw new Failure("is a folder; name the files in it");
    throw new Failure(`cannot be read: ${error.code === "ENOENT" ? "there is no such file" : error.message}`);
  });
  const { name: stem, ext } = path.parse(name);
  const content = textOf(bytes);
  if (content.trim() === "") throw new Failure("is empty");
  const format = FORMATS[ext.toLowerCase()];
  // JSON brings its own title; subtitles and plain text are best known by their file's name.
  const title = /^\s*[{[]/.test(content) ? "" : stem.replace(/[-_]+/g, " ").trim().slice(0, 300);
  return { content, ...(title === "" ? {} : { title }), ...(format === undefined ? {} : { format }) };
}

/** UTF-8, or UTF-16 with its mark; subtitles come in both. Throws Failure for anything else. */
function textOf(bytes: Buffer): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    // No text holds this sign, and most other files do.
    if (!text.includes("\0")) return text;
  } catch {
    // Said below: the same answer for both.
  }
  throw new Failure("is not text in UTF-8 or UTF-16; convert it first (iconv -t utf-8)");
}
