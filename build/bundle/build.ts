/** Bundles one target with esbuild and swaps it into dist/<name>/ in one step. */
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build as esbuild, type Metafile, type Plugin } from "esbuild";
import packageFile from "../../package.json" with { type: "json" };
import { buildBrowser } from "./browser.ts";
import { lazyBuiltins } from "./builtins.ts";
import { recordOf } from "./record.ts";
import { slimFramework } from "./slim-framework.ts";
import { slimPackages } from "./slim-packages.ts";
import { DIST, FUNCTION_FILE, HTTP_FILE, ROOT, type Target } from "./targets.ts";
import { warmUp } from "./warm-up.ts";

/** Bundled CommonJS packages still call require for Node's own modules. */
const REQUIRE = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

/** How a program that is no file is named to esbuild. */
const ENTRY = "entry:";

/** Stands where the build's name will, until all it was made from is known; as long as the name, so that source maps fit. */
const UNNAMED = "@build-name@";

export async function buildTarget(target: Target): Promise<void> {
  const fresh = path.join(DIST, `.${target.name}-${process.pid}`);
  const outdir = path.relative(ROOT, fresh);
  const [main, beside] = await Promise.all([
    bundlePrograms({ [target.outputFile]: target.entry }, target, outdir),
    target.beside === undefined ? undefined : bundlePrograms(target.beside, target, outdir),
  ]);
  const page = target.page === undefined ? undefined : await buildBrowser(target.page, path.join(fresh, "ui"));
  const record = await recordOf(target, main, outdir, { page, beside });
  await nameBuild(fresh, record.hash.slice(0, UNNAMED.length));
  const functionFile = target.beside?.[FUNCTION_FILE] === undefined ? {} : { main: FUNCTION_FILE };
  const manifest = { type: "module", private: true, ...functionFile };
  await writeFile(path.join(fresh, "package.json"), `${JSON.stringify(manifest)}\n`);

  const final = path.join(DIST, target.name);
  await swapIn(fresh, final);
  if (target.warm) await warmUp(final, target);
  // Last, so that a bundle which did not even start is never taken for fresh.
  await writeFile(path.join(final, "meta.json"), `${JSON.stringify(record, null, 2)}\n`);
}

/** Programs (file name -> TypeScript) that share their code, into `outdir`; resolves with what went into them. */
async function bundlePrograms(
  programs: Readonly<Record<string, string>>,
  { runtime, outputFile }: Target,
  outdir: string,
): Promise<Metafile> {
  const { metafile } = await esbuild({
    absWorkingDir: ROOT,
    entryPoints: Object.keys(programs).map((file) => ({ in: `${ENTRY}${file}`, out: path.parse(file).name })),
    outdir,
    outExtension: { ".js": path.extname(outputFile) },
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    // What a stage imports dynamically stays in files of its own: V8 need not even parse it at a cold start.
    splitting: true,
    format: "esm",
    platform: "node",
    target: runtime,
    minify: true,
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "linked",
    banner: { js: REQUIRE },
    define: { SCHOOL_VERSION: JSON.stringify(packageFile.version), SCHOOL_BUILD: JSON.stringify(UNNAMED) },
    plugins: [entries(programs), lazyBuiltins, slimFramework, slimPackages],
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

/** Two builds have the same name exactly when they were made from the same files. */
async function nameBuild(folder: string, name: string): Promise<void> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const { parentPath, name: file } of files.filter((one) => one.isFile() && /\.m?js$/.test(one.name))) {
    const program = path.join(parentPath, file);
    const code = await readFile(program, "utf8");
    if (code.includes(UNNAMED)) await writeFile(program, code.replaceAll(UNNAMED, name));
  }
}

/** Serves the programs to esbuild as if they were files in the root. */
function entries(programs: Readonly<Record<string, string>>): Plugin {
  return {
    name: "entries",
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${ENTRY}`) }, ({ path: name }) => ({
        path: name.slice(ENTRY.length),
        namespace: "entry",
      }));
      // Only the programs': packages have files of that name, too.
      build.onResolve({ filter: new RegExp(`^\\./${HTTP_FILE}$`), namespace: "entry" }, ({ path: name }) => ({
        path: name,
        external: true,
      }));
      build.onLoad({ filter: /./, namespace: "entry" }, ({ path: file }) => ({
        contents: programs[file] ?? "",
        resolveDir: ROOT,
        loader: "ts",
      }));
    },
  };
}

/** Two builds may end at the same moment (`npm start` beside `npm test`): the later one wins. */
async function swapIn(fresh: string, final: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rm(final, { recursive: true, force: true });
      return await rename(fresh, final);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== "ENOTEMPTY" && code !== "EEXIST") || attempt === 5) throw error;
    }
  }
}
