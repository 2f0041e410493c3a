/**
 * The dashboard for the browser: <bundle>/ui/ with the page and files whose names carry a hash of their content, each also
 * gzipped, and files.json, which names all that may be served. Whoever serves it needs no rule for paths: what is not in
 * the list does not exist.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { ROOT } from "./targets.ts";

/** The page; it names the other entries by their source. */
const TEMPLATE = "index.html";
const ENTRIES = ["main.tsx", "styles/main.css", "icon.svg"];
const MEDIA: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".map": "application/json",
};

/** One file of files.json, under its name. */
interface ServedFile {
  readonly type: string;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes of `<name>.gz`. */
  readonly gzipped: number;
}

export interface BrowserBundle {
  readonly metafile: Metafile;
  /** Bytes a first visit transfers, gzipped: the page, its script with what that imports at once, its style. */
  readonly firstVisitBytes: number;
}

/** Bundles the dashboard in `source` (relative to the root) into `outdir`. Throws with esbuild's words. */
export async function buildBrowser(source: string, outdir: string): Promise<BrowserBundle> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES.map((entry) => `${source}/${entry}`),
    outdir,
    outbase: source,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: ["es2022", "chrome109", "firefox115", "safari16"],
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".svg": "copy" },
    minify: true,
    sourcemap: "linked",
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const contents = new Map(outputFiles.map((file) => [path.relative(outdir, file.path), Buffer.from(file.contents)]));
  const page = await readFile(path.join(ROOT, source, TEMPLATE), "utf8");
  contents.set(TEMPLATE, Buffer.from(linked(page, source, outdir, metafile)));

  await mkdir(outdir, { recursive: true });
  const served: Record<string, ServedFile> = {};
  for (const [name, content] of contents) served[name] = await write(path.join(outdir, name), content);
  await writeFile(path.join(outdir, "files.json"), `${JSON.stringify(served, null, 2)}\n`);
  const first = firstVisit(metafile).map((output) => path.relative(outdir, path.join(ROOT, output)));
  const icon = Object.keys(served).filter((name) => name.endsWith(".svg"));
  const sizes = [TEMPLATE, ...first, ...icon].map((name) => served[name]?.gzipped ?? 0);
  return { metafile, firstVisitBytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** The entries and what they import at once; a page somebody goes to later brings its own files then. */
function firstVisit({ outputs }: Metafile): string[] {
  const found = new Set<string>();
  function take(output: string): void {
    if (found.has(output)) return;
    found.add(output);
    for (const { path: file, kind } of outputs[output]?.imports ?? []) if (kind !== "dynamic-import") take(file);
  }
  const entries = ENTRIES.map((entry) => path.basename(entry));
  for (const [output, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint !== undefined && entries.includes(path.basename(entryPoint))) take(output);
  }
  return [...found];
}

/** The page with the hashed names of its entries. Throws when it names one that was not built, or none. */
function linked(page: string, source: string, outdir: string, { outputs }: Metafile): string {
  const built = new Map(
    Object.entries(outputs).flatMap(([output, { entryPoint }]) => {
      const name = path.relative(outdir, path.join(ROOT, output));
      return entryPoint === undefined ? [] : [[path.relative(source, entryPoint), name] as const];
    }),
  );
  // A copied file is no entry point to esbuild; its name still begins like its source's.
  for (const entry of ENTRIES.filter((one) => !built.has(one))) {
    const { name, ext } = path.parse(entry);
    const output = Object.keys(outputs).find(
      (file) => path.basename(file).startsWith(`${name}-`) && file.endsWith(ext),
    );
    if (output !== undefined) built.set(entry, path.basename(output));
  }
  return ENTRIES.reduce((text, entry) => {
    const name = built.get(entry);
    if (name === undefined || !text.includes(`"${entry}"`)) throw new Error(`${TEMPLATE} does not load ${entry}`);
    return text.replaceAll(`"${entry}"`, `"/ui/${name}"`);
  }, page);
}

async function write(file: string, content: Buffer): Promise<ServedFile> {
  const packed = await promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION });
  await Promise.all([writeFile(file, content), writeFile(`${file}.gz`, packed)]);
  return {
    type: MEDIA[path.extname(file)] ?? "application/octet-stream",
    etag: createHash("sha256").update(content).digest("base64url").slice(0, 22),
    size: content.byteLength,
    gzipped: packed.byteLength,
  };
}
