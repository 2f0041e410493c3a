/**
 * The functions-framework in bundles. For its own command line it stays outside: a function is looked for in that command
 * line's copy of the registry, and a second copy would be empty. For our own main it is bundled, without a megabyte of tables that
 * we never reach: our front reads every body before the framework's parsers, as UTF-8, and answers name their media types
 * themselves. A reach for a decoder throws.
 */
import type { Plugin } from "esbuild";

const modules: Readonly<Record<string, string>> = {
  // body-parser and raw-body ask it for decoders of bodies they read.
  "iconv-lite": `
    exports.encodingExists = (name) => /^utf-?8$/i.test(name);
    exports.getDecoder = (name) => { throw new Error("the body was read already; nothing decodes " + name + " here"); };`,
  // express and its helpers look up the media types of short names.
  "mime-db": `
    module.exports = {
      "application/json": { charset: "UTF-8", extensions: ["json"] },
      "application/octet-stream": { extensions: ["bin"] },
      "application/x-www-form-urlencoded": {},
      "text/html": { extensions: ["html"] },
      "text/plain": { extensions: ["txt", "text"] },
    };`,
};

/** The module that registers for the framework's command line. */
const COMMAND_LINE = "/shared/runtime/http/command-line.ts";

export const slimFramework: Plugin = {
  name: "slim-framework",
  setup(build) {
    build.onResolve({ filter: /^@google-cloud\/functions-framework$/ }, ({ path: name, importer }) =>
      importer.endsWith(COMMAND_LINE) ? { path: name, external: true } : undefined,
    );
    build.onResolve({ filter: /^(iconv-lite|mime-db)$/ }, ({ path: name }) => ({ path: name, namespace: "slim" }));
    build.onLoad({ filter: /./, namespace: "slim" }, ({ path: name }) => ({ contents: modules[name] ?? "" }));
  },
};
