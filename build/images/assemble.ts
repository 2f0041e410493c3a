/**
 * The folder /app of one image: its bundle, without what only builds and tests want, and the list of its parts. Run by the
 * Dockerfile.
 *
 * Usage: assemble.ts [--version v] <stage|coordinator> <folder>     SOURCE_DATE_EPOCH: the time of every file, in seconds
 */
import { cp, lutimes, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import lock from "../../package-lock.json" with { type: "json" };
import { readRecord } from "../bundle/record.ts";
import { DIST, FUNCTION_FILE, ROOT } from "../bundle/targets.ts";
import { bundle } from "../bundle.ts";
import { partsList } from "./parts-list.ts";
import { isImage } from "./programs.ts";

/** Beside the program in the image: CycloneDX, for scanners. */
export const PARTS_LIST = "sbom.cdx.json";

export interface Assembly {
  readonly version: string;
  /** Seconds since the epoch; undefined: files keep the time they were made, and the list of parts names none. */
  readonly epoch?: number | undefined;
}

/** Bundles `program` if that is not up to date, and writes what its image holds to `folder`, which must not exist. */
export async function assemble(program: string, folder: string, { version, epoch }: Assembly): Promise<void> {
  if (!isImage(program)) throw new Error(`There is no image of ${program === "" ? "nothing: give STAGE" : program}`);
  await bundle([program]);
  const source = path.join(DIST, program);
  await mkdir(path.dirname(folder), { recursive: true });
  await cp(source, folder, {
    recursive: true,
    errorOnExist: true,
    force: false,
    filter: (file) => belongs(path.relative(source, file)),
  });
  await cp(path.join(ROOT, "LICENSE"), path.join(folder, "LICENSE"));
  const record = await readRecord(program);
  const parts = partsList({ program, version, epoch, installed: record?.installed ?? [], packages: lock.packages });
  await writeFile(path.join(folder, PARTS_LIST), parts);
  if (epoch !== undefined) await dateAll(folder, epoch);
}

/** Maps are for debuggers, but those of the page are served; the compile cache belongs to whoever runs it. */
function belongs(file: string): boolean {
  const [top = ""] = file.split(path.sep);
  if ([".compile-cache", "meta.json", FUNCTION_FILE].includes(top)) return false;
  return top === "ui" || !file.endsWith(".map");
}

async function dateAll(folder: string, epoch: number): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true })) await lutimes(path.join(folder, entry), epoch, epoch);
  await lutimes(folder, epoch, epoch);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { version: { type: "string", default: "0.0.0" } },
    allowPositionals: true,
  });
  const [program = "", folder] = positionals;
  if (folder === undefined) throw new Error("Usage: assemble.ts [--version v] <stage|coordinator> <folder>");
  await assemble(program, folder, { version: values.version, epoch: epochOf(process.env["SOURCE_DATE_EPOCH"]) });
}

/** Throws when it is no number of seconds. */
export function epochOf(setting: string | undefined): number | undefined {
  if (setting === undefined || setting === "") return undefined;
  if (!/^\d{1,12}$/.test(setting)) throw new Error(`SOURCE_DATE_EPOCH: ${setting} is no number of seconds`);
  return Number(setting);
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    console.error(`The image's content could not be put together. ${error.message}`);
    process.exitCode = 1;
  });
}
