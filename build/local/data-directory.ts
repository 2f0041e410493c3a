/** The data directory: one school at a time, its secrets, and where others find the running school. */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/** Somebody else uses this data directory. */
export class DataDirectoryInUse extends Error {
  constructor(dataDir: string, pid: number) {
    super(
      `A school already runs on ${dataDir} (process ${pid}).\n` +
        `Stop it first, or start this one beside it: npm start -- --data ${dataDir}-2`,
    );
    this.name = "DataDirectoryInUse";
  }
}

export interface Secrets {
  readonly tokens: { readonly operator: string; readonly reviewer: string; readonly viewer: string };
  readonly approvalSecret: string;
}

/** What school.json says of a running school; the command line reads it. */
export interface RunningSchool {
  readonly url: string;
  readonly tokens: Secrets["tokens"];
  readonly pid: number;
  readonly redis: string;
  readonly dataDir: string;
}

/**
 * Creates and locks the directory. The lock file holds a process id; a lock whose process is gone is taken over.
 * Returns the function that unlocks it. Throws DataDirectoryInUse.
 */
export async function lockDataDirectory(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = path.join(dataDir, "lock");
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const handle = await open(file, "wx", 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = Number(await readFile(file, "utf8"));
      if (await isSchool(holder)) throw new DataDirectoryInUse(dataDir, holder);
      await rm(file, { force: true });
    }
  }
  throw new Error(`cannot lock ${dataDir}: another process takes the lock at the same moment; try again`);
}

/** A process id may have been given to something else since; where /proc exists its command line is asked too. */
async function isSchool(pid: number): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  return commandLine === undefined || commandLine.includes("start.ts");
}

/** Tokens and signing secret, made once per data directory and kept readable by their owner only. */
export async function secretsOf(dataDir: string): Promise<Secrets> {
  const file = path.join(dataDir, "secrets.json");
  try {
    return JSON.parse(await readFile(file, "utf8")) as Secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new Error(`${file} is not readable; remove it to get new tokens`, { cause: error });
    }
  }
  const token = () => randomBytes(18).toString("base64url");
  const secrets: Secrets = {
    tokens: { operator: token(), reviewer: token(), viewer: token() },
    approvalSecret: randomBytes(32).toString("hex"),
  };
  await writePrivately(file, JSON.stringify(secrets, null, 2));
  return secrets;
}

/** Tells the command line where the school is. Returns the function that takes the note away. */
export async function noteRunning(school: RunningSchool): Promise<() => Promise<void>> {
  const file = path.join(school.dataDir, "school.json");
  await writePrivately(file, JSON.stringify(school, null, 2));
  return () => rm(file, { force: true });
}

/** Atomic, and never readable by others. */
export async function writePrivately(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
