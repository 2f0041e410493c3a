/** Bundles one target with esbuild and swaps it into dist/<name>/ in one step. */
import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build, type Metafile } from "esbuild";
import { buildBrowser } from "./browser.ts";
import { lazyBuiltins } from "./builtins.ts";
import { recordOf } from "./record.ts";
import { slimFramework } from "./slim-framework.ts";
import { DIST, FUNCTION_FILE, HTTP_FILE, ROOT, type Target } from "./targets.ts";
import { warmUp } from "./warm-up.ts";

/** Bundled CommonJS packages still call require for Node's own modules. */
const REQUIRE = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

/** The command line finds a function in the framework's registry: its own copy, not one inside the bundle. */
const FRAMEWORK = "@google-cloud/functions-framework";

export async function buildTarget(target: Target): Promise<void> {
  const fresh = path.join(DIST, `.${target.name}-${process.pid}`);
  const outdir = path.relative(ROOT, fresh);
  const main = await bundleProgram(target.entry, target.outputFile, target, outdir, [`./${HTTP_FILE}`]);
  const beside: Metafile[] = [];
  for (const [file, entry] of Object.entries(target.beside ?? {})) {
    beside.push(await bundleProgram(entry, file, target, outdir, file === FUNCTION_FILE ? [FRAMEWORK] : []));
  }
  const page = target.page === undefined ? undefined : await buildBrowser(target.page, path.join(fresh, "ui"));
  const record = await recordOf(target, main, outdir, { page, beside });
  const functionFile = target.beside?.[FUNCTION_FILE] === undefined ? {} : { main: FUNCTION_FILE };
  const manifest = { type: "module", private: true, ...functionFile };
  await writeFile(path.join(fresh, "package.json"), `${JSON.stringify(manifest)}\n`);

  const final = path.join(DIST, target.name);
  await swapIn(fresh, final);
  if (target.warm) await warmUp(final, target);
  // Last, so that a bundle which did not even start is never taken for fresh.
  await writeFile(path.join(final, "meta.json"), `${JSON.stringify(record, null, 2)}\n`);
}

/** One program and its chunks into `outdir`; resolves with what went into it. */
async function bundleProgram(
  entry: string,
  outputFile: string,
  { runtime }: Target,
  outdir: string,
  external: string[],
): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    stdin: { contents: entry, resolveDir: ROOT, sourcefile: outputFile, loader: "ts" },
    outdir,
    entryNames: path.parse(outputFile).name,
    outExtension: { ".js": path.extname(outputFile) },
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    // What a stage imports dynamically stays in files of its own: V8 need not even parse it at a cold start.
    splitting: true,
    format: "esm",
    platform: "node",
    target: runtime,
    external,
    minify: true,
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "linked",
    banner: { js: REQUIRE },
    plugins: [lazyBuiltins, slimFramework],
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

/** Two builds may end at the same moment (`npm start` beside `npm test`): the later one wins. */
async function swapIn(fresh: string, final: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await rm(final, { recursive: true, force: true });
    try {
      return await rename(fresh, final);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== "ENOTEMPTY" && code !== "EEXIST") || attempt === 5) throw error;
    }
  }
}
