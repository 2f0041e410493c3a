/** Files of this machine, under the folders that were opened for it and nowhere else. */
import type { Stats } from "node:fs";
import { constants, type FileHandle, lstat, open, readdir, realpath } from "node:fs/promises";
import { extname, isAbsolute, join, relative, sep } from "node:path";
import type { LocalFile, LocalFiles, LocalReading, WantedFiles } from "../source-ports.ts";

export interface LocalFilesSettings {
  /** Absolute paths; SOURCE_FOLDERS. */
  readonly folders: readonly string[];
  /** Of one file; MAX_SOURCE_BYTES. */
  readonly maxBytes: number;
}
interface Opened {
  readonly handle: FileHandle;
  readonly real: string;
  readonly stats: Stats;
}

const DEEPEST = 5;
const PART_BYTES = 1 << 16;

export function localFiles({ folders, maxBytes }: LocalFilesSettings): LocalFiles {
  return {
    read: async (path, wanted, signal) => {
      const opened = await openInside(path, folders);
      if (typeof opened === "string") return refused(opened);
      try {
        if (opened.stats.isFile()) return await fileBytes(opened, maxBytes);
      } finally {
        await opened.handle.close();
      }
      return { kind: "folder", path: opened.real, files: await listed(opened.real, wanted, signal) };
    },
  };
}

/** What is opened is what was checked: the real path, without following a link that came in between. */
async function openInside(path: string, folders: readonly string[]): Promise<Opened | string> {
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

async function fileBytes({ handle, real, stats }: Opened, maxBytes: number): Promise<LocalReading> {
  const tooLarge = `${real} is larger than ${maxBytes} bytes (MAX_SOURCE_BYTES)`;
  if (stats.size > maxBytes) return refused(tooLarge);
  // It may have grown since, or be one of those whose size is always 0.
  const body = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length <= maxBytes; length += read) {
    read = (await handle.read(body, length, Math.min(PART_BYTES, body.length - length), null)).bytesRead;
  }
  return length > maxBytes ? refused(tooLarge) : { kind: "file", path: real, bytes: body.subarray(0, length) };
}

async function listed(folder: string, { endings, most }: WantedFiles, signal: AbortSignal): Promise<LocalFile[]> {
  const files: LocalFile[] = [];
  const pending: { path: string; depth: number }[] = [{ path: folder, depth: 0 }];
  for (let next = pending.shift(); next !== undefined && files.length < most; next = pending.shift()) {
    signal.throwIfAborted();
    const inside = (await readdir(next.path, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of inside) {
      const path = join(next.path, entry.name);
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory() && next.depth < DEEPEST) pending.push({ path, depth: next.depth + 1 });
      if (!entry.isFile() || !endings.includes(extname(entry.name).toLowerCase())) continue;
      const { mtimeMs, size } = await lstat(path);
      files.push({ path, size, changed: mtimeMs });
    }
  }
  return files.slice(0, most);
}

function refused(because: string): LocalReading {
  return { kind: "refused", because };
}
