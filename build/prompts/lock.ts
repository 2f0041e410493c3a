/**
 * What every version of a prompt says, as hashes: functions/<stage>/prompts/lock.json. Answers on record name a version and its
 * hash, so the text of a version that was used never changes.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { PromptFile } from "./files.ts";

/** `<name>.v<version>` -> sha256 */
const Lock = z.record(z.string(), z.string());

export const lockPath = (stage: string): string => `functions/${stage}/prompts/lock.json`;

/** The lock as it should be, and what contradicts it. `files`: all of the stage. */
export async function lockOf(
  root: string,
  stage: string,
  files: readonly PromptFile[],
): Promise<{ readonly text: string; readonly problems: readonly string[] }> {
  const committed = await readLock(path.join(root, lockPath(stage)));
  const now = new Map(files.map((file) => [`${file.name}.v${file.version}`, file]));
  const gone = Object.keys(committed)
    .filter((version) => !now.has(version))
    .map(
      (version) =>
        `functions/${stage}/prompts/${version}.md is gone: old versions stay, so that answers on record can be understood`,
    );
  const changed = [...now].flatMap(([version, file]) => {
    const before = Object.hasOwn(committed, version) ? committed[version] : undefined;
    return before === undefined || before === file.sha256 ? [] : [changedText(file, stage)];
  });
  const entries = [...now].map(([version, { sha256 }]) => [version, sha256] as const);
  return { text: `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`, problems: [...gone, ...changed] };
}

function changedText({ path: file, name, version }: PromptFile, stage: string): string {
  return (
    `${file} (or a part it puts in) has another text than the version ${version} that is recorded. ` +
    `Write the new text as ${name}.v${version + 1}.md, with version: ${version + 1}, and give v${version} its old text back. ` +
    `If version ${version} has never answered anything, take its line out of ${lockPath(stage)}`
  );
}

async function readLock(file: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  return Lock.parse(JSON.parse(text));
}
