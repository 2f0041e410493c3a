/** school learn: hands transcripts, texts or addresses to the school. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { Failure, UsageError } from "../failure.ts";

interface Options extends Common {
  readonly title?: string;
  readonly again?: boolean;
}
interface Source {
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

export const learn: Register = (program, { terminal, school, stdin, fail }) => {
  program
    .command("learn")
    .description("hand in talks to learn from: VTT, SRT, text or video-analysis JSON; - reads standard input")
    .argument("<file...>", "files, addresses (https://…) or -")
    .option("--title <title>", "its title, when there is one source only")
    .option("--again", "read it although it was read before")
    .option(...JSON_OPTION)
    .action(async (names: string[], options: Options) => {
      if (options.title !== undefined && names.length > 1) throw new UsageError("--title fits one source only");
      const client = school();
      const results = [];
      for (const name of names) {
        try {
          const source = await sourceOf(name, stdin);
          const { event } = await client.post<{ event: string }>("/api/sources", {
            ...source,
            ...(options.title === undefined ? {} : { title: options.title }),
            again: options.again ?? false,
          });
          results.push({ source: name, event });
          if (options.json !== true) terminal.line(`${name}: handed in`);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          results.push({ source: name, error: error.message });
          terminal.note(`school: ${name}: ${error.message}`);
          fail();
        }
      }
      if (options.json === true) terminal.json({ sources: results });
      else if (results.some((result) => "event" in result)) {
        terminal.line("`school watch` shows what becomes of it, `school list` what was found.");
      }
    });
};

async function sourceOf(name: string, stdin: NodeJS.ReadableStream): Promise<Source> {
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
