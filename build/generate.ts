/**
 * Writes what follows from the registry: the manifests in keda/. The result is committed.
 *
 * Usage: generate.ts [--check]   --check writes nothing and fails when a file is stale
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { renderManifests } from "./manifests/render.ts";

const root = path.resolve(import.meta.dirname, "..");

/** Paths whose committed text is not what the registry gives. */
export async function staleFiles(): Promise<string[]> {
  const stale: string[] = [];
  for (const [file, text] of renderManifests(packageJson.version)) {
    const committed = await readFile(path.join(root, file), "utf8").catch(() => undefined);
    if (committed !== text) stale.push(file);
  }
  return stale;
}

async function generate(): Promise<string[]> {
  const stale = await staleFiles();
  const files = renderManifests(packageJson.version);
  for (const file of stale) await writeFile(path.join(root, file), files.get(file) ?? "");
  return stale;
}

if (import.meta.main) {
  const checking = process.argv.includes("--check");
  const stale = checking ? await staleFiles() : await generate();
  const verb = checking ? "Stale, run `npm run generate`" : "Written";
  console.log(stale.length === 0 ? "Every generated file is up to date." : `${verb}: ${stale.join(", ")}`);
  if (checking && stale.length > 0) process.exitCode = 1;
}
