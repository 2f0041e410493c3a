/** Reads which module imports which, straight from the sources. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

/** Every TypeScript, .mjs and style file of the project's own folders, relative to the root. */
export function sourceFiles(...folders: string[]): string[] {
  return folders.flatMap((folder) => {
    const entries = readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" });
    return entries
      .filter((entry) => /\.(tsx?|mjs|css)$/.test(entry) && !entry.includes("node_modules"))
      .map((entry) => path.join(folder, entry));
  });
}

export interface Import {
  readonly from: string;
  /** Relative to the root for our own files, else the bare name (`node:fs`, `yaml`). */
  readonly to: string;
  readonly typeOnly: boolean;
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"/g;

export function importsOf(file: string, text = readFileSync(path.join(root, file), "utf8")): Import[] {
  const resolve = (specifier: string) =>
    specifier.startsWith(".") ? path.join(path.dirname(file), specifier) : specifier;
  const statics = [...text.matchAll(STATEMENT)].map(([, type, to = ""]) => ({
    from: file,
    to: resolve(to),
    typeOnly: type !== undefined,
  }));
  const dynamics = [...text.matchAll(DYNAMIC)].map(([, to = ""]) => ({ from: file, to: resolve(to), typeOnly: false }));
  return [...statics, ...dynamics];
}
