/** The data directory: its secrets, where others find the running school, and how it begins from nothing. */
import { randomBytes } from "node:crypto";
import { chmod, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { CannotStart } from "./cannot-start.ts";
import { lockDataDirectory } from "./data-lock.ts";

const Secrets = z.object({
  tokens: z.object({ operator: z.string().min(1), reviewer: z.string().min(1), viewer: z.string().min(1) }),
  approvalSecret: z.string().min(16),
  qdrant: z.object({ key: z.string().min(16), readOnlyKey: z.string().min(16) }),
});
/** A data directory may be older than the index, and then has no keys of it yet. */
const Stored = Secrets.partial({ qdrant: true });
export type Secrets = Readonly<z.infer<typeof Secrets>>;

/** What school.json says of a running school; the command line reads it. */
export interface RunningSchool {
  readonly url: string;
  readonly tokens: Secrets["tokens"];
  readonly pid: number;
  readonly redis: string;
  /** Before every key, if anything is. */
  readonly keyPrefix?: string;
  readonly dataDir: string;
}

/**
 * Tokens, signing secret and keys of the index, made once per data directory and kept readable by their owner only. Throws
 * CannotStart when they cannot be read any more: new ones would make every approval that waits invalid, so a person decides.
 */
export async function secretsOf(dataDir: string): Promise<Secrets> {
  const file = path.join(dataDir, "secrets.json");
  try {
    const stored = Stored.parse(JSON.parse(await readFile(file, "utf8")));
    await chmod(file, 0o600);
    const secrets = { ...stored, qdrant: stored.qdrant ?? qdrantKeys() };
    if (stored.qdrant === undefined) await writePrivately(file, JSON.stringify(secrets, null, 2));
    return secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new CannotStart(
        `${file} cannot be used. Bring it back, or remove it to get new tokens; approvals given so far then no longer count.`,
        { cause: error },
      );
    }
  }
  const secrets: Secrets = {
    tokens: { operator: token(), reviewer: token(), viewer: token() },
    approvalSecret: randomBytes(32).toString("hex"),
    qdrant: qdrantKeys(),
  };
  await writePrivately(file, JSON.stringify(secrets, null, 2));
  return secrets;
}

function qdrantKeys(): Secrets["qdrant"] {
  return { key: token(), readOnlyKey: token() };
}

function token(): string {
  return randomBytes(18).toString("base64url");
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

/** Where a demonstration notes that it has begun and not ended. */
export const DEMO_NOTE = "demo.json";

/** What a school puts into its data directory; half-written files of a killed one included. */
const OURS =
  /^((secrets|school|demo)\.json(\.\d+)?|kubeconfig(\.\d+)?|redis|qdrant|cluster|git-cache|logs|programs|upgrade\.json|\w[\w-]*\.git(\.new)?)$/;

/**
 * A demonstration begins from nothing, but never in a folder that somebody uses or that holds anything but a school.
 * Throws DataDirectoryInUse or CannotStart; nothing is removed then.
 */
export async function emptyDataDirectory(dataDir: string): Promise<void> {
  const unlock = await lockDataDirectory(dataDir);
  try {
    const names = (await readdir(dataDir)).filter((name) => !/^(lock\.\d+|draft-.+)$/.test(name));
    const strange = names.find((name) => !OURS.test(name)) ?? names.find(() => !names.includes("secrets.json"));
    if (strange !== undefined) {
      throw new CannotStart(
        `A demonstration empties its data directory, but ${dataDir} is not a school's: it holds ${strange}.\n` +
          "Name another folder: npm start -- --demo --data <folder>",
      );
    }
    // The note of an interrupted demonstration goes first, there is nothing left to go on with; the secrets go last: by
    // them the folder is known, should this be interrupted.
    const turn = (name: string) => (name === DEMO_NOTE ? 0 : name === "secrets.json" ? 2 : 1);
    for (const name of names.sort((a, b) => turn(a) - turn(b))) {
      await rm(path.join(dataDir, name), { recursive: true, force: true });
    }
  } finally {
    await unlock();
  }
}
