/** How `school upgrade` and the school that runs speak of an upgrade: one file in the data directory. */
import { readFile } from "node:fs/promises";
import path from "node:path";

/** Of the data directory. */
export const UPGRADE_NOTE = "upgrade.json";

/** `asked`: what `school upgrade` wrote, and waits to see answered. */
export interface UpgradeNote {
  readonly asked: string;
  readonly result?: "done" | "failed";
  readonly because?: string;
}

export async function readUpgradeNote(dataDir: string): Promise<UpgradeNote | undefined> {
  try {
    return JSON.parse(await readFile(path.join(dataDir, UPGRADE_NOTE), "utf8")) as UpgradeNote;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What the newest request is known by; empty when somebody only sent the signal, or when the note cannot be read. */
export async function askedUpgrade(dataDir: string): Promise<string> {
  return (await readUpgradeNote(dataDir).catch(() => undefined))?.asked ?? "";
}
