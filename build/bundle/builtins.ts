/**
 * How bundles load Node's own modules. An ES import of a built-in reads every one of its exports, lazy ones too:
 * importing node:http that way loads the whole of undici for its WebSocket getter (30 ms of a cold start, measured with
 * --cpu-prof on Node 24.21). `require` does not, so every import of a built-in becomes one; and the costly ones are
 * required when the first of their exports is used. So is pino: nothing is logged before the first event is settled.
 */
import { builtinModules, createRequire } from "node:module";
import type { Plugin } from "esbuild";

// Node's own punycode is deprecated and says so in every log; packages that ask for it bring the package of that name.
const names = new Set(builtinModules.filter((name) => name !== "punycode").flatMap((name) => [name, `node:${name}`]));
const require = createRequire(import.meta.url);

/** Milliseconds at load on Node 24.21: tls 18, crypto 6, http 5; ioredis asks for TLS whether the address does or not. */
const COSTLY = new Set(["node:crypto", "node:dns", "node:http", "node:https", "node:tls", "node:zlib"]);

/** Packages that load late. */
const LATE = ["pino"];

export const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z_/0-9]+$/ }, ({ path: name, namespace, kind }) => {
      if (!names.has(name)) return undefined;
      const id = name.startsWith("node:") ? name : `node:${name}`;
      // Who imports it late wants its exports by name, which a module made of `require` has not; and it is late anyway.
      return namespace === "builtin" || kind === "dynamic-import"
        ? { path: id, external: true }
        : { path: id, namespace: "builtin" };
    });
    build.onResolve({ filter: /^punycode$/ }, ({ kind, resolveDir }) =>
      build.resolve("punycode/", { kind, resolveDir }),
    );
    build.onLoad({ filter: /./, namespace: "builtin" }, ({ path: id }) => ({ contents: moduleFor(id), loader: "js" }));
    const late = new RegExp(`^(${LATE.join("|")})$`);
    build.onResolve({ filter: late }, ({ path: name, namespace, kind, resolveDir }) =>
      namespace === "late" || kind !== "import-statement"
        ? undefined
        : { path: name, namespace: "late", pluginData: { resolveDir } },
    );
    build.onLoad({ filter: /./, namespace: "late" }, ({ path: name, pluginData }) => ({
      contents: exportsOf(name, Object.keys(require(name) as object)),
      loader: "js",
      resolveDir: (pluginData as { resolveDir: string }).resolveDir,
    }));
  },
};

function moduleFor(id: string): string {
  const load = `require(${JSON.stringify(id)})`;
  if (!COSTLY.has(id)) return `module.exports = ${load};`;
  return exportsOf(id, Object.keys(require(id) as object));
}

/** A CommonJS module whose exports require `id` when they are read. */
function exportsOf(id: string, exported: readonly string[]): string {
  const getters = exported.map((name) => `get ${name}() { return require(${JSON.stringify(id)}).${name}; }`);
  return `module.exports = { ${getters.join(", ")} };`;
}
