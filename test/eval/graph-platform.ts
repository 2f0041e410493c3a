/** The invented platform of the suites about dependencies and room, and how their rows are read. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gitBlobId } from "../../shared/repository/change.ts";
import type { Platform, RepositoryFile } from "../../shared/repository/platform.ts";
import { understand } from "../../shared/repository/understand.ts";

const SETS = join(import.meta.dirname, "sets");

export function graphPlatform(): Platform {
  const root = join(SETS, "graph-platform");
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
  const files = new Map<string, RepositoryFile>();
  for (const path of paths) {
    const content = readFileSync(join(root, path), "utf8");
    files.set(path, { path, blob: gitBlobId(content), content });
  }
  return understand("0".repeat(40), files);
}

/** Throws SyntaxError when a line is damaged. */
export function rowsOf<Row>(set: string): readonly Row[] {
  const lines = readFileSync(join(SETS, set), "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as Row);
}
