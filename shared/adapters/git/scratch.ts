/** Temporary folders beside the local copy, one per use, so that processes that share the copy never meet. */
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

/** Gives `use` a folder of its own and removes it afterwards, together with what killed processes left behind. */
export async function withScratch<T>(cacheDirectory: string, use: (folder: string) => Promise<T>): Promise<T> {
  const parent = `${cacheDirectory}.scratch`;
  await mkdir(parent, { recursive: true });
  await removeStale(parent);
  const folder = await mkdtemp(path.join(parent, "use-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeStale(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = path.join(parent, name);
    const { mtimeMs } = await stat(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return { mtimeMs: Date.now() };
      throw error;
    });
    if (Date.now() - mtimeMs > STALE_MS) await rm(folder, { recursive: true, force: true });
  }
}

/** Far longer than any use takes. */
const STALE_MS = 3_600_000;
