/** Folders of this machine as listings, and files in them as text. */
import { createHash } from "node:crypto";
import { basename, extname, isAbsolute, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as z from "zod";
import { textOf } from "../../../shared/domain/answer-text.ts";
import type {
  LocalFile,
  LocalFiles,
  SourceListing,
  SourceReader,
  SourceReading,
} from "../../../shared/source-ports.ts";
import { optionsOf, unreadable } from "./options.ts";

const Options = z.strictObject({
  /** Endings of the files that are listed. */
  endings: z
    .array(z.string().regex(/^\.[\w.]{1,20}$/, "must be as in .vtt"))
    .min(1)
    .optional(),
});
const TEXTS = [
  ".vtt",
  ".srt",
  ".sbv",
  ".ttml",
  ".txt",
  ".md",
  ".markdown",
  ".text",
  ".transcript",
  ".json",
  ".json3",
  ".html",
  ".htm",
];
const MOST_ENTRIES = 500;

/** `files`: without them none of this machine is read. */
export function folderReader(files: LocalFiles | undefined): SourceReader {
  return {
    kind: "folder",
    takes: ({ protocol }) => protocol === "file:",
    read: async ({ address, options, known }, signal) => {
      const read = optionsOf("folder", Options, options);
      if ("kind" in read) return read;
      const path = pathOf(address);
      if (path === undefined)
        return unreadable(`${address.slice(0, 200)} is no absolute path and no file:// address of this machine`);
      if (files === undefined) return unreadable(`${path}: no files of this machine are read here`);
      const wanted = { endings: read.options.endings ?? TEXTS, most: MOST_ENTRIES };
      const reading = await files.read(path, wanted, signal);
      if (reading.kind === "refused") return unreadable(reading.because);
      if (reading.kind === "file") return fileText(reading.path, reading.bytes);
      const listing = listingOf(reading.path, reading.files);
      return known?.etag !== undefined && known.etag === listing.validators.etag ? { kind: "unchanged" } : listing;
    },
  };
}

function pathOf(address: string): string | undefined {
  if (isAbsolute(address)) return address;
  const url = URL.parse(address);
  if (url === null || url.protocol !== "file:" || (url.host !== "" && url.host !== "localhost")) return undefined;
  if (/%(?:2f|00)/iu.test(url.pathname)) return undefined;
  return fileURLToPath(url);
}

async function fileText(path: string, body: Uint8Array): Promise<SourceReading> {
  const url = pathToFileURL(path).href;
  const isHtml = /^\.html?$/iu.test(extname(path));
  const contentType = isHtml ? "text/html" : "text/plain";
  const answer = { kind: "ok", url, contentType, body, validators: {} } as const;
  if (!isHtml && textOf(answer).trim() === "") return unreadable(`${path} is empty`);
  const { documentOf } = await import("./page-read.ts");
  const reading = await documentOf(answer);
  return reading.kind === "text" ? { ...reading, address: url } : reading;
}

/** It has changed when a file came, went, grew, shrank or was written. */
function listingOf(folder: string, files: readonly LocalFile[]): SourceListing {
  const state = files.map(({ path, size, changed }) => `${path}\n${size}\n${changed}`).join("\0");
  return {
    kind: "listing",
    title: basename(folder),
    entries: files.map(({ path, changed }) => ({
      address: pathToFileURL(path).href,
      title: relative(folder, path),
      published: new Date(changed).toISOString(),
    })),
    validators: { etag: createHash("sha256").update(state).digest("hex").slice(0, 32) },
  };
}
