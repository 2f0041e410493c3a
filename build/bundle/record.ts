/** dist/<name>/meta.json: what went into a bundle, how large it is, and whether it is still up to date. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Metafile } from "esbuild";
import type { BrowserBundle } from "./browser.ts";
import { DIST, ROOT, type Target } from "./targets.ts";

export interface BundleRecord {
  /** Hash of everything the bundle was made from. */
  readonly hash: string;
  /** Our own source files, relative to the root. */
  readonly sources: readonly string[];
  /** Every npm package that left code in the bundle -> bytes. */
  readonly packages: Readonly<Record<string, number>>;
  /** Where they lie under node_modules, of every program of the bundle and of its page: what a list of its parts names. */
  readonly installed: readonly string[];
  /** Those of them that are loaded at start. */
  readonly startPackages: readonly string[];
  /** Bytes loaded at start: the entry and every chunk it imports statically. */
  readonly startBytes: number;
  /** Bytes of all code, chunks for later included. */
  readonly totalBytes: number;
  /** Bytes the first visit of its page transfers, where it has one. */
  readonly pageBytes?: number;
}

/** The settings of a build count as input too. */
const ALWAYS = [
  "package-lock.json",
  "tsconfig.json",
  "build/bundle/build.ts",
  "build/bundle/browser.ts",
  "build/bundle/builtins.ts",
  "build/bundle/record.ts",
  "build/bundle/slim-framework.ts",
  "build/bundle/slim-packages.ts",
];

/** The record of the bundle in dist/, if there is one. */
export async function readRecord(name: string): Promise<BundleRecord | undefined> {
  try {
    return JSON.parse(await readFile(path.join(DIST, name, "meta.json"), "utf8")) as BundleRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** True when building again would give the same bundle. */
export async function isFresh(target: Target): Promise<boolean> {
  const record = await readRecord(target.name);
  // Of two builds at once one may have taken the other's program away.
  if (!existsSync(path.join(DIST, target.name, target.outputFile))) return false;
  return record !== undefined && record.hash === (await hashOf(target, record.sources));
}

/** `outdir` as esbuild was told, relative to the root. */
export async function recordOf(
  target: Target,
  { inputs, outputs }: Metafile,
  outdir: string,
  { page, beside }: { page: BrowserBundle | undefined; beside: Metafile | undefined },
): Promise<BundleRecord> {
  const read = [inputs, beside?.inputs, page?.metafile.inputs].flatMap((one) => Object.keys(one ?? {}));
  const own = read.filter((file) => !file.includes("node_modules/") && !file.startsWith("<"));
  // The page itself is a template: esbuild never reads it.
  const sources = [...new Set([...own, ...(target.page === undefined ? [] : [`${target.page}/index.html`])])];
  const code = Object.fromEntries(Object.entries(outputs).filter(([file]) => /\.m?js$/.test(file)));

  const packages = packagesIn(Object.values(code));
  const atStart = startChunks(code, `${outdir}/${target.outputFile}`);
  // What a plugin made up has its namespace before its name, and is no file.
  const known = sources.filter((file) => !/^[a-z-]+:/.test(file)).sort();
  return {
    hash: await hashOf(target, known),
    sources: known,
    packages: Object.fromEntries(Object.entries(packages).sort(([, a], [, b]) => b - a)),
    installed: installedIn([outputs, beside?.outputs ?? {}, page?.metafile.outputs ?? {}]),
    startPackages: Object.keys(packagesIn(atStart)).sort(),
    startBytes: atStart.reduce((sum, { bytes }) => sum + bytes, 0),
    totalBytes: Object.values(code).reduce((sum, { bytes }) => sum + bytes, 0),
    ...(page === undefined ? {} : { pageBytes: page.firstVisitBytes }),
  };
}

type Chunk = Metafile["outputs"][string];

/** The entry and every chunk it imports statically. */
function startChunks(code: Metafile["outputs"], entry: string, seen = new Set<string>()): readonly Chunk[] {
  const chunk = code[entry];
  if (chunk === undefined || seen.has(entry)) return [];
  seen.add(entry);
  const statics = chunk.imports.filter(({ kind }) => kind === "import-statement");
  return [chunk, ...statics.flatMap(({ path: file }) => startChunks(code, file, seen))];
}

function packagesIn(chunks: readonly Chunk[]): Record<string, number> {
  const packages: Record<string, number> = {};
  for (const [file, { bytesInOutput }] of chunks.flatMap(({ inputs }) => Object.entries(inputs))) {
    const name = packageOf(file);
    if (name !== undefined && bytesInOutput > 0) packages[name] = (packages[name] ?? 0) + bytesInOutput;
  }
  return packages;
}

function installedIn(programs: readonly Metafile["outputs"][]): string[] {
  const inputs = programs.flatMap((outputs) => Object.values(outputs)).flatMap((chunk) => Object.entries(chunk.inputs));
  const folders = inputs.flatMap(([file, { bytesInOutput }]) => {
    // What a package brings inside its own files, under whatever name, is a part of that package.
    const folder = /node_modules\/(?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*/.exec(file)?.[0];
    return folder === undefined || bytesInOutput === 0 ? [] : [folder];
  });
  return [...new Set(folders)].sort();
}

function packageOf(file: string): string | undefined {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
}

async function hashOf(target: Target, sources: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify({ target, node: process.version }));
  for (const file of [...ALWAYS, ...sources]) {
    const content = await readFile(path.join(ROOT, file)).catch(() => Buffer.from("missing"));
    hash.update(`\0${file}\0`).update(createHash("sha256").update(content).digest());
  }
  return hash.digest("hex");
}
