/**
 * What a running school runs: its own copy of the bundles, as files of the same content (hard links), so that whoever bundles
 * meanwhile takes no file away from a process that loads it later. An upgrade is another copy beside it.
 */
import { existsSync } from "node:fs";
import { copyFile, link, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { STAGES } from "../../shared/stages.ts";
import { DIST } from "../bundle/targets.ts";
import { compileCacheEnv } from "../bundle/warm-up.ts";
import { CannotStart } from "./cannot-start.ts";

export interface Programs {
  /** Program and environment of one part: a stage, or the coordinator. */
  of(part: string): { readonly main: string; readonly env: Readonly<Record<string, string>> };
  /** From now on others are started: those in `from`. What runs is not touched. The result takes it back. */
  change(from?: string): Promise<() => void>;
}

/** Copies of earlier starts go: with the data directory locked, nobody runs them. */
export async function keepPrograms(dataDir: string, from: string = DIST): Promise<Programs> {
  const all = path.join(dataDir, "programs");
  await rm(all, { recursive: true, force: true });
  let copies = 0;
  let current = await copy(from);

  async function copy(source: string): Promise<string> {
    copies += 1;
    const folder = path.join(all, String(copies));
    const parts = await readdir(source, { withFileTypes: true });
    // A bundle that is half made begins with a dot.
    const whole = parts.filter((part) => part.isDirectory() && !part.name.startsWith(".") && part.name !== "cli");
    const missing = [...STAGES, "coordinator"].filter((part) => !existsSync(path.join(source, part, "main.js")));
    if (missing.length > 0) throw new CannotStart(`not bundled: ${missing.join(", ")}; npm run bundle does it`);
    for (const { name } of whole) await linkFolder(path.join(source, name), path.join(folder, name));
    return folder;
  }
  return {
    of(part) {
      const folder = path.join(current, part);
      return { main: path.join(folder, "main.js"), env: compileCacheEnv(folder) };
    },
    async change(source = DIST) {
      const before = current;
      current = await copy(source);
      return () => {
        current = before;
      };
    },
  };
}

async function linkFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await linkFolder(source, target);
    // Only debuggers read them, and they are the larger half.
    else if (!entry.name.endsWith(".map")) await linkFile(source, target);
  }
}

async function linkFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // Another disk, or one without links.
    if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    await copyFile(from, to);
  }
}
