/**
 * One school at a time uses a data directory. Lock files are numbered, `lock.1`, `lock.2`, …; who wrote the highest holds
 * the directory. A lock whose process is gone is never removed but outnumbered, and a number is given once: so of
 * several that find the same dead holder exactly one comes next, at whatever moment each of them looks.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { CannotStart } from "./cannot-start.ts";
import { startOf } from "./other-processes.ts";

/** Somebody else uses this data directory. */
export class DataDirectoryInUse extends CannotStart {
  constructor(dataDir: string, pid: number) {
    super(
      `A school already runs on ${dataDir} (process ${pid}).\n` +
        `Stop it first, or start this one beside it: npm start -- --data ${dataDir}-2`,
    );
    this.name = "DataDirectoryInUse";
  }
}

/**
 * Creates and locks the directory; returns the function that unlocks it. Throws DataDirectoryInUse, or CannotStart when
 * the directory cannot be made or written.
 */
export async function lockDataDirectory(dataDir: string): Promise<() => Promise<void>> {
  const draft = path.join(dataDir, `draft-${randomUUID()}`);
  const file = (number: number) => path.join(dataDir, `lock.${number}`);
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await writeFile(draft, `${process.pid} ${(await startOf(process.pid)) ?? ""}`, { mode: 0o600 });
  } catch (error) {
    throw new CannotStart(`${dataDir} cannot be used as data directory: ${(error as Error).message}`, { cause: error });
  }
  try {
    for (;;) {
      const last = Math.max(0, ...(await lockNumbers(dataDir)));
      const holder = await holderOf(file(last));
      if (holder !== undefined) throw new DataDirectoryInUse(dataDir, holder);
      const mine = last + 1;
      // A hard link appears with its content and only if the name is new.
      if (!(await linked(draft, file(mine)))) continue;
      const numbers = await lockNumbers(dataDir);
      // The number may have been used and cleared away since it was chosen; then a higher one is there.
      if (Math.max(...numbers) > mine) {
        await rm(file(mine), { force: true });
        continue;
      }
      for (const number of numbers) if (number < mine) await rm(file(number), { force: true });
      return () => truncate(file(mine));
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function lockNumbers(dataDir: string): Promise<number[]> {
  return (await readdir(dataDir)).flatMap((name) => {
    const number = /^lock\.(\d+)$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
}

/** The process id of a lock's holder while it lives. An empty lock was given back. */
async function holderOf(file: string): Promise<number | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const [pid, since] = text.split(" ");
  const holder = Number(pid);
  if (!Number.isInteger(holder) || holder <= 0) return undefined;
  try {
    process.kill(holder, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return undefined;
  }
  // The id may have been given to another process since; where /proc exists its start tells them apart.
  const start = await startOf(holder);
  return start === undefined || start === since ? holder : undefined;
}
