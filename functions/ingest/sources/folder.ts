/** Files of this machine, under the folders that were opened for it and nowhere else. */
import type { Stats } from "node:fs";
import { constants, type FileHandle, lstat, open, readdir, realpath } from "node:fs/promises";
import { basename, extname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as z from "zod";
import { textOf } from "../../../shared/domain/answer-text.ts";
import type { ListedSource, SourceReader, SourceReading } from "../../../shared/source-ports.ts";
import { optionsOf, unreadable } from "./options.ts";

export interface FolderSettings {
  /** Absolute paths. */
  readonly folders: readonly string[];
  /** Of one file. */
  readonly maxBytes: number;
}

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
const DEEPEST = 5;

export function folderReader(settings: FolderSettings): SourceReader {
  return {
    kind: "folder",
    takes: ({ protocol }) => protocol === "file:",
    read: async ({ address, options, known }, signal) => {
      const read = optionsOf("folder", Options, options);
      if ("kind" in read) return read;
      const path = pathOf(address);
      if (path === undefined)
        return unreadable(`${address.slice(0, 200)} is no absolute path and no file:// address of this machine`);
      const opened = await openInside(path, settings.folders);
      if (typeof opened === "string") return unreadable(opened);
      const { handle, real, stats } = opened;
      try {
        if (stats.isFile()) return await fileText(handle, real, stats, settings.maxBytes);
      } finally {
        await handle.close();
      }
      const listing = await listed(real, read.options.endings ?? TEXTS, signal);
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

/** What is opened is what was checked: the real path, without following a link that came in between. */
async function openInside(
  path: string,
  folders: readonly string[],
): Promise<{ handle: FileHandle; real: string; stats: Stats } | string> {
  if (folders.length === 0) return `${path}: files are read from the folders of SOURCE_FOLDERS only, and none is set`;
  try {
    const real = await realpath(path);
    const roots = await Promise.all(
      folders.map((folder) => realpath(folder).catch((error: unknown) => missing(error))),
    );
    if (!roots.some((root) => root !== undefined && isInside(root, real))) {
      return `${path} is not in one of the folders of SOURCE_FOLDERS (links are followed): put it there, or add its folder`;
    }
    // A pipe or a device would be waited for, or act, when it is opened.
    if (!isReadable(await lstat(real))) return `${path} is no file and no folder`;
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (isReadable(stats)) return { handle, real, stats };
    await handle.close();
    return `${path} is no file and no folder`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return `${path}: there is no such file or folder`;
    if (code === "EACCES" || code === "EPERM") return `${path} may not be read: check its rights`;
    if (code === "ELOOP" || code === "ENAMETOOLONG") return `${path} leads nowhere`;
    throw error;
  }
}

function missing(error: unknown): undefined {
  // A folder that is not there holds nothing.
  if (["ENOENT", "ENOTDIR"].includes(String((error as NodeJS.ErrnoException).code))) return undefined;
  throw error;
}

function isInside(root: string, path: string): boolean {
  const from = relative(root, path);
  return from === "" || (from !== ".." && !from.startsWith(`..${sep}`) && !isAbsolute(from));
}

function isReadable(stats: Stats): boolean {
  return stats.isFile() || stats.isDirectory();
}

async function fileText(handle: FileHandle, path: string, stats: Stats, maxBytes: number): Promise<SourceReading> {
  const tooLarge = `${path} is larger than ${maxBytes} bytes (MAX_SOURCE_BYTES)`;
  if (stats.size > maxBytes) return unreadable(tooLarge);
  // It may have grown since, or be one of those whose size is always 0.
  const body = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length <= maxBytes; length += read) {
    read = (await handle.read(body, length, Math.min(1 << 16, body.length - length), null)).bytesRead;
  }
  if (length > maxBytes) return unreadable(tooLarge);
  const { documentOf } = await import("./page-read.ts");
  const url = pathToFileURL(path).href;
  const isHtml = /^\.html?$/iu.test(extname(path));
  const answer = {
    kind: "ok",
    url,
    contentType: isHtml ? "text/html" : "text/plain",
    body: body.subarray(0, length),
    validators: {},
  } as const;
  if (!isHtml && textOf(answer).trim() === "") return unreadable(`${path} is empty`);
  const reading = await documentOf(answer);
  return reading.kind === "text" ? { ...reading, address: url } : reading;
}

/** By name; hidden files, links and what is no text by its ending are passed over. */
async function listed(folder: string, endings: readonly string[], signal: AbortSignal) {
  const entries: (ListedSource & { readonly path: string })[] = [];
  const pending: { path: string; depth: number }[] = [{ path: folder, depth: 0 }];
  for (let next = pending.shift(); next !== undefined && entries.length < MOST_ENTRIES; next = pending.shift()) {
    signal.throwIfAborted();
    const inside = (await readdir(next.path, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of inside) {
      const path = join(next.path, entry.name);
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory() && next.depth < DEEPEST) pending.push({ path, depth: next.depth + 1 });
      if (!entry.isFile() || !endings.includes(extname(entry.name).toLowerCase())) continue;
      const { mtime, size } = await lstat(path);
      entries.push({
        path: `${path}\n${size}\n${mtime.getTime()}`,
        address: pathToFileURL(path).href,
        title: relative(folder, path),
        published: mtime.toISOString(),
      });
    }
  }
  const { createHash } = await import("node:crypto");
  const etag = createHash("sha256")
    .update(entries.map(({ path }) => path).join("\0"))
    .digest("hex")
    .slice(0, 32);
  const kept = entries.slice(0, MOST_ENTRIES).map(({ path: _, ...entry }) => entry);
  return { kind: "listing", title: basename(folder), entries: kept, validators: { etag } } as const;
}
