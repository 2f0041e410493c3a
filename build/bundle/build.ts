/** Bundles one target with esbuild and swaps it into dist/<name>/ in one step. */
import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { buildBrowser } from "./browser.ts";
import { lazyBuiltins } from "./builtins.ts";
import { recordOf } from "./record.ts";
import { DIST, ROOT, type Target } from "./targets.ts";
import { warmUp } from "./warm-up.ts";

/** Bundled CommonJS packages still call require for Node's own modules. */
const REQUIRE = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

export async function buildTarget(target: Target): Promise<void> {
  const fresh = path.join(DIST, `.${target.name}-${process.pid}`);
  const outdir = path.relative(ROOT, fresh);
  const { metafile } = await build({
    absWorkingDir: ROOT,
    stdin: { contents: target.entry, resolveDir: ROOT, sourcefile: target.outputFile, loader: "ts" },
    outdir,
    entryNames: path.parse(target.outputFile).name,
    outExtension: { ".js": path.extname(target.outputFile) },
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    // What a stage imports dynamically stays in files of its own: V8 need not even parse it at a cold start.
    splitting: true,
    format: "esm",
    platform: "node",
    target: target.runtime,
    minify: true,
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "linked",
    banner: { js: REQUIRE },
    plugins: [lazyBuiltins],
    metafile: true,
    logLevel: "warning",
  });
  const page = target.page === undefined ? undefined : await buildBrowser(target.page, path.join(fresh, "ui"));
  const record = await recordOf(target, metafile, outdir, page);
  await writeFile(path.join(fresh, "package.json"), `${JSON.stringify({ type: "module", private: true })}\n`);

  const final = path.join(DIST, target.name);
  await swapIn(fresh, final);
  if (target.warm) await warmUp(final, target);
  // Last, so that a bundle which did not even start is never taken for fresh.
  await writeFile(path.join(final, "meta.json"), `${JSON.stringify(record, null, 2)}\n`);
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
