/** How large the folder is that an image adds to its base. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { readRecord } from "../bundle/record.ts";
import { assemble } from "./assemble.ts";
import { type ImageProgram, needsGit } from "./programs.ts";

export interface ContentSize {
  readonly git: boolean;
  /** Bytes a process reads at once. */
  readonly startBytes: number;
  /** Bytes of all files, without the compile cache. */
  readonly bytes: number;
  /** What a pull transfers of them, nearly: each file gzipped by itself. */
  readonly gzipped: number;
}

/** Puts the content together to measure it; bundles first if that is not up to date. */
export async function contentSize(program: ImageProgram): Promise<ContentSize> {
  const parent = await mkdtemp(path.join(tmpdir(), "school-image-"));
  try {
    const folder = path.join(parent, "app");
    await assemble(program, folder, { version: "0.0.0", epoch: 0 });
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    let [bytes, gzipped] = [0, 0];
    for (const entry of entries.filter((one) => one.isFile())) {
      const content = await readFile(path.join(entry.parentPath, entry.name));
      bytes += content.byteLength;
      gzipped += (await promisify(gzip)(content)).byteLength;
    }
    const record = await readRecord(program);
    return { git: needsGit(record ?? { sources: [] }), startBytes: record?.startBytes ?? 0, bytes, gzipped };
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

export function bytesText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
